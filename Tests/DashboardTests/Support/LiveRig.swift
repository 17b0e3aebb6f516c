import ChannelProfile
import EventLoop
import Evidence
import HTTPService
import JSON
import LoadDriver
import SampleRuns
import ScriptedPeers
import Testing
import Timebase

@testable import Dashboard

/// A live page on a simulated loop, a run that the test makes up, and those who look.
final class LiveRig {
    static let token = "the-token-of-this-test"

    let loop: EventLoop
    let board: LiveBoard
    let server: LiveServer
    let address: Address
    var commands: [DriverCommand] = []
    var faultOrders: [FaultOrder] = []
    /// What the banks say; nil where they say nothing.
    var faultReply: FaultReply? = .done

    private init(_ loop: EventLoop, _ limits: LiveServer.Limits) throws {
        self.loop = loop
        board = LiveBoard(on: loop)
        server = LiveServer(of: board, token: Self.token, limits: limits)
        address = try server.open(at: .loopback())
    }

    static func run(
        _ limits: LiveServer.Limits = .init(), conditions: NetworkConditions = .init(), seed: UInt64 = 1,
        _ scenario: @escaping (LiveRig) async throws -> Void
    ) throws {
        let loop = EventLoop.simulated(seed: seed, conditions: conditions)
        try loop.run { () async throws in
            let rig = try LiveRig(loop, limits)
            rig.server.controls = LiveControls(command: { rig.commands.append($0) }) { order, reply in
                rig.faultOrders.append(order)
                if let answer = rig.faultReply { reply(answer) }
            }
            try await scenario(rig)
            rig.server.controls = nil
            await rig.server.close(until: loop.now + .seconds(20))
        }
    }

    // MARK: A run

    static let series = ["stack: queue depth", "icbc: share", "orders open"]

    private static let opening: RunRecord = {
        var record = SampleRun.steady.record
        (record.slices, record.events, record.observed) = ([], [], [])
        return record
    }()

    static func run(_ change: (inout RunRecord) -> Void = { _ in }) -> LiveRun {
        var record = opening
        change(&record)
        return LiveRun(
            record: record,
            faults: [FaultRecord(channel: "icbc", what: "latency x5", span: .seconds(8)..<TimeSpan.seconds(12))],
            banks: ["icbc", "abc"], series: series)
    }

    /// The second that ends at `end`: so many arrivals, all well.
    static func second(
        _ end: Int64, started: UInt64 = 100, p99: TimeSpan = .milliseconds(20), total: UInt64? = nil
    ) -> DriverSecond {
        var progress = DriverProgress()
        (progress.phase, progress.stageName, progress.stage) = (.traffic, "baseline", 1)
        (progress.elapsed, progress.length, progress.offered) = (.seconds(end), .seconds(25), 100)
        var second = DriverSecond(span: .seconds(end - 1)..<TimeSpan.seconds(end), progress: progress)
        (second.due, second.started, second.good) = (started, started, started)
        second.outcomes[.ok] = started
        second.corrected = SecondLatency(p50: .milliseconds(4), p99: p99)
        second.raw = second.corrected
        second.observed = [3, 0.5, nil]
        second.guards = [
            GuardReading(
                text: "error ratio > 20%", value: 0.05, limit: 0.2, isAbove: true, unit: .ratio, heldSeconds: 0,
                tripSeconds: 3)
        ]
        second.totals.started = total ?? UInt64(end) * started
        second.totals.due = second.totals.started
        second.totals.steps = opening.steps.map { _ in StepTotals() }
        second.totals.steps[0].outcomes[.ok] = started
        for _ in 0..<started { second.totals.steps[0].latency.record(4_000_000) }
        return second
    }

    func tell(_ seconds: ClosedRange<Int64>) { for end in seconds { board.end(Self.second(end)) } }

    // MARK: Those who look

    struct Answer {
        let status: Int
        let head: String
        let body: String

        func field(_ name: String) -> String? {
            head.split(separator: "\r\n").first { $0.lowercased().hasPrefix(name + ": ") }
                .map { String($0.dropFirst(name.count + 2)) }
        }
    }

    /// One request over a connection of its own; `Host` is the page's where no other is given.
    func ask(_ method: String, _ target: String, _ fields: [String] = [], body: String = "") async throws -> Answer {
        let peer = try await RawPeer.connect(to: address, on: loop)
        try await peer.send(request(method, target, fields, body: body) + body)
        let text = await peer.receiveAll(for: .seconds(30))
        peer.close()
        let parts = text.split(separator: "\r\n\r\n", maxSplits: 1).map(String.init)
        let status = Int(text.split(separator: " ").dropFirst().first ?? "") ?? 0
        return Answer(status: status, head: parts.first ?? "", body: parts.count > 1 ? parts[1] : "")
    }

    private func request(_ method: String, _ target: String, _ fields: [String], body: String = "") -> String {
        let host = fields.contains { $0.lowercased().hasPrefix("host:") } ? [] : ["Host: \(address)"]
        let length = method == "POST" ? ["Content-Length: \(body.utf8.count)"] : []
        let lines = ["\(method) \(target) HTTP/1.1"] + host + fields + length + ["Connection: close"]
        return lines.joined(separator: "\r\n") + "\r\n\r\n"
    }

    /// As the page orders it.
    func order(_ path: String, _ body: String) async throws -> Answer {
        try await ask(
            "POST", "/control/" + path,
            ["Authorization: Bearer \(Self.token)", "Content-Type: application/json", "Sec-Fetch-Site: same-origin"],
            body: body)
    }

    /// A reader of /events whose answer has begun.
    func look(lastID: String? = nil) async throws -> RawPeer {
        let peer = try await RawPeer.connect(to: address, on: loop)
        try await peer.send(request("GET", "/events", lastID.map { ["Last-Event-ID: \($0)"] } ?? []))
        return peer
    }
}

/// A message of the stream, as a reader takes it apart.
struct LiveMessage {
    var id = ""
    var name = ""
    var data: JSONValue = .null

    /// Those in what came so far: a head, then pieces in chunks. What is no message (retry, comments) is left out.
    static func all(in text: String) throws -> [LiveMessage] {
        let body = text.split(separator: "\r\n\r\n", maxSplits: 1).last.map(String.init) ?? ""
        return try unchunked(body).split(separator: "\n\n").compactMap { block in
            var message = LiveMessage()
            for line in block.split(separator: "\n") {
                let (key, value) = (line.prefix { $0 != ":" }, line.drop { $0 != ":" }.dropFirst(2))
                switch key {
                case "id": message.id = String(value)
                case "event": message.name = String(value)
                case "data": message.data = try JSONValue(parsing: Array(value.utf8))
                default: break
                }
            }
            return message.name.isEmpty ? nil : message
        }
    }

    private static func unchunked(_ text: String) -> String {
        var bytes = Array(text.utf8)[...]
        var body: [UInt8] = []
        while let end = bytes.firstIndex(of: 0x0D) {
            guard let count = Int(String(decoding: bytes[..<end], as: UTF8.self), radix: 16), count > 0 else { break }
            body += bytes[(end + 2)...].prefix(count)
            bytes = bytes[(end + 2)...].dropFirst(count + 2)
        }
        return String(decoding: body, as: UTF8.self)
    }
}
