import EventLoop
import JSON
import Lease
import ShadowTag
import Timebase

/// Mock banks in a process of their own: `spillway mock PROFILE --child`.
///
/// The child's input is the lease: it ends itself when that ends, so a run that was killed leaves no banks behind. Its
/// output says in one line who listens where. It gives way to this process: a driver that is starved by the banks it
/// drives would measure itself.
final class BankProcess: BankHost {
    let admin: Address
    let channels: [(name: String, address: Address)]
    private let child: ChildProcess
    private let loop: EventLoop
    private let granting: SpawnedTask
    private let listening: [SpawnedTask]
    private let ears: Ears

    private static let niceness: Int32 = 5
    static let startMax = TimeSpan.seconds(10)
    /// The child drains for two seconds when its lease has ended.
    static let stopMax = TimeSpan.seconds(5)
    static let killMax = TimeSpan.seconds(1)
    static let lineBytesMax = 1 << 16
    static let linesMax = 20

    /// Of what is said on its errors the first lines are kept.
    private final class Ears {
        var lines: [String] = []
    }

    init(_ order: BankOrder, _ key: ShadowKey, on loop: EventLoop) async throws(BankFault) {
        self.loop = loop
        do throws(SystemError) {
            child = try ChildProcess(Self.program(order, key), on: loop)
        } catch {
            throw BankFault("\(error)")
        }
        let (child, ears) = (child, Ears())
        self.ears = ears
        granting = loop.spawn { try? await Lease.grant(over: child.input) }
        let errors = loop.spawn {
            let reader = LineReader(child.errors)
            while let line = await reader.next(until: .never) {
                if ears.lines.count < Self.linesMax { ears.lines.append(line) }
            }
        }
        let output = LineReader(child.output)
        let first = await output.next(until: loop.now + Self.startMax)
        // What else it says is nobody's business, and must not keep it waiting for room.
        listening = [errors, loop.spawn { while await output.next(until: .never) != nil {} }]
        guard let first, let found = Self.listeners(first) else {
            let end = await Self.end(child, granting, listening, on: loop)
            throw BankFault(Self.words(ears.lines, said: first, end))
        }
        (admin, channels) = found
    }

    private static func program(_ order: BankOrder, _ key: ShadowKey) -> ChildProcess.Order {
        let permissions = order.permitted.flatMap { ["--allow", $0] }
        let words = ["spillway", "mock", order.path, "--child", "--out", order.folder] + permissions
        let secrets = ["SPILLWAY_MOCK_TOKEN": order.token]
        var program = ChildProcess.Order(
            order.executable, words, environment: key.environment(from: order.environment).merging(secrets) { $1 })
        program.niceness = niceness
        return program
    }

    /// `{"admin":"127.0.0.1:PORT","channels":{"icbc":"127.0.0.1:PORT"}}`
    static func listeners(_ line: String) -> (admin: Address, channels: [(name: String, address: Address)])? {
        guard let said = try? JSONValue(parsing: Array(line.utf8)),
            let admin = said["admin"]?.string.flatMap(Address.init), let members = said["channels"]?.members
        else { return nil }
        let channels = members.compactMap { name, value in
            value.string.flatMap(Address.init).map { (name: name, address: $0) }
        }
        // Whoever knows the token rules the banks: it goes nowhere but to this machine.
        guard admin.isLoopback, channels.count == members.count else { return nil }
        return (admin, channels)
    }

    private static func words(_ lines: [String], said: String?, _ end: ChildProcess.End) -> String {
        let told = lines.map { $0.hasPrefix("error: ") ? String($0.dropFirst("error: ".count)) : $0 }
        if !told.isEmpty { return told.prefix(5).joined(separator: "; ") }
        if let said { return "they said '\(said.prefix(200))', which is no list of who listens where" }
        return end == .exited(0) ? "they went without a word" : "\(end)"
    }

    // MARK: Their end

    var talk: [String] { ears.lines }
    var loss: String? { child.end.map { Self.words(ears.lines, said: nil, $0) } }

    func waitForLoss() async { _ = await child.waitForEnd() }

    func stop() async -> String? {
        let wasLost = child.end != nil
        let end = await Self.end(child, granting, listening, on: loop)
        return wasLost || end == .exited(0) ? nil : "the mock banks did not end in order: \(end)"
    }

    private static func end(
        _ child: ChildProcess, _ granting: SpawnedTask, _ listening: [SpawnedTask], on loop: EventLoop
    ) async -> ChildProcess.End {
        granting.cancel()
        await granting.join()
        child.input.close()
        var end = await child.waitForEnd(until: loop.now + stopMax)
        if end == nil { end = await child.terminate(until: loop.now + killMax) }
        // What it wrote before is read to the end; a process that it started might hold the other side for ever.
        for task in listening {
            let patience = loop.spawn {
                if (try? await loop.sleep(until: loop.now + .seconds(1))) != nil { task.cancel() }
            }
            await task.join()
            patience.cancel()
            await patience.join()
        }
        for stream in [child.output, child.errors] { stream.close() }
        guard let end else { preconditionFailure("a child that was killed has not ended") }
        return end
    }
}

/// Lines of a stream, cut where they are too long.
final class LineReader {
    private let stream: any ByteStream
    private let buffer = ByteBuffer(capacity: BankProcess.lineBytesMax)
    private var isOver = false

    init(_ stream: any ByteStream) {
        self.stream = stream
    }

    /// Nil at the end, also when the stream fails, the deadline passes, or this task is cancelled. A last line need not
    /// be ended.
    func next(until deadline: Instant) async -> String? {
        while true {
            let bytes = buffer.copy(count: buffer.count)
            if let end = bytes.firstIndex(of: UInt8(ascii: "\n")) {
                buffer.consume(end + 1)
                return String(decoding: bytes[..<end], as: UTF8.self)
            }
            if isOver || bytes.count == buffer.capacity {
                buffer.consume(bytes.count)
                return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
            }
            if buffer.freeRoom == 0 { buffer.reserve(1) }
            let count = try? await stream.read(into: buffer, until: deadline)
            if count == nil || count == 0 { isOver = true }
        }
    }
}
