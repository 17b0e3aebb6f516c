// The libFuzzer entry of the HTTP codec; scripts/fuzz builds and runs it.
//
// An input is two control bytes and a stream. The first chooses the side that reads and its limits, the second
// where the stream is cut. A finding is a trap, or a broken law of `WireLaws`.

import HTTPWire

@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    // libFuzzer lends `count` bytes for the duration of this call.
    let bytes = unsafe Array(UnsafeBufferPointer(start: data, count: count))
    guard bytes.count > 2 else { return 0 }
    let sides: [Conversation.Side] = [
        .requests, .responses(answering: .get), .responses(answering: .head), .responses(answering: .connect),
    ]
    var limits = Limits()
    if bytes[0] & 4 != 0 {
        limits.startLineBytes = 24
        limits.fieldLineBytes = 32
        limits.fieldCount = 3
        limits.headBytes = 96
        limits.chunkExtensionBytes = 8
        limits.trailerBytes = 40
        limits.bodyBytes = 64
    }
    let side = sides[Int(bytes[0] & 3)]
    if let breach = WireLaws.breach(side, Array(bytes[2...]), seed: Int(bytes[1]), limits: limits) {
        fatalError(breach)
    }
    return 0
}
