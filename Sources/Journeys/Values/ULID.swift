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
        var shift = 125
        while shift >= 0 {
            let bits = shift >= 64 ? high >> UInt64(shift - 64) : low >> UInt64(shift) | high << UInt64(64 - shift)
            out.append(Self.digit(UInt8(truncatingIfNeeded: bits) & 31))
            shift -= 5
        }
    }

    /// 0-9, then letters without I, L, O and U.
    @inline(__always)
    private static func digit(_ value: UInt8) -> UInt8 {
        if value < 10 { return 0x30 | value }
        return 0x41 &+ value &- 10 &+ (value > 17 ? 1 : 0) &+ (value > 19 ? 1 : 0) &+ (value > 21 ? 1 : 0)
            &+ (value > 26 ? 1 : 0)
    }
}
