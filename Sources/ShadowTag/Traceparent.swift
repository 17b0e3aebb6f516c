import Cryptography
package import SeededRandom

/// The W3C field `traceparent`: `00-<32 digits of the trace>-<16 digits of the span>-01`.
package enum Traceparent {
    package static let byteCount = 55

    private static let form = Array("00-00000000000000000000000000000000-0000000000000000-01".utf8)

    /// Appends the value that belongs to this place of the seed's tree. It allocates nothing where the array has room.
    package static func append(seed: Seed, to bytes: inout [UInt8]) {
        // The standard refuses a trace or a span of zeros.
        let words: InlineArray<3, UInt64> = [seed.child(0).bits, seed.child(1).bits | 1, seed.child(2).bits | 1]
        let ids: InlineArray<24, UInt8> = .init {
            UInt8(truncatingIfNeeded: words[$0 / 8] >> UInt64(56 - 8 * ($0 % 8)))
        }
        var digits: InlineArray<48, UInt8> = .init(repeating: 0)
        var span = digits.mutableSpan
        Hexadecimal.write(ids.span, into: &span)
        let start = bytes.count
        bytes.append(contentsOf: form)
        for index in 0..<32 { bytes[start + 3 + index] = digits[index] }
        for index in 32..<48 { bytes[start + 4 + index] = digits[index] }
    }
}
