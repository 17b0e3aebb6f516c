/// Where a segment lies in memory. Whoever holds one keeps the memory until it has released it.
struct SegmentMemory: Sendable {
    private let address: UInt

    @unsafe init(_ start: UnsafeMutableRawPointer) {
        address = UInt(bitPattern: start)
    }

    var start: UnsafeMutableRawPointer {
        @inline(__always)
        get { unsafe UnsafeMutableRawPointer(bitPattern: address).unsafelyUnwrapped }
    }

    @inline(__always)
    func row<Row: SegmentRow>(at offset: Int, of type: Row.Type = Row.self) -> Row {
        unsafe Row(start + offset)
    }

    func write(_ header: SegmentHeader) {
        unsafe start.copyMemory(from: header.bytes, byteCount: SegmentHeader.byteCount)
    }
}
