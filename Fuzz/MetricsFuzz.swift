// The libFuzzer entry of the reader of Prometheus's text format; scripts/fuzz builds and runs it.
//
// An input is a selector in its first line, and a page behind it. A finding is a trap, or a value that is no number: a
// guard that compares with it would never trip.

@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    // libFuzzer lends `count` bytes for the duration of this call.
    let bytes = unsafe Array(UnsafeBufferPointer(start: data, count: count))
    let line = bytes.prefix { $0 != 0x0A }
    guard let selector = MetricSelector(String(decoding: line, as: UTF8.self)) else { return 0 }
    if let value = selector.value(in: Array(bytes.dropFirst(line.count))), value.isNaN {
        fatalError("the sum is no number")
    }
    return 0
}
