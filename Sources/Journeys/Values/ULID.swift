import SeededRandom

/// The name of one payment: sorts by time, unique across workers, and says its worker.
///
///     48 bits  milliseconds since 1970
///     16 bits  shard
///     64 bits  of the seed
package struct ULID: Sendable, Hashable {
    package let high: UInt64
    package let low: UInt64

    static let textCount = 26

    init(epochMilliseconds: Int64, shard: Int, at place: Seed) {
        high = UInt64(bitPattern: epochMilliseconds) << 16 | UInt64(UInt16(truncatingIfNeeded: shard))
        low = place.bits
    }

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// As one number.
    package var value: UInt128 { UInt128(high) << 64 | UInt128(low) }

    /// The most significant first.
    package var bytes: InlineArray<16, UInt8> {
        .init { index in
            UInt8(truncatingIfNeeded: (index < 8 ? high : low) >> UInt64(56 - 8 * (index & 7)))
        }
    }

    /// Crockford's base 32, the most significant digit first; the first holds three bits.
    package var text: String {
        var bytes: [UInt8] = []
        append(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    func append(to out: inout [UInt8]) {
        let digits = (digits(from: 0), digits(from: 8), digits(from: 16), digits(from: 24))
        // The pointer does not leave the call.
        unsafe Swift.withUnsafeBytes(of: digits) { unsafe out.append(contentsOf: $0[..<Self.textCount]) }
    }

    /// Eight digits at once, the first of them lowest. Behind nine come the letters without I, L, O and U: each that is
    /// left out moves the rest on by one.
    @inline(__always)
    private func digits(from first: UInt64) -> UInt64 {
        var values: UInt64 = 0
        for place in first..<first &+ 8 where place < 26 {
            let shift = 125 &- 5 &* place
            let bits = shift >= 64 ? high &>> (shift &- 64) : shift == 60 ? low &>> 60 | high &<< 4 : low &>> shift
            values |= (bits & 31) &<< (8 &* (place &- first))
        }
        let ones: UInt64 = 0x0101_0101_0101_0101
        let skipped =
            Self.above(17, values) &+ Self.above(19, values) &+ Self.above(21, values) &+ Self.above(26, values)
        return (values &+ ones &* 0x30 &+ Self.above(9, values) &* 7 &+ skipped).littleEndian
    }

    /// One in each byte that is greater; all are below 32.
    @inline(__always)
    private static func above(_ bound: UInt64, _ values: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        return ((values &+ ones &* (0x7F &- bound)) &>> 7) & ones
    }
}
