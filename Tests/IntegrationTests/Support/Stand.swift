import Cryptography
import EventLoop
import Evidence
import Glibc
import HTTPService
import Reporting
import TestFolders
import Testing
import Timebase

/// A scenario's world: a folder, a server of the test's own, and children that load it. The loop that answers also waits
/// for the children, so that no thread stands still for ever.
final class Stand {
    typealias Answer = (HTTPExchange, Int, Stand) async throws -> Void

    struct Request {
        let at: Instant
        let target: String
        let body: String
        let key: String
    }

    let loop: EventLoop
    let folder: TestFolder
    private(set) var server: HTTPServer
    private(set) var port: UInt16 = 0
    var requests: [Request] = []
    private var children: [SpillwayProcess] = []

    private init(_ loop: EventLoop, _ answer: @escaping Answer) throws {
        self.loop = loop
        folder = try TestFolder()
        let inbox = Inbox()
        server = HTTPServer(on: loop) { exchange in
            guard let stand = inbox.stand else { return }
            let number = stand.requests.count
            let (at, target) = (loop.now, exchange.target)
            let key = exchange.field("idempotency-key") ?? ""
            stand.requests.append(Request(at: at, target: target, body: "", key: key))
            let body = String(decoding: try await exchange.collectBody(), as: UTF8.self)
            stand.requests[number] = Request(at: at, target: target, body: body, key: key)
            try await answer(exchange, number, stand)
        }
        inbox.stand = self
    }

    private final class Inbox {
        weak var stand: Stand?
    }

    static func open(
        securedBy security: TLSContext? = nil, _ answer: @escaping Answer = { exchange, _, _ in exchange.respond(201) },
        _ scenario: @escaping (Stand) async throws -> Void
    ) throws {
        let loop = try EventLoop.live()
        try loop.run {
            let stand = try Stand(loop, answer)
            stand.port = try stand.server.listen(on: .loopback(), securedBy: security).port
            do {
                try await scenario(stand)
                await stand.close()
            } catch {
                await stand.close()
                throw error
            }
        }
    }

    /// Whatever a scenario that failed has left goes too.
    private func close() async {
        for child in children {
            child.signal(SIGKILL)
            _ = try? await child.end(on: loop, within: .seconds(5))
        }
        await stop()
    }

    func stop() async { _ = await server.drain(until: loop.now + .milliseconds(100)) }

    // MARK: Plans

    static let pay =
        #"{pay: {steps: [{POST /v1/payments: {headers: {Idempotency-Key: "${id}"}, json: {amount: 1}}}]}}"#

    func plan(
        _ traffic: String, target: String = "", journeys: String = pay, rest: String = "", scheme: String = "http",
        name: String = "live"
    ) throws -> String {
        let text = """
            plan: \(name)
            target: {url: "\(scheme)://127.0.0.1:\(port)"\(target)}
            journeys: \(journeys)
            arrivals: uniform
            traffic: [\(traffic)]
            \(rest)

            """
        return try folder.write(text.utf8, as: "\(name).yaml")
    }

    // MARK: Runs

    func start(_ arguments: String..., output: SpillwayProcess.Output? = nil) throws -> SpillwayProcess {
        try start(verb: "run", arguments + ["--out", "\(folder.path)/out", "--format", "json"], output: output)
    }

    func start(verb: String, _ arguments: [String], output: SpillwayProcess.Output? = nil) throws -> SpillwayProcess {
        let child = try SpillwayProcess(
            [verb] + arguments, name: "child-\(children.count)", in: folder, output: output)
        children.append(child)
        return child
    }

    /// A program that knows nothing of Spillway.
    func start(program: String, _ arguments: [String]) throws -> SpillwayProcess {
        let child = try SpillwayProcess(arguments, name: "child-\(children.count)", in: folder, program: program)
        children.append(child)
        return child
    }

    func wait(upTo span: TimeSpan = .seconds(20), for holds: () throws -> Bool) async throws {
        let deadline = loop.now + span
        while try !holds() {
            try #require(loop.now < deadline, "\(requests.count) requests; \(children.map(\.talk))")
            try await loop.sleep(until: loop.now + .milliseconds(5))
        }
    }

    /// The last ten requests came one by one, half a period to one and a half apart, and none is overdue.
    func isInStep(each period: TimeSpan) -> Bool {
        let last = requests.suffix(10).map(\.at) + [max(loop.now, (requests.last?.at ?? loop.now) + period)]
        return zip(last, last.dropFirst()).allSatisfy { ($1 - $0) * 2 >= period && ($1 - $0) * 2 <= period * 3 }
    }

    func report(_ name: String = "out") throws -> Report { try Report(reading: "\(folder.path)/\(name)") }

    /// Of the only run in the folder.
    func evidence(_ name: String = "out") throws -> (records: [EvidenceRecord], tally: EvidenceTally) {
        let folders = folder.below(name).filter {
            $0.hasPrefix("\(name)/evidence-") && !$0.hasSuffix(".seg") && !$0.hasSuffix(".json")
        }
        try #require(folders.count == 1, "\(folder.below(name))")
        var reader = try EvidenceReader(folder: "\(folder.path)/\(folders[0])")
        var records: [EvidenceRecord] = []
        while let record = try reader.next() { records.append(record) }
        return (records, reader.tally)
    }
}

extension Report {
    func count(_ outcome: Outcome) -> UInt64 { stageSummaries.reduce(0) { $0 + $1.outcomes[outcome] } }
    var total: UInt64 { stageSummaries.reduce(0) { $0 + $1.outcomes.total } }
}
