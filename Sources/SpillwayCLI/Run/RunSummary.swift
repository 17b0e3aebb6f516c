import Diagnostics
import Evidence
import Glibc
import JSON
import Numerals
import Reporting
import StackVocabulary
import Timebase
import Verdicts

/// What a run came to, for whoever waited for it: as lines, and as JSON for scripts.
struct RunSummary {
    let report: Report
    /// Where its files stand.
    let folder: String
    /// That were asked for.
    var files = ReportFile.allCases

    /// Of this run, whatever else stands in the folder; nil where it has none. A rehearsal's journals were in memory.
    private var evidence: String? {
        guard report.record.generator.evidenceRecords > 0 else { return nil }
        return world == .live
            ? ReportFolder(folder).evidence(ofRun: report.record.identity.runID)
            : standing("\(folder)/\(EvidenceDatabase.fileName)")
    }

    private var world: RunWorld { report.record.identity.world }

    /// Journals and statements of the run's mock banks; nil where it had none.
    private var channels: String? { standing(ReportFolder(folder).channels(ofRun: report.record.identity.runID)) }

    /// The same of their live twins.
    private var liveChannels: String? {
        standing(ReportFolder(folder).liveChannels(ofRun: report.record.identity.runID))
    }

    private func standing(_ place: String) -> String? { unsafe access(place, F_OK) == 0 ? place : nil }

    /// The database of the run's embedded stack; nil where it had none.
    private var ledger: String? {
        guard report.record.stack?.store == .sqlite else { return nil }
        return ReportFolder(folder).stack(ofRun: report.record.identity.runID)
    }

    // MARK: For people

    /// A screen of 24 lines has room for them and for what is typed next.
    static let linesMax = 22
    /// Told even of many verdicts that did not pass.
    private static let detailsMin = 6

    /// What it came to, a line for each verdict, why some did not pass, and where the files are. Stages and glossary
    /// stand there as well when there is room on a screen; the report has them anyway.
    func lines(for terminal: Terminal) -> [String] {
        let (heading, files, stages) = (heading(for: terminal), files(for: terminal), stages(for: terminal))
        let fixed = heading.count + report.judgements.count + files.count + 2
        // Stages before the last of the reasons.
        let rooms = [Self.linesMax - fixed - stages.count - 1, Self.linesMax - fixed].filter { $0 > Self.detailsMin }
        let judged = VerdictLines(report.judgements, for: terminal, page: page)
            .lines(roomForDetails: rooms.first ?? Self.detailsMin)
        var room = Self.linesMax - heading.count - judged.count - files.count - 2
        let optional = [stages, glossary(for: terminal)].map { block in
            let isRoom = !block.isEmpty && block.count < room
            if isRoom { room -= block.count + 1 }
            return isRoom ? block : []
        }
        let blocks = [heading, optional[0], judged, optional[1], files]
        return Array(blocks.filter { !$0.isEmpty }.joined(separator: [""]))
    }

    private func heading(for terminal: Terminal) -> [String] {
        let verdict = report.verdict
        let words =
            "\(report.record.identity.plan): \(verdict.headline.lowercasedFirst) (exit code \(verdict.exitCode))"
        let ending = report.record.ending.words.map { [$0] } ?? []
        let planted = report.record.stack?.warning.map { [$0] } ?? []
        let rehearsed = world.warning.map { [$0] } ?? []
        return (rehearsed + planted + [words] + ending).flatMap {
            Paragraph.wrapped($0.harmless.fitted(to: 4 * terminal.columns), columns: terminal.columns)
                .map { $0.fitted(to: terminal.columns) }
        }
    }

    private func stages(for terminal: Terminal) -> [String] {
        var table = Table(["stage", "due", "ok", "shed", "declined", "errors", "p50", "p99"])
        for stage in report.stageSummaries {
            let counts = [stage.outcomes[.ok], stage.outcomes[.shed], stage.outcomes[.declined], stage.outcomes.errors]
            table.add(
                [stage.name.harmless.fitted(to: 24), stage.scheduled.map { Figures.grouped($0) } ?? "-"]
                    + counts.map { Figures.grouped($0) }
                    + [stage.p50, stage.p99].map { $0.map { Figures.span($0) } ?? "-" })
        }
        return table.lines.map { $0.fitted(to: terminal.columns) }
    }

    private func glossary(for terminal: Terminal) -> [String] {
        Glossary.lines(for: report.judgements).flatMap { Paragraph.wrapped($0, columns: terminal.columns) }
    }

    /// The page, or what there is instead of it.
    private var page: String { (files.contains(.html) ? ReportFile.html : .json).name }

    /// Paths are whole, so that they can be copied.
    private func files(for terminal: Terminal) -> [String] {
        let names = [evidence, channels, liveChannels, ledger].compactMap(\.self).map { path in
            path.split(separator: "/").last.map(String.init) ?? path
        }
        let beside = Self.shortened(names, "-\(report.record.identity.runID)")
        return ["report: \(folder)/\(page)"] + (names.isEmpty ? [] : ["beside it: \(beside)"])
    }

    /// As shells write names that end alike: `{evidence,channels}-RUN`.
    private static func shortened(_ names: [String], _ ending: String) -> String {
        let alike = names.filter { $0.hasSuffix(ending) }.map { String($0.dropLast(ending.count)) }
        let others = names.filter { !$0.hasSuffix(ending) }
        guard alike.count > 1 else { return names.joined(separator: ", ") }
        return (["{\(alike.joined(separator: ","))}\(ending)"] + others).joined(separator: ", ")
    }

    // MARK: For scripts

    var json: JSONValue {
        let identity = report.record.identity
        return .object([
            ("plan", .text(identity.plan)), ("run_id", .text(identity.runID)), ("seed", .count(identity.seed)),
            ("world", .text(world.rawValue)), ("verdict", .text(report.verdict.name)),
            ("exit_code", .integer(Int64(report.verdict.exitCode))),
            ("folder", .text(folder)),
            ("evidence", .optional(evidence)), ("channels", .optional(channels)),
            ("live_channels", .optional(liveChannels)), ("stack", .optional(ledger)),
            ("planted", .texts(report.record.stack?.defects.map(\.name) ?? [])),
            ("judgements", .array(report.judgements.map(Self.json))),
        ])
    }

    private static func json(_ judgement: Judgement) -> JSONValue {
        .object([
            ("name", .text(judgement.name)), ("status", .text(judgement.status.rawValue)),
            ("claim", .text(judgement.claim)), ("expected", .text(judgement.expected)),
            ("observed", .text(judgement.observed)), ("reasons", .texts(judgement.reasons)),
        ])
    }
}

extension String {
    fileprivate var lowercasedFirst: String { prefix(1).lowercased() + dropFirst() }
}
