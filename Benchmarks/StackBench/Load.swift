import BenchSupport
import EventLoop
import HTTPService
import HTTPWire
import Timebase

extension NumberedRequest {
    static func payment(host: String, now: Int64, notify: String? = nil) -> NumberedRequest {
        let notify = notify.map { #","notify":"\#($0)""# } ?? ""
        return NumberedRequest(
            "/v1/payments", host: host, keyedBy: "idempotency-key", tag: benchTag(at: now),
            fields: [("x-merchant", "merchant-17")],
            body: #"{"amount":4900,"currency":"CNY","card":"4111111111111111"\#(notify)}"#)
    }
}

/// Users who pay, and pay again when they are answered.
final class ClosedLoad {
    private let loop: EventLoop
    private let clients: [HTTPClient]
    private let template: NumberedRequest
    private var sent: Int
    private var isOver = false
    private var isCounted = false
    private var answered = 0
    private var failed = 0
    private var firstFailure = ""
    private let depth: Int
    private let usersMax: Int

    init(on loop: EventLoop, port: UInt16, users: Int, _ words: Words) {
        self.loop = loop
        depth = words.number("--pipeline", default: 1)
        usersMax = users
        sent = Int(loop.now.nanoseconds / 1_000) % 1_000_000_000_000
        let origin = HTTPOrigin(.loopback(port: port))
        var configuration = ClientConfiguration()
        configuration.connectionsMax = 1
        configuration.pipelineDepth = depth
        configuration.heedsCancellation = false
        clients = (0..<max(1, users / depth)).map { _ in HTTPClient(on: loop, to: origin, configuration: configuration)
        }
        template = .payment(host: origin.host, now: loop.secondsSince1970, notify: words.text("--notify"))
    }

    func run(for span: TimeSpan) async throws -> String {
        let users = (0..<usersMax).map { number in
            loop.spawn { [self] in await pay(clients[number % clients.count]) }
        }
        try await loop.sleep(until: loop.now + .seconds(1))
        let began = loop.now
        isCounted = true
        try await loop.sleep(until: began + span)
        let seconds = (loop.now - began).seconds
        isCounted = false
        let count = answered
        isOver = true
        for user in users { await user.join() }
        for client in clients { client.close() }
        return
            #"{"rate": \#(Double(count) / seconds), "failed": \#(failed), "failure": "\#(firstFailure)"}"#
    }

    private func pay(_ client: HTTPClient) async {
        while !isOver {
            sent += 1
            let request = template.request(sent)
            do throws(HTTPClientError) {
                let response = try await client.send(request, until: loop.now + .seconds(10))
                if response.status / 100 != 2 { fail("status \(response.status)") } else if isCounted { answered += 1 }
            } catch {
                fail("\(error)")
                return
            }
        }
    }

    private func fail(_ words: String) {
        failed += 1
        if failed == 1 { firstFailure = words }
    }
}

/// Payments at their instants. What came too late for its sender is no good answer.
final class OpenLoad {
    struct Result {
        var rate = 0
        var goodPerSecond: [Int] = []
        var refusalsUS: [Int64] = []
        var answersUS: [Int64] = []
        var failed = 0

        /// Of a second, the first left out.
        var goodput: Double {
            let seconds = goodPerSecond.dropFirst().dropLast()
            return seconds.isEmpty ? 0 : Double(seconds.reduce(0, +)) / Double(seconds.count)
        }

        static func percentile(_ share: Double, _ values: [Int64]) -> Int64 {
            let sorted = values.sorted()
            return sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, Int(share * Double(sorted.count)))]
        }

        var json: String {
            #"{"rate": \#(rate), "goodput": \#(goodput), "refused": \#(refusalsUS.count), "refused_p99_us": "#
                + "\(Self.percentile(0.99, refusalsUS)), \"answered_p99_us\": \(Self.percentile(0.99, answersUS)), "
                + #""failed": \#(failed), "good_per_second": \#(goodPerSecond)}"#
        }
    }

    static let slo = TimeSpan.milliseconds(500)

    private let loop: EventLoop
    private let client: HTTPClient
    private let template: NumberedRequest
    private var sent: Int
    private var underWay = 0

    init(on loop: EventLoop, port: UInt16) {
        self.loop = loop
        sent = Int(loop.now.nanoseconds / 1_000) % 1_000_000_000_000
        let origin = HTTPOrigin(.loopback(port: port))
        var configuration = ClientConfiguration()
        configuration.connectionsMax = 1_000
        configuration.waitingMax = 100_000
        client = HTTPClient(on: loop, to: origin, configuration: configuration)
        template = .payment(host: origin.host, now: loop.secondsSince1970)
    }

    func close() { client.close() }

    func run(_ rate: Int, for span: TimeSpan) async throws -> Result {
        var result = Result(rate: rate)
        let seconds = Int(span.seconds.rounded(.up))
        result.goodPerSecond = Array(repeating: 0, count: seconds)
        let tally = Tally(result)
        let began = loop.now
        for arrival in 0..<Int(span.seconds * Double(rate)) {
            let due = began + TimeSpan(nanoseconds: Int64(arrival) * 1_000_000_000 / Int64(rate))
            if loop.now < due { try await loop.sleep(until: due) }
            loop.spawn { [self] in await pay(due: due, second: min(seconds - 1, Int((due - began).seconds)), tally) }
        }
        while underWay > 0 { try await loop.sleep(until: loop.now + .milliseconds(10)) }
        return tally.result
    }

    private final class Tally {
        var result: Result

        init(_ result: Result) {
            self.result = result
        }
    }

    private func pay(due: Instant, second: Int, _ tally: Tally) async {
        sent += 1
        underWay += 1
        defer { underWay -= 1 }
        do throws(HTTPClientError) {
            let response = try await client.send(template.request(sent), until: due + .seconds(10))
            let took = loop.now - due
            switch response.status {
            case 201, 202:
                if took <= Self.slo { tally.result.goodPerSecond[second] += 1 }
                tally.result.answersUS.append(took.nanoseconds / 1_000)
            case 429, 503: tally.result.refusalsUS.append(took.nanoseconds / 1_000)
            default: tally.result.failed += 1
            }
        } catch {
            tally.result.failed += 1
        }
    }
}
