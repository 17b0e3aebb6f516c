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

    func lines(for terminal: Terminal) -> [String] {
        let judged = report.judgements.flatMap { Self.lines(of: $0, for: terminal) }
        let files =
            ["report: \(folder)/\(Report.pageName)"] + (evidence.map { ["evidence: \($0)"] } ?? [])
            + (channels.map { ["banks: \($0)"] } ?? []) + (liveChannels.map { ["live twins: \($0)"] } ?? [])
            + (ledger.map { ["stack: \($0)"] } ?? [])
        let glossary = Glossary.lines(for: report.judgements).flatMap {
            Paragraph.wrapped($0, columns: terminal.columns)
        }
        let blocks = [heading(for: terminal), stages.lines, judged, glossary, files]
        return Array(blocks.filter { !$0.isEmpty }.joined(separator: [""]))
    }

    private func heading(for terminal: Terminal) -> [String] {
        let verdict = report.verdict
        let words =
            "\(report.record.identity.plan): \(verdict.headline.lowercasedFirst) (exit code \(verdict.exitCode))"
        let ending = report.record.ending.words.map { [$0] } ?? []
        let planted = report.record.stack?.warning.map { [$0] } ?? []
        let rehearsed = world.warning.map { [$0] } ?? []
        return (rehearsed + planted + [words] + ending).flatMap { Paragraph.wrapped($0, columns: terminal.columns) }
    }

    private var stages: Table {
        var table = Table(["stage", "due", "ok", "shed", "declined", "errors", "p50", "p99"])
        for stage in report.stageSummaries {
            let counts = [stage.outcomes[.ok], stage.outcomes[.shed], stage.outcomes[.declined], stage.outcomes.errors]
            table.add(
                [stage.name, stage.scheduled.map { Figures.grouped($0) } ?? "-"]
                    + counts.map { Figures.grouped($0) }
                    + [stage.p50, stage.p99].map { $0.map { Figures.span($0) } ?? "-" })
        }
        return table
    }

    /// What passed needs one line; the rest says what was expected, what was seen, and why.
    private static func lines(of judgement: Judgement, for terminal: Terminal) -> [String] {
        let status = judgement.status.words
        let padding = String(repeating: " ", count: max(0, statusWidth - status.count))
        let indent = String(repeating: " ", count: statusWidth + 2)
        var lines = Paragraph.wrapped(indent + judgement.claim, columns: terminal.columns)
        lines[0] =
            padding + terminal.painted(status, judgement.status) + "  " + lines[0].dropFirst(indent.count)
        var details = ["observed: \(judgement.observed)"]
        if judgement.status != .pass {
            details.insert("expected: \(judgement.expected)", at: 0)
            details += judgement.reasons.prefix(reasonsMax).map { "because:  \($0)" }
        }
        lines += details.flatMap { Paragraph.wrapped(indent + $0, columns: terminal.columns) }
        return lines
    }

    private static let statusWidth = Judgement.Status.allCases.map(\.words.count).max() ?? 0
    /// The report has the rest.
    private static let reasonsMax = 3

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

extension Terminal {
    fileprivate func painted(_ text: String, _ status: Judgement.Status) -> String {
        guard isColoured else { return text }
        let colour =
            switch status {
            case .pass: 32
            case .fail: 31
            case .inconclusive, .notJudged: 33
            }
        return "\u{1b}[\(colour)m\(text)\u{1b}[0m"
    }
}

extension String {
    fileprivate var lowercasedFirst: String { prefix(1).lowercased() + dropFirst() }
}
