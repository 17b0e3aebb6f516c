import EventLoop
import Evidence
import HTTPService
import HTTPWire
import JSON
import ShadowTag
import StackVocabulary
import Timebase

/// What the embedded stack is asked when the traffic has ended, over HTTP, the same in both worlds: what it has to do, that
/// it settles what nobody knows of, and what it has written down.
final class SettlementDesk {
    /// A payment or refund of which nobody knows, or whose bank has not decided.
    struct Open {
        let record: String
        let state: String
        let age: TimeSpan
    }

    private let operatorSide: OperatorClient
    private let front: HTTPClient
    private let marks: FieldBlock
    private let loop: EventLoop

    /// A table is as long as the run was.
    private static let exportMax = TimeSpan.seconds(120)

    /// - Parameter marks: of the run's requests; what bears none is live.
    init(
        of stack: RunStack, _ marks: [(name: [UInt8], value: [UInt8])], on loop: EventLoop
    ) throws(PartFault) {
        let part = "the embedded stack"
        operatorSide = try OperatorClient(
            of: part, at: stack.host.operatorDesk, token: stack.launch.token, on: loop)
        front = try OperatorClient.client(of: part, at: stack.host.front, on: loop)
        var fields = FieldBlock()
        do throws(WireError) {
            for mark in marks { try fields.add(mark.name.span, mark.value.span) }
        } catch {
            throw PartFault("a mark that no field can hold: \(error.reason)")
        }
        self.marks = fields
        self.loop = loop
    }

    func close() {
        operatorSide.close()
        front.close()
    }

    // MARK: What there is to do

    func backlog(_ namespace: Namespace) async throws(PartFault) -> JSONValue {
        try await line("queues", namespace)
    }

    /// The oldest, of both kinds.
    func open(_ namespace: Namespace, atMost limit: Int) async throws(PartFault) -> [Open] {
        let response = try await operatorSide.ask(.get, Self.target("open", namespace) + "&limit=\(limit)")
        guard response.status == 200 else { throw PartFault("what is open: it was answered with \(response.status)") }
        return response.body.split(separator: UInt8(ascii: "\n")).compactMap { line in
            guard let said = try? JSONValue(parsing: Array(line)), let record = said["record"]?.string,
                let state = said["state"]?.string, let age = said["age_ms"]?.int64
            else { return nil }
            return Open(record: record, state: state, age: .milliseconds(age))
        }
    }

    private func line(_ table: String, _ namespace: Namespace) async throws(PartFault) -> JSONValue {
        let response = try await operatorSide.ask(.get, Self.target(table, namespace))
        guard response.status == 200, let said = try? JSONValue(parsing: Array(response.body)) else {
            throw PartFault("\(table): it was answered with \(response.status)")
        }
        return said
    }

    private static func target(_ table: String, _ namespace: Namespace) -> String {
        "/admin/export/\(table)?shadow=\(namespace == .shadow ? 1 : 0)"
    }

    // MARK: Settling

    /// The stack reads its banks' statements, and settles what it finds there. How many it has settled so.
    func reconcile(_ namespace: Namespace, until deadline: Instant) async throws(PartFault) -> Int64 {
        let target = "/v1/reconcile"
        do {
            var fields = namespace == .shadow ? marks : FieldBlock()
            let left = max(1, (deadline - loop.now).nanoseconds / 1_000_000)
            try fields.add("x-deadline-ms", String(left))
            try fields.add("x-priority", "critical")
            let request = try HTTPRequest(.post, target, host: front.origin.host, fields: fields)
            let response = try await front.send(request, until: deadline)
            guard response.status == 200, let said = try? JSONValue(parsing: Array(response.body)) else {
                throw PartFault("it was answered with \(response.status)")
            }
            return said["resolved"]?.int64 ?? 0
        } catch {
            throw PartFault("\(target): \(error)")
        }
    }

    // MARK: What it has written down

    /// `name{labels}` and the value, in the order in which they are told.
    func metrics() async throws(PartFault) -> [(name: String, value: Double)] {
        do {
            let request = try HTTPRequest(.get, "/metrics", host: front.origin.host)
            let response = try await front.send(request, until: loop.now + OperatorClient.patience)
            guard response.status == 200 else { throw PartFault("it was answered with \(response.status)") }
            return response.bodyText.split(separator: "\n").compactMap(Self.sample)
        } catch {
            throw PartFault("/metrics: \(error)")
        }
    }

    private static func sample(_ line: Substring) -> (name: String, value: Double)? {
        guard line.first != "#", let gap = line.lastIndex(of: " "),
            let value = Double(line[line.index(after: gap)...])
        else { return nil }
        return (String(line[..<gap]), value)
    }

    /// A table from its first row to the watermark.
    func export(
        _ table: String, _ namespace: Namespace, into path: String?
    ) async -> CollectedEvidence.Export {
        var export = CollectedEvidence.Export(
            namespace, table, place: path.map { .file($0) } ?? .memory([]), state: .missing("nobody asked for it"))
        do {
            let sink = try EvidenceSink(path)
            let fault = await fetch(table, namespace, into: sink)
            export.place = sink.place
            export.state = fault.map { .torn("\($0)") } ?? .whole
            if fault == nil { Self.readWatermark(of: sink.tail, into: &export) }
        } catch {
            export.state = .missing("\(error)")
        }
        return export
    }

    /// What the stack has said; it may hold no more than its last lines.
    func log(_ namespace: Namespace, into path: String?) async -> CollectedEvidence.Export {
        var export = CollectedEvidence.Export(
            namespace, "log", place: path.map { .file($0) } ?? .memory([]), state: .missing("nobody asked for it"))
        do {
            let sink = try EvidenceSink(path)
            let fault = await fetch("log", namespace, into: sink)
            export.place = sink.place
            export.state = fault.map { .torn("\($0)") } ?? .whole
        } catch {
            export.state = .missing("\(error)")
        }
        return export
    }

    private func fetch(_ table: String, _ namespace: Namespace, into sink: EvidenceSink) async -> PartFault? {
        do throws(PartFault) {
            try await operatorSide.fetch(Self.target(table, namespace), into: sink, within: Self.exportMax)
            return nil
        } catch {
            return error
        }
    }

    /// Without one it was cut off, whatever HTTP says.
    static func readWatermark(of tail: [UInt8], into export: inout CollectedEvidence.Export) {
        let last = tail.last == UInt8(ascii: "\n") ? tail.dropLast().split(separator: UInt8(ascii: "\n")).last : nil
        guard let last, let said = try? JSONValue(parsing: Array(last)), let watermark = said["watermark"]?.int64,
            let rows = said["rows"]?.int64
        else { return export.state = .torn("its last line is no watermark") }
        (export.watermark, export.rows) = (watermark, rows)
    }
}
