import SeededRandom

/// Choices for one part of a drill, from its seed.
struct Dice {
    let features: Set<Feature>
    private var random: SeededRandom

    init(_ seed: Seed, _ part: String, _ features: Set<Feature>) {
        self.features = features
        random = seed.split(part).stream()
    }

    static func features(of seed: Seed) -> Set<Feature> {
        var random = seed.split("features").stream()
        return Set(Feature.allCases.filter { _ in random.chance(0.5) })
    }

    func has(_ feature: Feature) -> Bool { features.contains(feature) }
    mutating func chance(_ share: Double) -> Bool { random.chance(share) }
    mutating func number(_ range: ClosedRange<Int64>) -> Int64 { random.integer(in: range) }
    mutating func one<Value>(of values: [Value]) -> Value { values[Int(random.below(UInt64(values.count)))] }
    /// `name: TEXT`, or nothing.
    mutating func maybe(_ share: Double, _ text: String) -> [String] { chance(share) ? [text] : [] }
}

extension [String] {
    /// `{a: 1, b: 2}`
    var flow: String { "{" + joined(separator: ", ") + "}" }
}
