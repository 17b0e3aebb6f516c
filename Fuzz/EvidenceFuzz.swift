// The libFuzzer entry of the reader of evidence; scripts/fuzz builds and runs it.
//
// An input is a segment's file. A finding is a trap, a header that is another one when it was written and read again,
// or a row that is a record although the writer's states do not allow it.

@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    // libFuzzer lends `count` bytes for the duration of this call.
    var bytes = unsafe Array(UnsafeBufferPointer(start: data, count: count))
    guard case .header(let header) = SegmentHeader.read(Array(bytes.prefix(SegmentHeader.byteCount)), .requests) else { return 0 }
    guard case .header(header) = SegmentHeader.read(header.bytes, .requests) else {
        fatalError("a header that was written reads back as something else")
    }
    for place in stride(from: SegmentHeader.byteCount, to: count, by: EvidenceRow.byteCount)
    where place + EvidenceRow.byteCount <= count {
        let reading = unsafe bytes.withUnsafeMutableBytes { buffer in
            unsafe buffer.baseAddress.map { unsafe EvidenceRow($0 + place).read(worker: header.worker) }
        }
        if case .empty? = reading, bytes[place..<place + 8].contains(where: { $0 != 0 }) {
            fatalError("a row with a state was taken for an empty one")
        }
    }
    return 0
}
