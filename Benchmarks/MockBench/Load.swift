import BenchSupport
import EventLoop
import HTTPService

struct LoadShape {
    let rate: Int
    let seconds: Double
    let connections: Int
}

nonisolated func load(port: UInt16, _ shape: LoadShape) throws {
    let loop = try EventLoop.live()
    try loop.run {
        let load = PaymentLoad(on: loop, shape, port: port)
        try await load.run()
        print(load.report)
    }
}

/// A task per arrival, arrivals on an even grid, over connections in turn: every server sees the same requests on the
/// same connections at the same instants.
final class PaymentLoad {
    private let loop: EventLoop
    private let shape: LoadShape
    private let clients: [HTTPClient]
    private let template: NumberedRequest
    /// Never a number again that another load of the same bank has sent: it would be answered as a replay.
    private var sent: Int
    private var waiting = 0
    private var answered = 0
    private var failed = 0
    private var firstFailure = ""
    /// By the part of the window in which they were sent.
    private var times: [[Int64]]
    private var rate = 0.0

    private static let warmUp = 0.5
    private static let partSeconds = 0.5
    private static let patience = TimeSpan.seconds(10)

    init(on loop: EventLoop, _ shape: LoadShape, port: UInt16) {
        self.loop = loop
        self.shape = shape
        sent = Int(loop.now.nanoseconds / 1_000) % 1_000_000_000_000
        let origin = HTTPOrigin(.loopback(port: port))
        var configuration = ClientConfiguration()
        configuration.connectionsMax = 1
        clients = (0..<shape.connections).map { _ in HTTPClient(on: loop, to: origin, configuration: configuration) }
        template = .authorisation(host: origin.host, now: loop.secondsSince1970)
        times = Array(repeating: [], count: max(1, Int(shape.seconds / Self.partSeconds)))
    }

    func run() async throws {
        await openAll()
        let interval = TimeSpan.nanoseconds(1_000_000_000 / Int64(shape.rate))
        let warm = Int(Self.warmUp * Double(shape.rate))
        let all = warm + Int(shape.seconds * Double(shape.rate))
        let begin = loop.now
        var measuredFrom = (answered: answered, at: begin)
        for arrival in 0..<all {
            if arrival == warm { measuredFrom = (answered, loop.now) }
            let due = begin + interval * Int64(arrival)
            if loop.now < due { try await loop.sleep(until: due) }
            let client = clients[arrival % clients.count]
            let part = arrival < warm ? nil : Int(Double(arrival - warm) / (Self.partSeconds * Double(shape.rate)))
            loop.spawn { [self] in await send(client, part: part) }
        }
        rate = Double(answered - measuredFrom.answered) / (loop.now - measuredFrom.at).seconds
        // Nothing is sent to find out: a burst at the end would hold up the answers that are timed.
        while waiting > 0 { try await loop.sleep(until: loop.now + .milliseconds(10)) }
        for client in clients { client.close() }
    }

    private func openAll() async {
        let tasks = clients.map { client in loop.spawn { [self] in await send(client, part: nil) } }
        for task in tasks { await task.join() }
    }

    private func send(_ client: HTTPClient, part: Int?) async {
        sent += 1
        waiting += 1
        defer { waiting -= 1 }
        let request = template.request(sent)
        let began = loop.now
        do throws(HTTPClientError) {
            let response = try await client.send(request, until: began + Self.patience)
            guard response.status / 100 == 2 else { return fail("status \(response.status)") }
            answered += 1
            if let part { times[min(part, times.count - 1)].append((loop.now - began).nanoseconds) }
        } catch {
            fail("\(error)")
        }
    }

    private func fail(_ words: String) {
        failed += 1
        if failed == 1 { firstFailure = words }
    }

    var report: String {
        let all = times.joined().sorted()
        let p99s = times.map { Self.time(0.99, of: $0.sorted()) }.sorted()
        return
            #"{"rate": \#(rate), "answered_all": \#(answered), "failed": \#(failed), "failure": "\#(firstFailure)", "#
            + #""p50_us": \#(Self.time(0.5, of: all)), "p99_us": \#(Self.time(0.99, of: all)), "#
            + #""p99_of_median_part_us": \#(p99s[p99s.count / 2]), "max_us": \#(Self.time(1, of: all))}"#
    }

    private static func time(_ share: Double, of sorted: [Int64]) -> Double {
        sorted.isEmpty ? 0 : Double(sorted[min(sorted.count - 1, Int(share * Double(sorted.count)))]) / 1e3
    }
}

extension NumberedRequest {
    /// An authorisation as a stack would send it; the number stands in its reference and its key.
    fileprivate static func authorisation(host: String, now: Int64) -> NumberedRequest {
        NumberedRequest(
            "/v1/authorise", host: host, keyedBy: "idempotency-key", tag: benchTag(at: now),
            body:
                #"{"reference": "pay-\#(blank)-bench", "amount": 4900, "currency": "CNY", "card": "4111111111111111", "#
                + #""merchant": "m-17", "capture": false}"#)
    }
}
