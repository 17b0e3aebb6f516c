// The libFuzzer entry of the reader of channels' journals; scripts/fuzz builds and runs it.
//
// An input is a segment's file. A finding is a trap, a header that is another one when it was written and read again,
// or a row whose entry is not written as the same bytes.

@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    // libFuzzer lends `count` bytes for the duration of this call.
    let bytes = unsafe Array(UnsafeBufferPointer(start: data, count: count))
    guard case .header(let header) = SegmentHeader.read(Array(bytes.prefix(SegmentHeader.byteCount)), .channel) else {
        return 0
    }
    guard case .header(header) = SegmentHeader.read(header.bytes, .channel) else {
        fatalError("a header that was written reads back as something else")
    }
    for place in stride(from: SegmentHeader.byteCount, to: count, by: ChannelRow.byteCount)
    where place + ChannelRow.byteCount <= count {
        let row = Array(bytes[place..<place + ChannelRow.byteCount])
        switch reading(row, worker: header.worker) {
        case .empty: precondition(row.prefix(8).allSatisfy { $0 == 0 }, "a row with an entry was taken for an empty one")
        case .record(let entry): precondition(written(entry) == row, "an entry is written as other bytes than it was read from")
        case .faulty: break
        }
    }
    return 0
}

private func reading(_ row: [UInt8], worker: Int) -> RowReading<ChannelEntry> {
    var row = row
    return unsafe row.withUnsafeMutableBytes { buffer in
        guard let start = buffer.baseAddress else { return .faulty }
        return unsafe ChannelRow(start).read(worker: worker)
    }
}

private func written(_ entry: ChannelEntry) -> [UInt8] {
    // Words, since what is stored in one step must lie in one.
    var words = [UInt64](repeating: 0, count: ChannelRow.byteCount / 8)
    return unsafe words.withUnsafeMutableBytes { buffer in
        if let start = buffer.baseAddress { unsafe ChannelRow(start).write(entry) }
        return Array(buffer)
    }
}
