import Cryptography
import EventLoop
import HTTPService
import HTTPWire

/// Our client under load. Without a rate: a task per connection sends its next request when it has its answer. With
/// one: a task per arrival, arrivals on an even grid whatever the answers do, over connections in turn, so that every
/// server sees the same requests on the same connections at the same instants.
func runLoad(_ arguments: inout Arguments) throws {
    let address = try arguments.address()
    let shape = LoadShape(
        connections: try arguments.count("--connections", default: 64), rate: try arguments.count("--rate", default: 0),
        warmUp: try arguments.seconds("--warm-up", default: 0.5), time: try arguments.seconds("--seconds", default: 3))
    let authority = try arguments.text("--authority")
    try arguments.finish()
    let loop = try EventLoop.live()
    try loop.run {
        let origin = HTTPOrigin(address, security: try clientSecurity(authority))
        let load = Load(on: loop, shape, try HTTPRequest(.get, "/", host: origin.host))
        if shape.rate > 0 {
            try await load.runOpen(origin)
        } else {
            await load.runClosed(origin)
        }
        load.report().write()
        if let failure = load.firstFailure { complain("first failure: \(failure)") }
    }
}

func clientSecurity(_ authority: String?) throws -> TLSContext? {
    guard let authority else { return nil }
    var configuration = TLSClientConfiguration()
    configuration.trust = .authorities(.file(path: authority))
    return try TLSContext(.client(configuration))
}

struct LoadShape {
    let connections: Int
    let rate: Int
    let warmUp: TimeSpan
    let time: TimeSpan
}

final class Load {
    private let loop: EventLoop
    private let shape: LoadShape
    private let request: HTTPRequest
    private let allocations = AllocationCount()
    private var isMeasuring = false
    private var answered = 0
    private var failed = 0
    private(set) var firstFailure: HTTPClientError?
    private var answeredBefore = 0
    private var allocationsBefore: UInt = 0
    private var began = Instant(nanoseconds: 0)
    private var measured = Figures()

    private struct Figures {
        var requests = 0
        var allocations: UInt = 0
        var seconds = 0.0
    }

    private static let patience = TimeSpan.seconds(10)

    /// As the driver has it, which closes its clients when it cancels.
    private static var configuration: ClientConfiguration {
        var configuration = ClientConfiguration()
        configuration.heedsCancellation = false
        return configuration
    }

    init(on loop: EventLoop, _ shape: LoadShape, _ request: HTTPRequest) {
        self.loop = loop
        self.shape = shape
        self.request = request
    }

    // MARK: Closed loop

    func runClosed(_ origin: HTTPOrigin) async {
        var configuration = Self.configuration
        configuration.connectionsMax = shape.connections
        let client = HTTPClient(on: loop, to: origin, configuration: configuration)
        let begin = loop.now
        let end = begin + shape.warmUp + shape.time
        let users = (0..<shape.connections).map { _ in
            loop.spawn { [self] in
                while loop.now < end { await sendOne(client) }
            }
        }
        try? await loop.sleep(until: begin + shape.warmUp)
        beginMeasuring()
        try? await loop.sleep(until: end)
        endMeasuring()
        for user in users { await user.join() }
        client.close()
    }

    private func sendOne(_ client: HTTPClient) async {
        do throws(HTTPClientError) {
            let response = try await client.send(request, until: loop.now + Load.patience)
            if response.status == 200 { answered += 1 } else { failed += 1 }
        } catch {
            failed += 1
            firstFailure = firstFailure ?? error
            // A server that is gone must not turn this into a busy loop.
            try? await loop.sleep(until: loop.now + .milliseconds(10))
        }
    }

    // MARK: Open loop

    func runOpen(_ origin: HTTPOrigin) async throws {
        var configuration = Self.configuration
        configuration.connectionsMax = 1
        let clients = (0..<shape.connections).map { _ in
            HTTPClient(on: loop, to: origin, configuration: configuration)
        }
        for client in clients { await sendOne(client) }
        let interval = TimeSpan.nanoseconds(1_000_000_000 / Int64(shape.rate))
        let begin = loop.now
        let warm = Int(shape.warmUp.nanoseconds / interval.nanoseconds)
        let all = warm + Int(shape.time.nanoseconds / interval.nanoseconds)
        for arrival in 0..<all {
            if arrival == warm { beginMeasuring() }
            let due = begin + interval * Int64(arrival)
            if loop.now < due { try await loop.sleep(until: due) }
            let client = clients[arrival % clients.count]
            loop.spawn { [self] in await sendOne(client) }
        }
        endMeasuring()
        // One at a time on its own connection: when this one has its answer, so have all before it.
        for client in clients { await sendOne(client) }
        for client in clients { client.close() }
    }

    // MARK: Figures

    private func beginMeasuring() {
        began = loop.now
        answeredBefore = answered
        allocationsBefore = allocations.value
    }

    private func endMeasuring() {
        measured = Figures(
            requests: answered - answeredBefore, allocations: allocations.value - allocationsBefore,
            seconds: (loop.now - began).seconds)
    }

    func report() -> Report {
        var report = Report()
        report.add("requests", measured.requests)
        report.add("seconds", measured.seconds)
        report.add("rate", Double(measured.requests) / measured.seconds)
        report.add("answered_all", answered)
        report.add("failed", failed)
        if allocations.isCounting {
            report.add("allocations_per_request", Double(measured.allocations) / Double(max(1, measured.requests)))
        }
        return report
    }
}
