/// Steele, Lea, Flood: "Fast splittable pseudorandom number generators" (2014), with Stafford's mixing constants.
struct SplitMix64 {
    /// 2^64 over the golden ratio, made odd.
    static let increment: UInt64 = 0x9E37_79B9_7F4A_7C15

    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= Self.increment
        return Self.mixed(state)
    }

    /// A bijection in which every input bit sways every output bit.
    static func mixed(_ input: UInt64) -> UInt64 {
        var bits = input
        bits = (bits ^ (bits &>> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits &>> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits &>> 31)
    }
}
