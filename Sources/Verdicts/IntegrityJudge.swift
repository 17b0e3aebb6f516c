import Audit
import PlanModel

/// Money and isolation, by the checks of the audit. One violation refutes the claim; a check that could not be asked, or whose
/// evidence was read in part, leaves it open: what was not looked at is not proved.
struct IntegrityJudge {
    let audit: AuditReport?
    let kind: AuditCheck.Kind
    /// All of its kind when empty.
    let checks: [String]
    let name: String

    private static let reasonsMax = 12

    static func kind(of claim: Verdict.Claim) -> AuditCheck.Kind? {
        switch claim {
        case .money: .money
        case .isolation: .isolation
        default: nil
        }
    }

    var judgement: Judgement {
        let findings = audit?.findings(of: kind).filter { checks.isEmpty || checks.contains($0.name) } ?? []
        return Judgement(
            name: name, kind: .integrity, claim: claim, status: status(findings),
            expected: "no violation of " + (checks.isEmpty ? "any check" : checks.joined(separator: ", ")),
            observed: observed(findings), window: nil, reasons: reasons(findings))
    }

    private var claim: String {
        kind == .money ? "no money was lost, made or moved twice" : "live and shadow traffic stayed apart"
    }

    private func status(_ findings: [AuditFinding]) -> Judgement.Status {
        .together(
            findings.map { finding in
                switch finding.status {
                case .pass: .pass
                case .fail: .fail
                case .inconclusive, .notObserved: .inconclusive
                }
            })
    }

    private func observed(_ findings: [AuditFinding]) -> String {
        guard audit != nil else { return "the run left no evidence that could be audited" }
        let words = AuditFinding.Status.allCases.compactMap { status in
            let names = findings.filter { $0.status == status }.map(\.name)
            return names.isEmpty ? nil : "\(names.joined(separator: ", ")) \(status.words)"
        }
        return words.joined(separator: "; ")
    }

    private func reasons(_ findings: [AuditFinding]) -> [String] {
        let broken = findings.filter { $0.status == .fail }.flatMap { finding in
            finding.answers.filter { $0.count > 0 }.map { answer in
                let first = answer.violations.first.map { "; \($0.subject): \($0.detail)" } ?? ""
                return "\(finding.name) \(answer.word), \(answer.count) times: \(answer.finds)\(first)"
            }
        }
        let open = findings.filter { $0.status != .fail }.flatMap { finding in
            finding.answers.compactMap { Self.gap($0).map { "\(finding.name) \($0)" } }
        }
        return Array((broken + open).prefix(Self.reasonsMax))
    }

    private static func gap(_ answer: AuditFinding.Answer) -> String? {
        if !answer.missing.isEmpty {
            return "\(answer.word) was not observed: the run has no \(answer.missing.joined(separator: ", "))"
        }
        if let torn = answer.torn.first { return "\(answer.word) was asked of a part only: \(torn)" }
        if answer.count > 0 { return "\(answer.word), \(answer.count) times: \(answer.finds)" }
        return nil
    }
}

extension AuditFinding.Status {
    package var words: String {
        switch self {
        case .pass: "pass"
        case .fail: "fail"
        case .inconclusive: "inconclusive"
        case .notObserved: "not observed"
        }
    }
}
