import Evidence
import Numerals
import Timebase
import Verdicts

/// summary.md: what a run came to, for a comment under a pull request: the verdict, what began when, one table of
/// judgements, the stages in short, and the command that repeats the run. It has less than sixty lines whatever the run.
struct MarkdownSummary {
    private static let judgementsMax = 18
    private static let stagesMax = 10
    /// Judgements whose reasons are told, and reasons of each.
    private static let explainedMax = 4
    private static let reasonsMax = 2
    private static let signsMax = 6

    private let report: Report

    init(_ report: Report) {
        self.report = report
    }

    var text: String {
        let blocks = [heading, warnings, lead, signs, judgements, reasons, stages, replay]
        return blocks.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }.joined(separator: "\n\n") + "\n"
    }

    private func safe(_ text: String, _ columns: Int = 300) -> String {
        MarkdownText.escaped(text, columns: columns)
    }

    // MARK: What it came to

    private var heading: [String] {
        let plan = safe(report.record.identity.plan, 100)
        return ["## \(report.verdict.emblem) \(plan): \(report.verdict.headline.lowercased())"]
    }

    private var warnings: [String] {
        Array(report.warnings.map { ["> **\(safe($0, 600))**"] }.joined(separator: [">"]))
    }

    private var lead: [String] {
        let counts = Judgement.Status.allCases.compactMap { status in
            let count = report.judgements.count { $0.status == status }
            return count > 0 ? "\(count) \(status.words)" : nil
        }
        let ending = report.record.ending.words.map { " " + safe($0, 600) } ?? ""
        return ["Exit code \(report.verdict.exitCode). Verdicts: \(counts.joined(separator: ", ")).\(ending)"]
    }

    /// What broke first, and what came of it; a run that met its targets broke nothing.
    private var signs: [String] {
        let signs = FirstSigns(record: report.record).signs
        guard report.verdict != .met, !signs.isEmpty else { return [] }
        return ["What began when:", ""]
            + signs.prefix(Self.signsMax).map { "- \(TimeAxis.clock($0.at)) \(safe($0.words))" }
    }

    // MARK: Judgements

    /// What did not pass is never left out for what did.
    private var listed: [Judgement] {
        guard report.judgements.count > Self.judgementsMax else { return report.judgements }
        let weighty = report.judgements.filter { $0.status != .pass } + report.judgements.filter { $0.status == .pass }
        return Array(weighty.prefix(Self.judgementsMax))
    }

    private var judgements: [String] {
        let rows = listed.map { judgement in
            let cells = [
                "\(judgement.status.emblem) \(judgement.status.words)",
                "**\(safe(judgement.name, 60))** \(safe(judgement.claim))", safe(judgement.expected),
                safe(judgement.observed),
            ]
            return "| \(cells.joined(separator: " | ")) |"
        }
        let more = report.judgements.count - rows.count
        return ["| Verdict | Claim | Expected | Observed |", "|---|---|---|---|"] + rows
            + (more > 0 ? ["", "\(more) more in \(ReportFile.html.name)."] : [])
    }

    private var reasons: [String] {
        report.judgements.filter { $0.status != .pass && !$0.reasons.isEmpty }.prefix(Self.explainedMax).flatMap {
            judgement in
            judgement.reasons.prefix(Self.reasonsMax).map {
                "- **\(safe(judgement.name, 60))** \(safe($0, 600))"
            }
        }
    }

    // MARK: Stages

    private var stages: [String] {
        let summaries = report.stageSummaries
        guard !summaries.isEmpty else { return [] }
        let head = ["| Stage | Due | Ok | Shed | Declined | Errors | p50 | p99 |", "|---|--:|--:|--:|--:|--:|--:|--:|"]
        let more = summaries.count - Self.stagesMax
        return head + summaries.prefix(Self.stagesMax).map(row)
            + (more > 0 ? ["", "\(more) more stages in \(ReportFile.html.name)."] : [])
    }

    private func row(_ stage: StageSummary) -> String {
        let counts = [stage.outcomes[.ok], stage.outcomes[.shed], stage.outcomes[.declined], stage.outcomes.errors]
        let cells =
            [safe(stage.name, 60) + (stage.countsForVerdicts ? "" : " (not judged)")]
            + [stage.scheduled.map { Figures.grouped($0) } ?? "-"] + counts.map { Figures.grouped($0) }
            + [stage.p50, stage.p99].map { $0.map { Figures.span($0) } ?? "-" }
        return "| \(cells.joined(separator: " | ")) |"
    }

    // MARK: Again

    private var replay: [String] {
        let identity = report.record.identity
        return [
            "Again, with the plan of digest \(safe(String(identity.planDigest.prefix(12)))): `\(identity.replay)`",
            "",
            "Run \(safe(identity.runID, 60)), Spillway \(safe(identity.version, 40)). More in \(ReportFile.html.name) "
                + "and \(ReportFile.json.name).",
        ]
    }
}

extension MarkdownSummary {
    /// Of a run that was refused before its first request.
    static func refusal(of plan: String, _ reasons: [String]) -> String {
        let lines = reasons.prefix(20).map { "- \(MarkdownText.escaped($0, columns: 600))" }
        return "## ⚠️ \(MarkdownText.escaped(plan, columns: 100)): not run\n\n" + lines.joined(separator: "\n") + "\n"
    }
}

extension Judgement.Status {
    fileprivate var emblem: String {
        switch self {
        case .pass: "✅"
        case .fail: "❌"
        case .inconclusive: "❓"
        case .notJudged: "➖"
        }
    }
}

extension RunVerdict {
    fileprivate var emblem: String {
        switch self {
        case .met: "✅"
        case .integrityFailed, .missed: "❌"
        case .interrupted, .aborted: "⚠️"
        case .inconclusive: "❓"
        }
    }
}
