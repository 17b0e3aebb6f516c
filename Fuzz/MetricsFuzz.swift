// The libFuzzer entry of the reader of Prometheus's text format; scripts/fuzz builds and runs it.
//
// An input is a selector in its first line, and a page behind it. A finding is a trap, a value that is no number (a
// guard that compares with it would never trip), or one that differs between equal selectors.

@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    // libFuzzer lends `count` bytes for the duration of this call.
    let bytes = unsafe Array(UnsafeBufferPointer(start: data, count: count))
    let line = bytes.prefix { $0 != 0x0A }
    guard let selector = MetricSelector(String(decoding: line, as: UTF8.self)) else { return 0 }
    let values = MetricReader([selector, nil, selector]).values(in: Array(bytes.dropFirst(line.count)))
    if values.count != 3 || values[0] != values[2] || values[1] != nil || values[0]?.isNaN == true {
        fatalError("the sum is no number, or not the same for the same selector")
    }
    return 0
}
