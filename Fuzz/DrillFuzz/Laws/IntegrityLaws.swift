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
    /// How long behind a call its bank is asked, where that is sooner than a stack does that is left alone.
    let earlyQuestion: TimeSpan?

    init(_ drill: DrawnDrill, _ report: Report, _ plan: Plan) {
        (plant, self.report) = (drill.plant, report)
        let first = drill.plant == .defect(.queryStorm) ? .zero : plan.stack.setting.query.first
        earlyQuestion = first < StackSetting().query.first ? first : nil
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

    /// Until a bank is asked for the first time, all that was sent is in its books: a plan that asks sooner has the stack take
    /// "not captured" and "not in the statement" for an end, which is the plan's doing. Whatever else ended it is not.
    private func isAskedTooSoon(_ answer: AuditFinding.Answer, _ finding: AuditFinding) -> Bool {
        guard let earlyQuestion, finding.name == "M3", answer.word == "status_diff" else { return false }
        // The first of them are traced.
        let traced = answer.violations.filter { !$0.trace.isEmpty }
        return !traced.isEmpty && traced.allSatisfy { $0.trace.isBooked($0.subject, behind: earlyQuestion) }
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

    /// An answer or a statement that says otherwise may be this long on its way.
    private static let transit = TimeSpan.seconds(3)

    /// Both the bank's last word on it and the stack's came when the bank might have been asked: so long behind the last call;
    /// and the stack's not when it had long been able to hear of the bank's.
    func isBooked(_ subject: String, behind question: TimeSpan) -> Bool {
        guard count < Auditor.traceEventsMax, let bank = last("bank", where: { $0.contains(" as \(subject)-") }),
            let end = last("stack", where: { $0.hasPrefix("payment is ") || $0.hasPrefix("refund is ") }),
            let call = last("stack", where: { $0.contains(", sent ") && !$0.contains(", sent 0 ") }, until: end)
        else { return false }
        return bank + Self.slack > call + question && end + Self.slack > call + question && end < bank + Self.transit
    }

    private func last(_ ledger: String, where fits: (String) -> Bool, until latest: TimeSpan? = nil) -> TimeSpan? {
        filter { $0.ledger == ledger && fits($0.text) }.compactMap(\.at).filter { $0 <= latest ?? $0 }.max()
    }
}
