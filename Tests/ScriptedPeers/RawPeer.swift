package import EventLoop

/// The other side of a connection, byte by byte: says what no client or server would, and sees what it is told.
package final class RawPeer {
    package enum Ending: Equatable {
        case open, ended, reset, other(String)
    }

    package let stream: any ByteStream
    package private(set) var ending = Ending.open
    private let buffer = ByteBuffer(capacity: 16 * 1024)
    package private(set) var received: [UInt8] = []
    /// How many times something arrived: the writes of the other side, when nothing cuts them.
    package private(set) var arrivals = 0

    private var loop: EventLoop { stream.loop }

    package init(_ stream: any ByteStream) {
        self.stream = stream
    }

    package static func connect(to address: Address, on loop: EventLoop) async throws -> RawPeer {
        RawPeer(try await loop.connect(to: address, until: loop.now + .seconds(5)))
    }

    package func send(_ text: String) async throws { try await send(Array(text.utf8)) }

    package func send(_ bytes: [UInt8]) async throws {
        try await stream.write(bytes, until: loop.now + .seconds(60))
    }

    package func finish() async throws { try await stream.finishWriting(until: loop.now + .seconds(5)) }
    package func close() { stream.close() }
    package func reset() { stream.reset() }

    package var text: String { String(decoding: received, as: UTF8.self) }

    /// At most so many bytes of what has come so far, and forgets them.
    package func takeFirst(_ count: Int) -> [UInt8] {
        let taken = Array(received.prefix(count))
        received.removeFirst(taken.count)
        return taken
    }

    /// What has come so far, and forgets it.
    package func take() -> String {
        defer { received = [] }
        return text
    }

    /// Reads once. False when nothing more can come, or not by the deadline.
    @discardableResult
    package func receiveOnce(until deadline: Instant) async -> Bool {
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
    package func receiveAll(for span: TimeSpan = .seconds(300)) async -> String {
        let deadline = loop.now + span
        while await receiveOnce(until: deadline) {}
        return text
    }

    /// Reads until the text has been said, and takes everything up to its end.
    package func receive(through mark: String, for span: TimeSpan = .seconds(5)) async -> String {
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
    package func endOfFirst(_ wanted: [UInt8]) -> Int? {
        guard count >= wanted.count else { return nil }
        for start in 0...(count - wanted.count) where self[start..<(start + wanted.count)].elementsEqual(wanted) {
            return start + wanted.count
        }
        return nil
    }
}

extension String {
    package func occurrences(of part: String) -> Int {
        var count = 0
        var rest = Substring(self)
        while let range = rest.firstRange(of: part) {
            count += 1
            rest = rest[range.upperBound...]
        }
        return count
    }

    /// The Date field differs from run to run when live.
    package var withoutDate: String {
        split(separator: "\r\n", omittingEmptySubsequences: false).filter { !$0.hasPrefix("date: ") }
            .joined(separator: "\r\n")
    }
}
