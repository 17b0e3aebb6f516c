import EventLoop
import Timebase

/// Lines of a stream, cut where they are too long.
final class LineReader {
    private let stream: any ByteStream
    private let buffer = ByteBuffer(capacity: LineReader.lineBytesMax)
    private var isOver = false

    static let lineBytesMax = 1 << 16

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
