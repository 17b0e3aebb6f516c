import EventLoop
import Glibc

/// The other side of a connection, byte by byte: says what no client or server would, and sees what it is told.
final class RawPeer {
    enum Ending: Equatable {
        case open, ended, reset, other(String)
    }

    let stream: any ByteStream
    private(set) var ending = Ending.open
    private let buffer = ByteBuffer(capacity: 16 * 1024)
    private(set) var received: [UInt8] = []
    /// How many times something arrived: the writes of the other side, when nothing cuts them.
    private(set) var arrivals = 0

    private var loop: EventLoop { stream.loop }

    init(_ stream: any ByteStream) {
        self.stream = stream
    }

    static func connect(to address: Address, on loop: EventLoop) async throws -> RawPeer {
        RawPeer(try await loop.connect(to: address, until: loop.now + .seconds(5)))
    }

    func send(_ text: String) async throws { try await send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) async throws {
        try await stream.write(bytes, until: loop.now + .seconds(60))
    }

    func finish() async throws { try await stream.finishWriting(until: loop.now + .seconds(5)) }
    func close() { stream.close() }
    func reset() { stream.reset() }

    var text: String { String(decoding: received, as: UTF8.self) }

    /// What has come so far, and forgets it.
    func take() -> String {
        defer { received = [] }
        return text
    }

    /// Reads once. False when nothing more can come, or not by the deadline.
    @discardableResult
    func receiveOnce(until deadline: Instant) async -> Bool {
        buffer.reserve(4096)
        do throws(StreamError) {
            let count = try await stream.read(into: buffer, until: deadline)
            if count == 0 {
                ending = .ended
                return false
            }
            arrivals += 1
            received += buffer.copy(count: count)
            buffer.consume(count)
            return true
        } catch {
            if error.cause == .timedOut { return false }
            ending = error.isReset ? .reset : .other(error.description)
            return false
        }
    }

    /// Reads until the end, or until nothing has ended for so long.
    @discardableResult
    func receiveAll(for span: TimeSpan = .seconds(300)) async -> String {
        let deadline = loop.now + span
        while await receiveOnce(until: deadline) {}
        return text
    }

    /// Reads until the text has been said, and takes everything up to its end.
    func receive(through mark: String, for span: TimeSpan = .seconds(5)) async -> String {
        let deadline = loop.now + span
        let wanted = Array(mark.utf8)
        while true {
            if let end = received.endOfFirst(wanted) {
                let taken = String(decoding: received[..<end], as: UTF8.self)
                received.removeFirst(end)
                return taken
            }
            if await !receiveOnce(until: deadline) { return take() }
        }
    }
}

extension [UInt8] {
    func endOfFirst(_ wanted: [UInt8]) -> Int? {
        guard count >= wanted.count else { return nil }
        for start in 0...(count - wanted.count) where self[start..<(start + wanted.count)].elementsEqual(wanted) {
            return start + wanted.count
        }
        return nil
    }
}

extension String {
    func occurrences(of part: String) -> Int {
        var count = 0
        var rest = Substring(self)
        while let range = rest.firstRange(of: part) {
            count += 1
            rest = rest[range.upperBound...]
        }
        return count
    }

    /// The Date field differs from run to run when live.
    var withoutDate: String {
        split(separator: "\r\n", omittingEmptySubsequences: false).filter { !$0.hasPrefix("date: ") }
            .joined(separator: "\r\n")
    }
}
