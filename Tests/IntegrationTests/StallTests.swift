import EventLoop
import Evidence
import HTTPService
import Histogram
import Reporting
import Testing
import Timebase

@Suite struct StallTests {
    /// The live twin of the simulated test of coordinated omission: 900 requests, of which 200 are due in the stall; the
    /// k-th worst waits 2 s - k * 10 ms. Only as many as there are connections were on their way meanwhile, so what a
    /// closed client would have measured is calm.
    @Test func `a stall of two seconds shows in the percentiles as arithmetic says`() throws {
        var answeredAt = [Int: Instant]()
        let answer: Stand.Answer = { exchange, number, stand in
            let since = stand.loop.now - stand.requests[0].at
            if since >= .seconds(4), since < .seconds(6) {
                try await stand.loop.sleep(until: stand.requests[0].at + .seconds(6))
            }
            exchange.respond(201)
            answeredAt[number] = stand.loop.now
        }
        try Stand.open(answer) { stand in
            let plan = try stand.plan("{hold: {for: 9s, rate: 100/s}}", target: ", connections: 5")
            let end = try await stand.start(plan).end(on: stand.loop)
            #expect([0, 3].contains(end.code), "\(end.talk)")
            let report = try stand.report()
            #expect(report.count(.ok) == 900)
            let cell = report.record.stages[0].cells[0]
            let latency = try #require(try cell.corrected.opened())
            let raw = try #require(try cell.raw.opened())
            // At the least what arithmetic says, and at the most what the stand saw: through five connections a slow
            // machine needs its time for those behind the stall.
            let first = stand.requests[0].at
            let waits = answeredAt.map { ($1 - first).seconds - Double($0) * 0.01 }.sorted(by: >)
            try #require(waits.count == 900)
            for (percentile, worst) in [(99.9, 1), (99.0, 9), (95.0, 45)] {
                let expected = 2.0 - Double(worst) * 0.01
                let found = Double(latency.value(atPercentile: percentile) ?? 0) / 1e9
                let most = max(expected, waits[worst - 1]) + 0.15
                #expect((expected - 0.05...most).contains(found), "p\(percentile)")
            }
            #expect(raw.value(atPercentile: 99) ?? .max < 500_000_000, "5 of 900 were under way")
        }
    }
}
