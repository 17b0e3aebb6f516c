public import EventLoop
import HTTPWire

/// A whole response: the head's bytes with the body's behind them, in one array.
public struct HTTPResponse: Sendable {
    public let status: UInt16
    public let bytes: [UInt8]
    /// Where the body begins.
    public let headCount: Int
    /// How long the request waited for a connection: zero when one was free.
    public let poolWait: TimeSpan
    /// Whether the request paid for a new connection.
    public let isFirstOnConnection: Bool
    /// How often the request may have reached the peer: 2 when it met the end of a kept connection and was repeated.
    public internal(set) var attempts: Int

    public init(
        status: UInt16, bytes: [UInt8], headCount: Int, poolWait: TimeSpan, isFirstOnConnection: Bool,
        attempts: Int = 1
    ) {
        self.status = status
        self.bytes = bytes
        self.headCount = headCount
        self.poolWait = poolWait
        self.isFirstOnConnection = isFirstOnConnection
        self.attempts = attempts
    }

    public var body: ArraySlice<UInt8> { bytes[headCount...] }
    public var bodyText: String { String(decoding: body, as: UTF8.self) }

    /// The value of the first field with this name. The head was checked when it arrived, so looking again is a scan
    /// for a line; few are ever looked at.
    public func field(_ name: String) -> String? {
        var line = skipLine(from: 0)
        while line < headCount - 2 {
            let end = skipLine(from: line)
            if let value = value(of: name, in: line..<(end - 2)) { return value }
            line = end
        }
        return nil
    }

    private func skipLine(from start: Int) -> Int {
        var index = start
        while index < headCount, bytes[index] != UInt8(ascii: "\n") { index += 1 }
        return index + 1
    }

    private func value(of name: String, in line: Range<Int>) -> String? {
        let count = name.utf8.count
        guard line.count > count, bytes[line.lowerBound + count] == UInt8(ascii: ":") else { return nil }
        let slice = Slice(line.lowerBound, line.lowerBound + count)
        guard slice.equalsIgnoringCase(name, in: bytes.span) else { return nil }
        let value = bytes[(line.lowerBound + count + 1)..<line.upperBound]
        let isBlank = { (byte: UInt8) in byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        let first = value.firstIndex { !isBlank($0) } ?? value.endIndex
        let last = value.lastIndex { !isBlank($0) } ?? value.startIndex
        return first <= last && first < value.endIndex ? String(decoding: value[first...last], as: UTF8.self) : ""
    }
}
