import HTTPWire

/// SplitMix64: small, seeded, the same everywhere.
struct Generator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

    mutating func text(_ alphabet: [UInt8], _ counts: ClosedRange<Int>) -> [UInt8] {
        (0..<(counts.lowerBound + below(counts.count))).map { _ in alphabet[below(alphabet.count)] }
    }
}
