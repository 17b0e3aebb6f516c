import Diagnostics
import PlanModel
import Testing

@testable import PlanLanguage

@Suite struct PlanSizeTests {
    /// `lines` lines, nearly all of them in journeys.
    static func plan(lines: Int) -> String {
        let journeys = (0..<lines / 10).map { number in
            """
              pay-\(number):
                weight: \(number % 7 + 1)
                retry: {on: [timeout, 429, 503], attempts: 3, honour: retry-after, backoff: exponential 100ms}
                steps:
                  - POST /v1/payments/${m}/${id}:
                      headers: {Idempotency-Key: "${id}", X-Merchant: "${m}"}
                      json: {amount: "${a}", nested: {list: [1, 2, "${recent.payment}"], ok: true}}
                      expect: {status: [201, 202]}
                      keep: {payment: $.id}
                  - GET /v1/payments/${payment}: {expect: {status: 200}}

            """
        }
        return """
            plan: large
            target: {url: "http://a"}
            data: {m: {pool: 1000}, a: {number: exponential 4900}}
            journeys:
            \(journeys.joined())
            traffic: [hold: {for: 1m, rate: 100/s}]

            """
    }

    @Test func `a plan of many lines is read, and all its mistakes up to a bound are kept`() throws {
        let text = Self.plan(lines: 2_000)
        let plan = try #require(Plan.parse(SourceText(name: "p", text: text)).plan)
        #expect(plan.journeys.count == 200)
        let broken = Plan.parse(SourceText(name: "p", text: text.replacing("attempts: 3", with: "attempts: 0")))
        #expect(broken.diagnostics.count == 200)
        let worse = text.replacing("attempts: 3", with: "attempts: 0, x: 1")
        #expect(Plan.parse(SourceText(name: "p", text: worse)).droppedCount == 200)
    }
}
