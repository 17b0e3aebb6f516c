import EventLoop
import HTTPService
import HTTPWire
import Histogram

/// An echo server and an open-loop client on one loop, in whichever world that is.
struct EchoDemo {
    struct Outcome {
        /// Requests that were due.
        var due = 0
        /// Never sent: no connection was free in time. The generator was slower than its schedule.
        var unsent = 0
        var answered = 0
        /// No answer, though the request may have been sent.
        var unknown = 0
        /// Nanoseconds from the instant at which a request was due.
        var latency: Histogram
        var wallTime = TimeSpan.zero
        /// Of a simulated world.
        var trace: TraceHash?
    }

    let rate: Int
    let span: TimeSpan

    func runLive() throws -> Outcome {
        let loop = try EventLoop.live()
        return try run(on: loop, watch: loop)
    }

    /// Latency between 0.2 and 2 ms, one segment in 10,000 lost, one in 100,000 met by a reset, writes cut anywhere.
    func runSimulated(seed: UInt64) throws -> Outcome {
        var conditions = NetworkConditions()
        conditions.latency = .microseconds(200) ... .milliseconds(2)
        conditions.loss = 0.0001
        conditions.reset = 0.00001
        conditions.cutsAtRandom = true
        let loop = EventLoop.simulated(seed: seed, conditions: conditions)
        var outcome = try run(on: loop, watch: EventLoop.live())
        outcome.trace = loop.simulation?.trace
        return outcome
    }

    private func run(on loop: EventLoop, watch: EventLoop) throws -> Outcome {
        let began = watch.now
        var outcome = try loop.run { try await exchange(on: loop) }
        outcome.wallTime = watch.now - began
        return outcome
    }

    private func exchange(on loop: EventLoop) async throws -> Outcome {
        let server = HTTPServer(on: loop) { exchange in
            exchange.respond(200, body: try await exchange.collectBody())
        }
        let client = HTTPClient(on: loop, to: HTTPOrigin(try server.listen(on: .loopback())))
        let tally = Tally()
        let request = try HTTPRequest(.post, "/echo", host: client.origin.host, body: Array("hello, spillway".utf8))
        await send(request, with: client, tally)
        client.close()
        await server.drain(until: loop.now + .seconds(5))
        return tally.outcome
    }

    /// One task per arrival, each at its own instant of a uniform grid, whatever became of those before.
    private func send(_ request: HTTPRequest, with client: HTTPClient, _ tally: Tally) async {
        let loop = client.loop
        let count = Int(Double(rate) * span.seconds)
        let start = loop.now
        for index in 0..<count {
            let due = start + TimeSpan(nanoseconds: Int64(Double(index) * 1e9 / Double(rate)))
            if due > loop.now { try? await loop.sleep(until: due) }
            tally.began()
            loop.spawn {
                do throws(HTTPClientError) {
                    let response = try await client.send(request, until: due + .seconds(10))
                    tally.ended(response.status == 200 ? .answered(after: loop.now - due) : .unknown)
                } catch {
                    tally.ended(error.mayHaveBeenSent ? .unknown : .unsent)
                }
            }
        }
        await tally.allEnded(on: loop)
    }
}

/// Counts what was sent and what came of it, on one loop.
private final class Tally {
    private(set) var outcome: EchoDemo.Outcome
    private var underWay = 0
    private var parking: Parking?

    init() {
        guard let layout = HistogramLayout(lowest: 1_000, highest: 60_000_000_000) else {
            preconditionFailure("the layout of a latency histogram is possible")
        }
        outcome = EchoDemo.Outcome(latency: Histogram(layout))
    }

    func began() {
        outcome.due += 1
        underWay += 1
    }

    enum Ending {
        case answered(after: TimeSpan)
        case unknown
        case unsent
    }

    func ended(_ ending: Ending) {
        switch ending {
        case .answered(let span):
            outcome.answered += 1
            outcome.latency.record(UInt64(max(0, span.nanoseconds)))
        case .unknown: outcome.unknown += 1
        case .unsent: outcome.unsent += 1
        }
        underWay -= 1
        if underWay == 0 { parking?.wake() }
    }

    func allEnded(on loop: EventLoop) async {
        guard underWay > 0 else { return }
        let place = Parking(loop)
        parking = place
        _ = await place.wait()
    }
}
