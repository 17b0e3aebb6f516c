import Audit
import Diagnostics
import Evidence
import Numerals
import Verdicts

/// One line of a CI system's list of tests: a judgement of the run, a check of the audit, or the run's end.
struct JUnitCase {
    enum Outcome: Equatable {
        case passed, failed
        /// Not judged, or not judgeable: red wherever CI systems look.
        case error
        case skipped
    }

    var name: String
    var outcome: Outcome
    /// What stood where it did not pass, in a line.
    var message = ""
    var details: [String] = []
    /// What was seen, also where it passed.
    var output: [String] = []

    var isRed: Bool { outcome == .failed || outcome == .error }

    func element(of suite: String) -> XMLElement {
        let attributes = [("classname", suite), ("name", name), ("time", "0")]
        let output = output.isEmpty ? [] : [XMLElement("system-out", lines: output)]
        return XMLElement("testcase", attributes, verdict + output)
    }

    private var verdict: [XMLElement] {
        switch outcome {
        case .passed: []
        case .failed: [XMLElement("failure", [("message", message), ("type", "fail")], lines: details)]
        case .error: [XMLElement("error", [("message", message), ("type", "inconclusive")], lines: details)]
        case .skipped: [XMLElement("skipped", [("message", message)])]
        }
    }

    // MARK: Bounds

    /// Of one text.
    private static let textMax = 1_000
    private static let linesMax = 40

    /// Short enough to be shown in a list.
    var bounded: JUnitCase {
        var bounded = self
        bounded.name = name.fitted(to: 250)
        bounded.message = message.fitted(to: Self.textMax)
        bounded.details = Self.bounded(details)
        bounded.output = Self.bounded(output)
        return bounded
    }

    private static func bounded(_ lines: [String]) -> [String] {
        let more = lines.count - linesMax
        return lines.prefix(linesMax).map { $0.fitted(to: textMax) }
            + (more > 0 ? ["\(more) more lines in \(ReportFile.json.name)"] : [])
    }
}

extension JUnitCase {
    /// How the run ended. What no judgement says must not be green either.
    init(endOf report: Report) {
        self.init(name: "the run came to its end", outcome: .passed)
        let verdict = report.verdict
        output = ["\(verdict.headline), exit code \(verdict.exitCode)"] + report.warnings
        guard let words = report.record.ending.words else { return }
        outcome = .error
        message = words
        details = [words, "exit code \(verdict.exitCode)"]
    }

    init(_ judgement: Judgement) {
        let outcome: Outcome =
            switch judgement.status {
            case .pass: .passed
            case .fail: .failed
            case .inconclusive, .notJudged: .error
            }
        self.init(name: "\(judgement.name): \(judgement.claim)", outcome: outcome)
        let facts = [
            "expected: \(judgement.expected)", "observed: \(judgement.observed)",
            "looked at: \(judgement.window?.words ?? "nothing")",
        ]
        let reasons = judgement.reasons.map { "because: \($0)" }
        output = outcome == .passed ? facts + reasons : facts
        guard isRed else { return }
        message = "\(judgement.status.words): \(judgement.observed), expected \(judgement.expected)"
        details = facts + reasons
    }

    /// - Parameter isAsked: whether the run's verdict stands on it: what nobody asked for and nobody could tell is no
    ///   failure of the run.
    init(_ finding: AuditFinding, isAsked: Bool) {
        self.init(name: "\(finding.name) \(finding.title): \(finding.claim)", outcome: .passed)
        output = finding.answers.map { "\($0.word): \($0.status.words), \(Figures.grouped(Int($0.count))) found" }
        switch finding.status {
        case .pass: return
        case .fail: outcome = .failed
        case .inconclusive, .notObserved: outcome = isAsked ? .error : .skipped
        }
        message = "\(finding.status.words): \(Figures.counted(UInt64(clamping: finding.count), "violation"))"
        details = finding.answers.flatMap(Self.lines)
    }

    private static func lines(of answer: AuditFinding.Answer) -> [String] {
        guard answer.status != .pass else { return [] }
        let gaps = answer.missing.map { "no source of '\($0)'" } + answer.torn
        return ["\(answer.word), \(answer.finds): \(answer.status.words)"] + gaps.map { "  \($0)" }
            + answer.violations.prefix(3).flatMap { violation in
                ["  \(violation.subject): \(violation.detail)"]
                    + violation.trace.prefix(6).map { "    \($0.ledger): \($0.text)" }
            }
    }
}
