import Audit
import Evidence
import Reporting
import SampleRuns
import Testing
import Timebase
import Verdicts

@Suite struct JUnitTests {
    static func judgement(
        _ name: String, _ status: Judgement.Status, _ kind: Judgement.Kind = .performance, claim: String = "a claim"
    ) -> Judgement {
        Judgement(
            name: name, kind: kind, claim: claim, status: status, expected: "at most 1%", observed: "2%",
            window: Judgement.Window(stages: ["baseline"], span: .zero ..< .seconds(5)), reasons: ["because of \(name)"]
        )
    }

    static func finding(
        _ name: String, _ kind: AuditCheck.Kind, count: Int64 = 0, missing: [String] = []
    ) -> AuditFinding {
        AuditFinding(
            name: name, title: "a title", kind: kind, claim: "a claim",
            answers: [
                .init(
                    word: "lost", finds: "a payment that is gone", query: "SELECT 1", refutes: true, count: count,
                    violations: count > 0 ? [Violation(subject: "pay_1", detail: "gone")] : [], missing: missing,
                    torn: [])
            ])
    }

    private static func text(
        _ judgements: [Judgement], ending: Ending = .completed, audit: [AuditFinding]? = nil
    ) -> String {
        var record = SampleRun.steady.record
        record.ending = ending
        return Report(
            record, audit: audit.map { AuditReport(sources: [], findings: $0) }, judgements: judgements
        ).text(of: .junit)
    }

    private static let generator = judgement("generator", .pass, .generator)

    @Test func `what passed has its figures, what failed says why`() {
        let text = Self.text([Self.generator, Self.judgement("latency", .pass), Self.judgement("errors", .fail)])
        #expect(text.contains("tests=\"4\" failures=\"1\" errors=\"0\" time=\"25.000\""))
        #expect(text.contains("<failure message=\"fail: 2%, expected at most 1%\" type=\"fail\">"))
        #expect(text.contains("because: because of errors"))
        #expect(text.components(of: "<testcase ") == 4 && text.components(of: "<system-out>") == 4)
        #expect(text.components(of: "observed: 2%") == 4)
    }

    @Test(arguments: [
        (Ending.completed, Judgement.Status.inconclusive), (.completed, .notJudged),
        (.aborted(at: .seconds(3), guardText: "errors > 1%"), .pass), (.interrupted(at: .seconds(3), signal: 2), .pass),
        (.failed(at: .seconds(3), reason: "the target died"), .pass),
    ])
    func `a run that is not green is an error there, though nothing failed`(ending: Ending, status: Judgement.Status) {
        let text = Self.text([Self.generator, Self.judgement("errors", status)], ending: ending)
        #expect(text.contains("failures=\"0\" errors=\"1\" time="), "\(text)")
        #expect(text.contains("type=\"inconclusive\""))
    }

    @Test func `a check of the audit that fails is a failure, and what nobody asked for is skipped`() {
        let money = Self.judgement("money", .fail, .integrity)
        let findings = [
            Self.finding("M1", .money, count: 3), Self.finding("M2", .money),
            Self.finding("M7", .isolation, missing: ["log"]),
        ]
        let failed = Self.text([Self.generator, money], audit: findings)
        #expect(failed.contains("tests=\"6\" failures=\"2\" errors=\"0\" time="), "\(failed)")
        #expect(failed.contains("pay_1: gone") && failed.contains("<skipped message=\"not observed"))
        let passed = Self.text([Self.generator, Self.judgement("money", .pass, .integrity)], audit: [findings[2]])
        #expect(passed.contains("failures=\"0\" errors=\"0\" time="))
        let isolation = Self.judgement("isolation", .inconclusive, .integrity)
        let open = Self.text([Self.generator, isolation], audit: [findings[2]])
        #expect(open.contains("failures=\"0\" errors=\"2\" time="), "asked for, and not observed")
    }

    @Test func `two judgements of one name are told apart, and a thousand are bounded with the red ones kept`() {
        let two = Self.text([Self.generator, Self.judgement("errors", .pass), Self.judgement("errors", .pass)])
        #expect(two.contains("name=\"errors: a claim\"") && two.contains("name=\"errors: a claim (2)\""))
        let many = (0..<1_000).map { Self.judgement("errors", $0 == 999 ? .fail : .pass, claim: "claim \($0)") }
        let text = Self.text([Self.generator] + many)
        #expect(text.contains("errors: claim 999") && text.contains("501 more in report.json"))
        #expect(text.utf8.count < 1 << 20)
    }

    @Test func `a run that was refused is an error`() throws {
        let text = try #require(Report.refusal(of: "a<b", ["nobody listens"], as: .junit))
        #expect(text.contains("errors=\"1\"") && text.contains("message=\"nobody listens\"") && text.contains("a&lt;b"))
        #expect(Report.refusal(of: "p", [], as: .series) == nil)
    }
}

extension String {
    /// How often it stands there.
    func components(of part: String) -> Int { ranges(of: part).count }
}
