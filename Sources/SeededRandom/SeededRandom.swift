/// The draws at one place of the seed tree: xoshiro256** (Blackman, Vigna 2018), its state filled by SplitMix64.
///
/// A stream is read forwards only. What has to be found again (arrival n, payment x) gets its own place in the tree
/// instead of a position in a stream, because some distributions take a varying number of draws.
@frozen public struct SeededRandom: RandomNumberGenerator, Sendable {
    @usableFromInline var state: (UInt64, UInt64, UInt64, UInt64)

    public init(_ seed: Seed) {
        var filler = SplitMix64(state: seed.bits ^ Seed.Domain.stream)
        state = (filler.next(), filler.next(), filler.next(), filler.next())
    }

    init(state: (UInt64, UInt64, UInt64, UInt64)) {
        self.state = state
    }

    @inlinable public mutating func next() -> UInt64 {
        let output = Self.rotated(state.1 &* 5, by: 7) &* 9
        let shifted = state.1 &<< 17
        state.2 ^= state.0
        state.3 ^= state.1
        state.1 ^= state.2
        state.0 ^= state.3
        state.2 ^= shifted
        state.3 = Self.rotated(state.3, by: 45)
        return output
    }

    @usableFromInline static func rotated(_ bits: UInt64, by count: UInt64) -> UInt64 {
        (bits &<< count) | (bits &>> (64 &- count))
    }

    /// A number in [0, 1), one of 2^53 equally spaced ones.
    @inlinable public mutating func unit() -> Double {
        Double(next() &>> 11) * 0x1p-53
    }

    /// A number in (0, 1), symmetric about one half, so that logarithms and quantiles stay finite.
    @inlinable public mutating func openUnit() -> Double {
        (Double(next() &>> 12) + 0.5) * 0x1p-52
    }

    /// An integer in 0 ..< bound without bias (Lemire 2019). The standard library's method may change between
    /// toolchains, and with it every schedule.
    @inlinable public mutating func below(_ bound: UInt64) -> UInt64 {
        precondition(bound > 0, "an integer below 0 was asked for")
        var product = next().multipliedFullWidth(by: bound)
        if product.low < bound {
            let threshold = (0 &- bound) % bound
            while product.low < threshold { product = next().multipliedFullWidth(by: bound) }
        }
        return product.high
    }

    @inlinable public mutating func integer(in range: ClosedRange<Int64>) -> Int64 {
        let width = UInt64(bitPattern: range.upperBound) &- UInt64(bitPattern: range.lowerBound)
        let offset = width == .max ? next() : below(width + 1)
        return Int64(bitPattern: UInt64(bitPattern: range.lowerBound) &+ offset)
    }

    /// True with this probability; 0 never, 1 always.
    @inlinable public mutating func chance(_ probability: Double) -> Bool {
        unit() < probability
    }
}
