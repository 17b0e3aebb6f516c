import SeededRandom

/// The stages of a drawn drill: some thousand arrivals at most.
struct DrawnTraffic {
    private(set) var lines: [String] = []
    private(set) var stages: [String] = []
    private var dice: Dice

    init(_ seed: Seed, _ features: Set<Feature>, _ journeys: [String]) {
        dice = Dice(seed, "traffic", features)
        if dice.chance(0.7) { put("warm-up", ["for: 1s", "rate: 40/s"]) }
        put("hold", ["for: \(dice.number(3...8))s", "rate: \(rate())"])
        if dice.has(.ramps) { put("ramp", ["for: 4s", "from: \(dice.number(0...20))/s", "to: \(rate())"] + slope()) }
        if dice.has(.crowd) {
            put("spike", ["for: \(dice.number(1...2))s", "rate: \(dice.one(of: [400, 900]))/s"] + mix(journeys))
        }
        if dice.has(.pauses) { put("pause", ["for: \(dice.one(of: ["300ms", "2s"]))"]) }
        if dice.has(.pulses) {
            put("pulses", ["for: 4s", "rate: 300/s", "base: \(dice.one(of: [0, 20]))/s", "width: 200ms", "every: 1s"])
        }
        if dice.has(.users) {
            put(
                "users",
                [
                    "count: \(dice.one(of: [1, 10, 60]))", "think: \(dice.one(of: ["200ms", "exponential 500ms"]))",
                    "for: 3s",
                ])
        }
        if dice.chance(0.6) { put("hold", ["for: \(dice.number(1...6))s", "rate: \(rate())"] + mix(journeys)) }
    }

    private mutating func rate() -> String { "\(dice.one(of: [5, 30, 80, 150]))/s" }

    private mutating func slope() -> [String] {
        dice.maybe(0.4, "steps: \(dice.number(2...6))")
    }

    private mutating func mix(_ journeys: [String]) -> [String] {
        guard journeys.count > 1, dice.chance(0.3) else { return [] }
        return ["mix: " + journeys.map { "\($0): \(dice.number(1...9))" }.flow]
    }

    private mutating func put(_ kind: String, _ parts: [String]) {
        let name = "s\(stages.count)-\(kind)"
        stages.append(name)
        lines.append("\(kind): " + (parts + ["name: \(name)"]).flow)
    }
}
