import Audit
import Evidence
import Reporting

/// Money and isolation, held against what was planted.
struct IntegrityLaws {
    let plant: DrawnDrill.Plant
    let report: Report

    init(_ drill: DrawnDrill, _ report: Report) {
        (plant, self.report) = (drill.plant, report)
    }

    var breaches: [Breach] {
        guard let audit = report.audit else { return [Breach("whole", "there was no audit")] }
        return AuditCheck.Kind.allCases.filter { !plant.mayFail($0) }.flatMap { kind in
            audit.findings(of: kind).flatMap { sound($0) + told($0) }
        } + watched
    }

    private func sound(_ finding: AuditFinding) -> [Breach] {
        guard finding.status == .fail else { return [] }
        return finding.answers.filter { $0.count > 0 && $0.refutes }.map { answer in
            let first = answer.violations.first
            let trace = first?.trace.map { "\n        \($0)" }.joined() ?? ""
            return Breach(
                "sound",
                "\(finding.name) \(answer.word), \(answer.count) times: \(first?.subject ?? ""): \(first?.detail ?? "")\(trace)"
                    + "\n        drain: \(report.record.drain?.words ?? "quiet")"
            )
        }
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
