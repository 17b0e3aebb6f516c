/// A stretch of the caller's bytes, counted from the start of the head (or of the trailers' bytes).
package struct Slice: Sendable, Equatable {
    package var offset: UInt32
    package var count: UInt32

    @inlinable package init(offset: UInt32, count: UInt32) {
        self.offset = offset
        self.count = count
    }

    @inlinable package init(_ lower: Int, _ upper: Int) {
        offset = UInt32(truncatingIfNeeded: lower)
        count = UInt32(truncatingIfNeeded: upper &- lower)
    }

    @inlinable package static var empty: Slice { Slice(offset: 0, count: 0) }

    @inlinable package var isEmpty: Bool { count == 0 }
    @inlinable package var lowerBound: Int { Int(offset) }
    @inlinable package var upperBound: Int { Int(offset) &+ Int(count) }

    /// For `bytes.extracting(slice.range)`.
    @inlinable package var range: Range<Int> { lowerBound..<upperBound }

    package func equals(_ text: String, in bytes: Span<UInt8>) -> Bool {
        let other = text.utf8.span
        guard other.count == Int(count) else { return false }
        for index in other.indices where bytes[lowerBound &+ index] != other[index] { return false }
        return true
    }

    package func equalsIgnoringCase(_ text: String, in bytes: Span<UInt8>) -> Bool {
        let other = text.utf8.span
        guard other.count == Int(count) else { return false }
        for index in other.indices where lowercase(bytes[lowerBound &+ index]) != lowercase(other[index]) {
            return false
        }
        return true
    }

    /// For people and tests: it allocates.
    package func text(in bytes: Span<UInt8>) -> String {
        var copy: [UInt8] = []
        copy.reserveCapacity(Int(count))
        for index in range { copy.append(bytes[index]) }
        return String(decoding: copy, as: UTF8.self)
    }
}
