import EventLoop
import HTTPService
import HTTPWire
import SeededRandom

/// The fingerprint of a simulated world in which much goes wrong by chance: latencies, loss, resets and cuts from the
/// seed, several clients with deadlines too short for some of their requests, and a server that takes its time.
/// Outcomes are mixed into the trace too, so a difference in what callers hear shows as well as one on the wire.
func runTrace(_ arguments: inout Arguments) throws {
    let seed = UInt64(try arguments.count("--seed", default: 1))
    try arguments.finish()
    var conditions = NetworkConditions()
    conditions.latency = .microseconds(50) ... .milliseconds(3)
    conditions.loss = 0.01
    conditions.reset = 0.001
    conditions.segment = 700
    conditions.cutsAtRandom = true
    conditions.window = 8 * 1024
    let loop = EventLoop.simulated(seed: seed, conditions: conditions)
    let tally = Tally()
    try loop.run {
        let server = slowServer(on: loop, Seed(seed).split("server").stream())
        let address = try server.listen(on: .loopback())
        let users = (0..<12).map { index in
            loop.spawn {
                await oneClient(on: loop, to: address, Seed(seed).split("client-\(index)").stream(), tally)
            }
        }
        for user in users { await user.join() }
        await server.drain(until: loop.now + .seconds(30))
    }
    guard let trace = loop.simulation?.trace else { preconditionFailure("a simulated loop has a simulation") }
    var report = Report()
    report.add("trace", String(trace.value, radix: 16))
    report.add("events", trace.count)
    report.add("answered", tally.answered)
    report.add("failed", tally.failed)
    report.add("virtual_ns", loop.now.nanoseconds)
    report.write()
}

private final class Tally {
    var answered = 0
    var failed = 0
}

private final class Draws {
    var random: SeededRandom

    init(_ random: SeededRandom) {
        self.random = random
    }
}

private func slowServer(on loop: EventLoop, _ random: SeededRandom) -> HTTPServer {
    let draws = Draws(random)
    return HTTPServer(on: loop) { exchange in
        let body = try await exchange.collectBody()
        let pause = TimeSpan.microseconds(draws.random.integer(in: 0...20_000))
        try await loop.sleep(until: loop.now + pause)
        exchange.respond(200, nil, body: body)
    }
}

private func oneClient(on loop: EventLoop, to address: Address, _ random: SeededRandom, _ tally: Tally) async {
    var random = random
    var configuration = ClientConfiguration()
    configuration.connectionsMax = 4
    let client = HTTPClient(on: loop, to: HTTPOrigin(address), configuration: configuration)
    for _ in 0..<200 {
        let body = [UInt8](repeating: 0x61, count: Int(random.integer(in: 0...3_000)))
        let patience = TimeSpan.milliseconds(random.integer(in: 10...400))
        do throws(HTTPClientError) {
            let request = checkedRequest(host: client.origin.host, body: body)
            let response = try await client.send(request, until: loop.now + patience)
            tally.answered += 1
            loop.simulation?.trace.mix(UInt64(response.status) << 32 | UInt64(response.bytes.count))
        } catch {
            tally.failed += 1
            for byte in "\(error)".utf8 { loop.simulation?.trace.mix(UInt64(byte)) }
        }
    }
    client.close()
}

private func checkedRequest(host: String, body: [UInt8]) -> HTTPRequest {
    do throws(WireError) {
        return try HTTPRequest(.post, "/v1/payments", host: host, body: body)
    } catch {
        preconditionFailure("a fixed request is well-formed: \(error)")
    }
}
