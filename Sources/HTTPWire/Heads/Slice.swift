/// A stretch of the caller's bytes, counted from the start of the head (or of the trailers' bytes).
public struct Slice: Sendable, Equatable {
    public var offset: UInt32
    public var count: UInt32

    @inlinable public init(offset: UInt32, count: UInt32) {
        self.offset = offset
        self.count = count
    }

    @inlinable public init(_ lower: Int, _ upper: Int) {
        offset = UInt32(truncatingIfNeeded: lower)
        count = UInt32(truncatingIfNeeded: upper &- lower)
    }

    @inlinable public static var empty: Slice { Slice(offset: 0, count: 0) }

    @inlinable public var isEmpty: Bool { count == 0 }
    @inlinable public var lowerBound: Int { Int(offset) }
    @inlinable public var upperBound: Int { Int(offset) &+ Int(count) }

    /// For `bytes.extracting(slice.range)`.
    @inlinable public var range: Range<Int> { lowerBound..<upperBound }

    public func equals(_ text: String, in bytes: Span<UInt8>) -> Bool {
        let other = text.utf8.span
        guard other.count == Int(count) else { return false }
        for index in other.indices where bytes[lowerBound &+ index] != other[index] { return false }
        return true
    }

    public func equalsIgnoringCase(_ text: String, in bytes: Span<UInt8>) -> Bool {
        let other = text.utf8.span
        guard other.count == Int(count) else { return false }
        for index in other.indices where lowercase(bytes[lowerBound &+ index]) != lowercase(other[index]) {
            return false
        }
        return true
    }

    /// For people and tests: it allocates.
    public func text(in bytes: Span<UInt8>) -> String {
        var copy: [UInt8] = []
        copy.reserveCapacity(Int(count))
        for index in range { copy.append(bytes[index]) }
        return String(decoding: copy, as: UTF8.self)
    }
}
