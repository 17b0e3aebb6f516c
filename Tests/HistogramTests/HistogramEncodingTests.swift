import Testing

@testable import Histogram

@Suite struct HistogramEncodingTests {
    @Test(arguments: Golden.all)
    func `our plain bytes are the other implementation's`(golden: Golden) {
        #expect(Base64.text(of: Histogram(golden).encoded()) == golden.plain)
    }

    @Test(arguments: Golden.all)
    func `the other implementation's bytes decode to what we record`(golden: Golden) throws {
        #expect(try Histogram(base64: golden.compressed) == Histogram(golden))
        #expect(try Histogram(base64: golden.plain) == Histogram(golden))
    }

    /// With zlib 1.2.13 at its default level they are the same bytes; another zlib may choose others, so only decoded.
    @Test(arguments: Golden.all)
    func `our compressed bytes decode to the same histogram`(golden: Golden) throws {
        var histogram = Histogram(golden)
        #expect(try Histogram(base64: histogram.base64()) == histogram)
        histogram.record(.max)
        #expect(try Histogram(base64: histogram.base64(), saturated: 1) == histogram)
    }

    @Test func `counts of every length survive`() throws {
        var histogram = Histogram(HistogramLayout(highest: 1_000_000)!)
        for bit in 0..<62 as Range<UInt64> {
            histogram.record(bit * 3, count: 1 << bit)
            if bit < 60 { histogram.record(1_000 + bit, count: (1 << bit) - 1) }
        }
        #expect(try Histogram(decoding: histogram.encoded()) == histogram)
    }

    @Test func `every truncation is a typed error`() {
        let plain = Histogram(Golden.latencies).encoded()
        for length in 0..<plain.count {
            #expect(throws: HistogramDecodingError.truncated) { try Histogram(decoding: Array(plain[..<length])) }
        }
        let compressed = Histogram(Golden.latencies).compressed()
        for length in 0..<compressed.count {
            #expect(throws: HistogramDecodingError.truncated) { try Histogram(decoding: Array(compressed[..<length])) }
        }
        // The same cuts with an outer length that agrees, so that zlib itself meets the end.
        for length in 8..<compressed.count {
            let cut = sized(compressed[8..<length])
            #expect(throws: HistogramDecodingError.truncated) { try Histogram(decoding: cut) }
        }
    }

    @Test func `a byte too many is an error`() {
        let golden = Histogram(Golden.latencies)
        #expect(throws: HistogramDecodingError.trailingBytes(1)) { try Histogram(decoding: golden.encoded() + [0]) }
        #expect(throws: HistogramDecodingError.trailingBytes(1)) { try Histogram(decoding: golden.compressed() + [0]) }
        let padded = sized(Deflate.compressed(golden.encoded() + [0])[...])
        #expect(throws: HistogramDecodingError.trailingBytes(1)) { try Histogram(decoding: padded) }
    }

    @Test func `each corrupt field has its own error`() {
        let plain = Histogram(Golden.latencies).encoded()
        func decode(_ place: Int, _ bytes: [UInt8]) throws(HistogramDecodingError) -> Histogram {
            var corrupt = plain
            corrupt.replaceSubrange(place..<place + bytes.count, with: bytes)
            return try Histogram(decoding: corrupt)
        }
        #expect(throws: HistogramDecodingError.unknownCookie(0x1C84_9303)) { try decode(3, [0x03]) }
        #expect(throws: HistogramDecodingError.countsBeyondLayout(slots: 23_552)) { try decode(4, [0xFF, 0xFF]) }
        #expect(throws: HistogramDecodingError.unsupportedScale) { try decode(8, [0, 0, 0, 1]) }
        #expect(throws: HistogramDecodingError.invalidLayout(lowest: 1, highest: 3_600_000_000, digits: 9)) {
            try decode(15, [9])
        }
        #expect(throws: HistogramDecodingError.invalidLayout(lowest: 0, highest: 3_600_000_000, digits: 3)) {
            try decode(23, [0])
        }
        #expect(throws: HistogramDecodingError.unsupportedScale) { try decode(32, [0x40]) }
        // A run of empty slots that leaves the layout, and the smallest integer as a run.
        let run = [0xFF, 0xFF, 0xFF, 0x7F] as [UInt8]
        #expect(throws: HistogramDecodingError.countsBeyondLayout(slots: 23_552)) { try decode(40, run) }
        let smallest = [UInt8](repeating: 0xFF, count: 9)
        #expect(throws: HistogramDecodingError.countsBeyondLayout(slots: 23_552)) { try decode(40, smallest) }
        // Int64.max twice.
        let largest = [0xFE] + [UInt8](repeating: 0xFF, count: 8)
        #expect(throws: HistogramDecodingError.totalOverflow) { try decode(40, largest + largest) }
    }

    @Test func `a layout above the limit is refused before it is allocated`() {
        let huge = HistogramLayout(highest: UInt64(Int64.max), digits: 5)!
        var bytes = HistogramBytes()
        bytes.append(EncodedHeader(payloadLength: 0, layout: huge))
        let tooLarge = HistogramDecodingError.tooLarge(slots: huge.slots, slotsMax: Histogram.slotsMax)
        #expect(huge.slots > Histogram.slotsMax)
        #expect(throws: tooLarge) { try Histogram(decoding: bytes.bytes) }
        #expect(throws: tooLarge) { try Histogram(decoding: sized(Deflate.compressed(bytes.bytes)[...])) }
    }

    @Test func `a zlib bomb is inflated no further than its header allows`() {
        let bomb = Histogram(Golden.latencies).encoded() + [UInt8](repeating: 0, count: 1 << 24)
        let stream = Deflate.compressed(bomb)
        #expect(throws: HistogramDecodingError.trailingBytes(1)) { try Histogram(decoding: sized(stream[...])) }
    }

    @Test func `a broken stream is an error`() {
        #expect(throws: HistogramDecodingError.corruptStream) { try Histogram(decoding: sized([1, 2, 3, 4, 5, 6])) }
        var compressed = Histogram(Golden.latencies).compressed()
        #expect(throws: HistogramDecodingError.corruptStream) { try Histogram(decoding: sized(compressed[8...] + [0])) }
        compressed[compressed.count - 1] ^= 1
        #expect(throws: HistogramDecodingError.corruptStream) { try Histogram(decoding: compressed) }
    }

    @Test func `no single byte change crashes`() {
        let plain = Histogram(Golden.latencies).encoded()
        for place in plain.indices {
            for flip in [0x01, 0x80, 0xFF] as [UInt8] {
                var corrupt = plain
                corrupt[place] ^= flip
                _ = try? Histogram(decoding: corrupt, slotsMax: 1 << 16)
            }
        }
    }

    @Test(arguments: [
        "A", "AA", "AAA", "A===", "====", "AA=A", "AB==", "AAB=", "AA==AAAA", "AA A", "AA\n=", "ÄÄ", "AA-_",
    ])
    func `what is not strict base64 is refused`(text: String) {
        #expect(Base64.bytes(of: text) == nil)
        #expect(throws: HistogramDecodingError.notBase64) { try Histogram(base64: text) }
    }

    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
    ])
    func `base64 is that of RFC 4648`(plain: String, text: String) {
        #expect(Base64.text(of: Array(plain.utf8)) == text)
        #expect(Base64.bytes(of: text) == Array(plain.utf8))
    }

    /// The outer frame with the length of this stream.
    private func sized(_ stream: ArraySlice<UInt8>) -> [UInt8] {
        var bytes = HistogramBytes()
        bytes.append(EncodedHeader.compressedCookie)
        bytes.append(UInt32(stream.count))
        return bytes.bytes + stream
    }
}
