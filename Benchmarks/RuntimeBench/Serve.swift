import Cryptography
import EventLoop
import HTTPService
import HTTPWire

/// Our server with the answer that the peers give as well, and beside it, on the same loop, a second one that tells
/// how many requests the first has seen: the count at both ends of a window, without a cost inside it.
func runServe(_ arguments: inout Arguments) throws {
    let addressText = try arguments.text("--address") ?? "127.0.0.1:0"
    guard let address = Address(addressText) else { throw ArgumentError(words: "'\(addressText)' is not an address") }
    let pace = try arguments.count("--pace", default: 0)
    let tick = try arguments.count("--tick", default: 1000)
    let identity = try serverIdentity(&arguments)
    let json = try arguments.text("--json")
    try arguments.finish()
    let loop = try EventLoop.live()
    let allocations = AllocationCount()
    try loop.run {
        let server = try helloServer(on: loop, pace: pace, tick: .microseconds(Int64(max(1, tick))), json: json)
        let security = try identity.map { try TLSContext(.server(TLSServerConfiguration(identity: $0))) }
        let served = try server.listen(on: address, securedBy: security, isShared: true)
        let control = HTTPServer(on: loop) { exchange in
            var report = Report()
            report.add("requests", server.counters.requests)
            report.add("connections", server.connectionCount)
            report.add("allocations", allocations.value)
            exchange.respond(200, body: Array("\(report)\n".utf8))
        }
        var report = Report()
        report.add("address", served.description)
        report.add("control", try control.listen(on: .loopback()).description)
        report.write()
        try await loop.sleep(until: .never)
    }
}

private func serverIdentity(_ arguments: inout Arguments) throws -> TLSIdentity? {
    let certificate = try arguments.text("--certificate")
    let key = try arguments.text("--key")
    guard let certificate, let key else {
        if certificate != nil || key != nil { throw ArgumentError(words: "'--certificate' and '--key' come together") }
        return nil
    }
    return TLSIdentity(certificateChain: .file(path: certificate), privateKey: .file(path: key))
}

let helloBody = Array("hello, world\n".utf8)

/// With `json` it answers as something that was created would be: 201 with that body, when it has read the request's.
private func helloServer(on loop: EventLoop, pace: Int, tick: TimeSpan, json: String?) throws -> HTTPServer {
    var configuration = ServerConfiguration()
    try configuration.fields.add("server", "spillway")
    configuration.idleTimeout = .seconds(3600)
    var plain = FieldBlock()
    try plain.add("content-type", json == nil ? "text/plain" : "application/json")
    let status: UInt16 = json == nil ? 200 : 201
    let body = json.map { Array($0.utf8) } ?? helloBody
    if pace == 0, json == nil {
        return HTTPServer(on: loop, configuration: configuration) { exchange in
            exchange.respond(status, plain, body: body)
        }
    }
    let grid = pace == 0 ? nil : AnswerGrid(perSecond: pace, tick: tick)
    return HTTPServer(on: loop, configuration: configuration) { exchange in
        if json != nil { _ = try await exchange.collectBody() }
        if let grid { try await loop.sleep(until: grid.takeSlot(now: loop.now)) }
        exchange.respond(status, plain, body: body)
    }
}

/// Answers leave at most so often: the server sets the rate of every closed-loop client alike. They leave at ticks,
/// those of one tick together, as nginx's limit_req does with its clock of milliseconds. What a stall held up is caught
/// up with: the schedule stands, so that the rate over seconds is the one asked for.
///
///     slot(n) = max(slot(n - 1) + interval, now - credit), rounded up to a tick
final class AnswerGrid {
    private let interval: TimeSpan
    private let tick: TimeSpan
    private var last = Instant(nanoseconds: 0)

    private static let credit = TimeSpan.milliseconds(100)

    init(perSecond rate: Int, tick: TimeSpan) {
        interval = .nanoseconds(1_000_000_000 / Int64(rate))
        self.tick = tick
    }

    func takeSlot(now: Instant) -> Instant {
        last = max(last + interval, now + AnswerGrid.credit * -1)
        let ticks = (last.nanoseconds + tick.nanoseconds - 1) / tick.nanoseconds
        return Instant(nanoseconds: ticks * tick.nanoseconds)
    }
}
