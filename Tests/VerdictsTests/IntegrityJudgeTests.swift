import Audit
import Evidence
import PlanModel
import SampleRuns
import Testing
import Verdicts

/// Money and isolation are judged by the audit of the run's evidence.
@Suite struct IntegrityJudgeTests {
    private func finding(
        _ name: String, _ kind: AuditCheck.Kind, count: Int64 = 0, refutes: Bool = true, missing: [String] = [],
        torn: [String] = []
    ) -> AuditFinding {
        let answer = AuditFinding.Answer(
            word: "word", finds: "what must not be", query: "SELECT 1", refutes: refutes, count: count,
            violations: count > 0 ? [Violation(subject: "pay-1", detail: "twice")] : [], missing: missing, torn: torn)
        return AuditFinding(name: name, title: name, kind: kind, claim: name, answers: [answer])
    }

    private func judgements(_ findings: [AuditFinding], _ targets: [Verdict]) -> [Judgement] {
        Judge.judgements(
            of: SampleRun.steady.record, targets: targets, audit: AuditReport(sources: [], findings: findings)
        ).filter { $0.kind == .integrity }
    }

    private let money = Verdict.named("money", .money(checks: []))

    @Test func `money passes when every check of it does, and isolation is its own matter`() {
        let findings = [finding("M1", .money), finding("M7", .isolation, count: 1)]
        let judged = judgements(findings, [money])
        #expect(judged.map(\.name) == ["money", "isolation"])
        #expect(judged.map(\.status) == [.pass, .fail])
    }

    @Test func `a violation fails with its witness, and stands where a plan does not ask for it`() throws {
        let judged = try #require(judgements([finding("M2", .money, count: 3)], []).first)
        #expect(judged.status == .fail && judged.name == "money")
        #expect(judged.reasons == ["M2 word, 3 times: what must not be; pay-1: twice"])
        #expect(RunVerdict(ending: .completed, judgements: [judged]) == .integrityFailed)
    }

    @Test func `what was not asked for and is not violated is not told`() {
        #expect(judgements([finding("M2", .money), finding("M7", .isolation, missing: ["log"])], []).isEmpty)
    }

    @Test func `what was not observed, read in part, or is open leaves it open`() {
        for finding in [
            finding("M3", .money, missing: ["statement"]), finding("M3", .money, torn: ["line 7"]),
            finding("U", .money, count: 1, refutes: false),
        ] {
            #expect(judgements([self.finding("M1", .money), finding], [money]).map(\.status) == [.inconclusive])
        }
    }

    @Test func `a plan may name the checks that count`() {
        let target = Verdict.named("money", .money(checks: ["M1"]))
        #expect(
            judgements([finding("M1", .money), finding("M3", .money, missing: ["statement"])], [target]).map(\.status)
                == [.pass])
    }

    @Test func `of a check that passes it is told what could not be asked`() throws {
        var check = finding("M2", .money)
        check.answers.append(contentsOf: finding("M2", .money, missing: ["journal"]).answers)
        let judged = try #require(judgements([check], [money]).first)
        #expect(judged.status == .pass)
        #expect(judged.reasons == ["M2 word was not observed: the run has no journal"])
    }

    @Test func `without evidence there is no pass`() {
        let judged = Judge.judgements(of: SampleRun.steady.record, targets: [money]).last
        #expect(judged?.status == .inconclusive)
    }

    @Test func `a plan can name every check, and no other`() {
        let checks = AuditCheck.all
        #expect(checks.filter { $0.kind == .money }.map(\.name).sorted() == Verdict.moneyChecks.sorted())
        #expect(checks.filter { $0.kind == .isolation }.map(\.name).sorted() == Verdict.isolationChecks.sorted())
    }
}
