import Diagnostics
import EventLoop
import Evidence
import HTTPService
import Histogram
import LoadDriver
import Reporting
import TestFolders
import Testing
import Timebase
import Verdicts

@testable import Drill

@Suite struct DrillRunTests {
    /// One whole drill in simulation, against a target that answers as `handler` says.
    private static func drill(
        _ rest: String, url: String? = nil, _ conduct: @escaping (EventLoop) -> DrillConduct = { _ in DrillConduct() },
        handler: @escaping (HTTPExchange) async throws -> Void
    ) throws -> Drill.Outcome {
        let loop = EventLoop.simulated(seed: 3)
        let folder = try TestFolder()
        return try loop.run {
            let server = HTTPServer(on: loop) { exchange in try await handler(exchange) }
            let address = try server.listen(on: .loopback())
            let text = """
                plan: sample
                target: {url: "\(url ?? "http://\(address)")", timeout: 2s}
                shadow: {canary: off}
                journeys:
                  pay: {steps: [POST /pay: {json: {id: "${id}"}, headers: {Idempotency-Key: "${id}"}}]}
                \(rest.replacing("ADDRESS", with: "\(address)"))
                """
            let order = try SimulatedDrill(plan: text).order(in: folder)
            let outcome = try await Drill(order, conduct(loop), on: loop).run()
            await server.drain(until: loop.now + .seconds(5))
            return outcome
        }
    }

    private static func report(_ outcome: Drill.Outcome) throws -> Report { try outcome.done().report }

    private static let traffic = "traffic: [{hold: {for: 10s, rate: 200/s}}]\narrivals: uniform\n"

    @Test func `a drill that meets its targets says so`() throws {
        let report = try Self.report(
            Self.drill(Self.traffic + "targets: [{latency: {p99: 100ms}}, {errors: {at most: 1%}}]") { exchange in
                exchange.respond(201)
            })
        #expect(report.judgements.map(\.status) == [.pass, .pass, .pass], "\(report.judgements)")
        #expect(report.verdict == .met && report.record.ending == .completed)
        #expect(report.record.identity.allowed == ["127.0.0.0/8", "::1/128"])
        #expect(report.record.slices.prefix(10).allSatisfy { $0.arrivals.started == 200 })
    }

    @Test func `a slow target misses its latency, and what nothing was seen of is not passed`() throws {
        let slow = try Self.report(
            Self.drill(Self.traffic + "targets: [{latency: {p99: 100ms}}, {errors: {at most: 1%}}]") { exchange in
                try await exchange.loop.sleep(until: exchange.loop.now + .milliseconds(300))
                exchange.respond(201)
            })
        #expect(slow.judgements.map(\.status) == [.pass, .fail, .pass])
        #expect(slow.verdict == .missed)
        let fair = try Self.report(
            Self.drill(Self.traffic + "targets: [hysteresis: {at least: 90%}]") { $0.respond(201) })
        #expect(fair.judgements.last?.status == .inconclusive && fair.verdict == .inconclusive)
    }

    @Test func `money of which there is no evidence is not passed`() throws {
        let money = try Self.report(Self.drill(Self.traffic + "targets: [money: strict]") { $0.respond(201) })
        #expect(money.judgements.last?.status == .inconclusive && money.verdict == .inconclusive)
    }

    @Test func `every request carries the marks of shadow traffic`() throws {
        var unmarked = 0
        var tokens: Set<String> = []
        let report = try Self.report(
            Self.drill(Self.traffic) { exchange in
                let trace = exchange.field("traceparent")
                let isMarked = exchange.field("baggage")?.hasPrefix("shadow=1,run=") == true && trace?.count == 55
                if let token = exchange.field("x-shadow") { tokens.insert(token) }
                if !isMarked { unmarked += 1 }
                exchange.respond(201)
            })
        #expect(unmarked == 0 && tokens.count == 1)
        #expect(tokens.first?.contains(report.record.identity.runID) == true)
    }

    @Test func `a set-up that fails is the end, with a report and without traffic`() throws {
        var paths: [String] = []
        let report = try Self.report(
            Self.drill(Self.traffic + "setup: [POST /merchants: {json: {count: 1}}]\n") { exchange in
                paths.append(exchange.target)
                exchange.respond(500)
            })
        #expect(paths == ["/merchants"])
        #expect(
            report.record.ending
                == .failed(at: .zero, reason: "the set-up failed: 'POST /merchants' was answered with 500"))
        #expect(report.verdict == .inconclusive)
    }

    @Test func `a target that nobody listens at, or that may not be hit, is refused before any traffic`() throws {
        for (url, words) in [
            ("http://127.0.0.1:9", "127.0.0.1:9"), ("http://10.1.2.3:80", "10.1.2.3"),
        ] {
            let outcome = try Self.drill(Self.traffic, url: url) { $0.respond(201) }
            guard case .refused(let diagnostics) = outcome else {
                Issue.record("\(url) was not refused")
                continue
            }
            #expect(diagnostics.contains { $0.message.contains(words) }, "\(diagnostics.map(\.message))")
        }
    }

    @Test func `a plan that cannot be compiled is refused in order, also when its sink of webhooks listens`() throws {
        let space = try TestFolder()
        let cards = try space.write(Array("number\n1\n".utf8), as: "cards.csv")
        let outcome = try Self.drill(
            Self.traffic + """
                webhooks: {listen: "127.0.0.1:0", public-url: "http://127.0.0.1"}
                data: {cards: {csv: \(cards)}}
                setup: [POST /merchants: {json: {card: "${cards.pan}"}}]
                """
        ) { $0.respond(201) }
        guard case .refused(let diagnostics) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(diagnostics.contains { $0.message.contains("pan") }, "\(diagnostics.map(\.message))")
    }

    /// A series that is read every ten seconds: high at once, and then as `second` says.
    private static func guarded(for span: String, second: String?) throws -> Report {
        var asked = 0
        return try report(
            drill(
                """
                traffic: [{hold: {for: 40s, rate: 5/s}}]
                observe: [{prometheus: "http://ADDRESS/metrics", every: 10s, series: {queue: depth}}]
                guards: [queue > 100 for \(span)]
                """
            ) { exchange in
                guard exchange.target == "/metrics" else { return exchange.respond(201) }
                asked += 1
                if asked > 1, second == nil { try await exchange.loop.sleep(until: exchange.loop.now + .seconds(60)) }
                exchange.respond(200, body: Array("depth \(asked == 1 ? "200" : second ?? "")\n".utf8))
            })
    }

    @Test func `a guard holds between the samples of a slow series, and not behind them`() throws {
        #expect(try Self.guarded(for: "3s", second: nil).verdict == .aborted)
        #expect(try Self.guarded(for: "15s", second: "200").verdict == .aborted)
        #expect(try Self.guarded(for: "15s", second: "100").record.ending == .completed)
        #expect(try Self.guarded(for: "15s", second: nil).record.ending == .completed)
    }

    @Test func `commands that come before the driver are kept for it`() throws {
        let report = try Self.report(
            Self.drill(
                Self.traffic,
                { _ in
                    let conduct = DrillConduct()
                    conduct.inlet.send(.stop(signal: 2))
                    return conduct
                }, handler: { $0.respond(201) }))
        #expect(report.verdict == .interrupted(signal: 2))
        #expect(report.record.slices.reduce(0) { $0 + $1.arrivals.started } == 0)
    }
}
