/// The members of an object, one after the other, without building a tree.
///
/// Reads as strictly as `JSONPathScan`, and to the end of the text: `isWhole` tells whether it was one object and
/// nothing else. A key with escapes is given as it is written.
package struct JSONMemberScan: Sendable {
    package struct Member: Sendable, Equatable {
        /// What stands between the key's quotes.
        package let key: Range<Int>
        package let value: JSONPathScan.Finding
    }

    private enum State { case before, inside, whole, malformed }

    private var reader = JSONReader()
    private var state = State.before

    package init() {}

    package var isWhole: Bool { if case .whole = state { true } else { false } }

    /// Nil at the end of the object, and where the text is malformed.
    package mutating func next(in bytes: Span<UInt8>) -> Member? {
        switch state {
        case .before:
            guard reader.take(UInt8(ascii: "{"), bytes) else { return fail() }
            if reader.take(UInt8(ascii: "}"), bytes) { return end(bytes) }
        case .inside:
            guard reader.take(UInt8(ascii: ","), bytes) else {
                return reader.take(UInt8(ascii: "}"), bytes) ? end(bytes) : fail()
            }
        case .whole, .malformed: return nil
        }
        state = .inside
        guard let key = reader.string(bytes), reader.take(UInt8(ascii: ":"), bytes),
            let value = reader.finding(in: bytes, depthMax: JSONPathScan.depthMax - 1)
        else { return fail() }
        return Member(key: key.range, value: value)
    }

    private mutating func end(_ bytes: Span<UInt8>) -> Member? {
        while reader.place < bytes.count {
            guard [0x20, 0x09, 0x0A, 0x0D].contains(bytes[reader.place]) else { return fail() }
            reader.place += 1
        }
        state = .whole
        return nil
    }

    private mutating func fail() -> Member? {
        state = .malformed
        return nil
    }
}
