import Audit
import Evidence
import PlanModel
import Reporting
import StackVocabulary
import Timebase

/// Money and isolation, held against what was planted.
struct IntegrityLaws {
    let plant: DrawnDrill.Plant
    let report: Report
    /// The plan has its stack ask banks sooner than a stack does that is left alone.
    let asksEarly: Bool

    init(_ drill: DrawnDrill, _ report: Report, _ plan: Plan) {
        (plant, self.report) = (drill.plant, report)
        asksEarly = plan.stack.setting.query.first < StackSetting().query.first
    }

    var breaches: [Breach] {
        guard let audit = report.audit else { return [Breach("whole", "there was no audit")] }
        return AuditCheck.Kind.allCases.filter { !plant.mayFail($0) }.flatMap { kind in
            audit.findings(of: kind).flatMap { sound($0) + told($0) }
        } + watched
    }

    private func sound(_ finding: AuditFinding) -> [Breach] {
        guard finding.status == .fail else { return [] }
        return finding.answers.filter { $0.count > 0 && $0.refutes && !isAskedTooSoon($0, finding) }.map { answer in
            let first = answer.violations.first
            let trace = first?.trace.map { "\n        \($0)" }.joined() ?? ""
            return Breach(
                "sound",
                "\(finding.name) \(answer.word), \(answer.count) times: \(first?.subject ?? ""): \(first?.detail ?? "")\(trace)"
                    + "\n        drain: \(report.record.drain?.words ?? "quiet")"
            )
        }
    }

    /// A bank that is asked before it has come to a request says that nothing was done, and does it. A stack takes its word:
    /// how soon it asks is the plan's to say.
    private func isAskedTooSoon(_ answer: AuditFinding.Answer, _ finding: AuditFinding) -> Bool {
        guard asksEarly, finding.name == "M3", answer.word == "status_diff" else { return false }
        // The first of them are traced.
        let traces = answer.violations.map(\.trace).filter { !$0.isEmpty }
        return !traces.isEmpty && traces.allSatisfy(\.isBookedBehindItsEnd)
    }

    private var isSettled: Bool { report.record.ending == .completed && report.record.drain?.end == .quiet }

    /// A drain that was quiet has left nothing open.
    private func told(_ finding: AuditFinding) -> [Breach] {
        guard finding.status == .inconclusive, isSettled, (report.record.drain?.unknown?.left ?? 0) == 0 else {
            return []
        }
        let open = finding.answers.filter { $0.status == .inconclusive }
        return [
            Breach(
                "told",
                "\(finding.name) is open behind a quiet drain: "
                    + open.map { "\($0.word) \($0.count) \($0.violations.first?.detail ?? $0.torn.first ?? "")" }
                    .joined(separator: "; "))
        ]
    }

    private var watched: [Breach] {
        let cries = report.record.watch?.violations ?? []
        guard !plant.mayFail(.money), !cries.isEmpty else { return [] }
        return [Breach("sound", "the watch saw " + cries.map { "\($0.check) \($0.count)" }.joined(separator: ", "))]
    }
}

extension [TraceEvent] {
    /// What is written down in whole milliseconds is up to one earlier than it was, and so are the clocks laid side by side.
    private static let slack = TimeSpan.milliseconds(2)

    /// The bank's last word came behind the stack's.
    fileprivate var isBookedBehindItsEnd: Bool {
        guard let stack = compactMap({ $0.ledger == "stack" ? $0.at : nil }).max(),
            let bank = compactMap({ $0.ledger == "bank" ? $0.at : nil }).max()
        else { return false }
        return bank + Self.slack > stack
    }
}
