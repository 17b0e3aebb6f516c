import SeededRandom
import StackVocabulary

/// The plan of a drawn drill.
struct DrawnPlan {
    let text: String

    init(seed number: UInt64, _ features: Set<Feature>, _ banks: DrawnBanks, _ plant: DrawnDrill.Plant) {
        let seed = Seed(number)
        var (target, stack) = (Dice(seed, "target", features), Dice(seed, "stack", features))
        let journeys = DrawnJourneys(seed, features)
        let traffic = DrawnTraffic(seed, features, journeys.names)
        var faults = Dice(seed, "plan faults", features)
        var ends = Dice(seed, "ends", features)
        let lines =
            ["plan: drawn", "seed: \(number)", "about: drawn from a seed", ""] + Self.target(&target) + ["stack:"]
            + Self.stack(plant, &stack).map { "  " + $0 } + ["channels: \(DrawnDrill.banksName)"]
            + (features.contains(.control) ? ["shadow: {control: \(target.number(2...30))/s}"] : [])
            + (features.contains(.webhooks)
                ? ["webhooks: {listen: \"127.0.0.1:0\", public-url: \"http://127.0.0.1\"}"] : []) + Self.data(&target)
            + ["classify: {declined: [402, 404, 409, 422]}", "journeys:"] + journeys.lines.map { "  " + $0 }
            + (features.contains(.bursts)
                ? ["arrivals: \(target.one(of: ["uniform", "bursts size=20", "bursts size=3"]))"] : [])
            + ["traffic:"] + traffic.lines.map { "  - " + $0 } + ["drain: {within: \(target.one(of: [20, 60, 200]))s}"]
            + Self.faults(traffic.stages, banks, &faults)
            + DrawnTargets(traffic.stages, journeys.names, banks.names, &ends).lines
        text = lines.joined(separator: "\n") + "\n"
    }

    private static func target(_ dice: inout Dice) -> [String] {
        var parts = ["stack: embedded"]
        if dice.has(.narrowTarget) {
            parts += ["connections: \(dice.one(of: [1, 8, 64]))", "in-flight: \(dice.one(of: [20, 200, 2_000]))"]
        }
        if dice.has(.impatience) { parts.append("timeout: \(dice.one(of: ["200ms", "1s", "4s"]))") }
        return ["target: " + parts.flow]
    }

    private static func data(_ dice: inout Dice) -> [String] {
        [
            "data:",
            "  merchant: {pool: \(dice.one(of: [3, 40, 1_000])), pick: \(dice.one(of: ["random", "zipf 1.2", "in order"]))}",
            "  amount: {minor: \(dice.one(of: ["uniform min=1 max=9000", "4900", "lognormal p50=4900 p99=250000"])), currency: EUR}",
        ]
    }

    private static func stack(_ plant: DrawnDrill.Plant, _ dice: inout Dice) -> [String] {
        var lines = ["cores: \(dice.has(.smallStack) ? 1 : dice.number(1...8))"]
        lines.append(
            "service: \(dice.has(.smallStack) ? dice.one(of: ["5ms", "10ms"]) : dice.one(of: ["500us", "1ms", "2ms"]))")
        if dice.has(.memoryStore) { lines.append("store: memory") }
        if dice.has(.twoDatabases) { lines.append("isolation: databases") }
        if dice.has(.tightLimits) { lines.append("limits: " + limits(&dice)) }
        if dice.has(.patientDeadline) { lines.append("deadline: \(dice.one(of: ["300ms", "2s", "30s"]))") }
        if dice.has(.hastyBanks) { lines.append("bank: " + bank(&dice)) }
        if dice.has(.touchyBreaker) { lines.append("breaker: " + breaker(&dice)) }
        if dice.has(.earlyQuestions) { lines.append("query: " + query(&dice)) }
        if dice.chance(0.5) {
            lines.append(
                "notify: {attempts: \(dice.number(1...8)), first-wait: \(dice.one(of: ["50ms", "1s"])), timeout: \(dice.one(of: ["100ms", "5s"])), under-way: \(dice.one(of: [1, 16, 256]))}"
            )
        }
        if case .defect(let defect) = plant { lines.append("defects: [\(defect.name)]") }
        return lines
    }

    private static func limits(_ dice: inout Dice) -> String {
        (["queue: \(dice.one(of: [0, 5, 50, 1_000]))", "age: \(dice.one(of: ["20ms", "100ms", "2s"]))"]
            + dice.maybe(0.5, "merchant: \(dice.one(of: [2, 20, 200]))/s")
            + dice.maybe(0.3, "amount: \(dice.number(1_000...9_000))"))
            .flow
    }

    private static func bank(_ dice: inout Dice) -> String {
        [
            "timeout: \(dice.one(of: ["50ms", "200ms", "600ms"]))", "connections: \(dice.one(of: [1, 8, 256]))",
            "pipeline: \(dice.one(of: [1, 1, 4]))",
        ].flow
    }

    private static func breaker(_ dice: inout Dice) -> String {
        [
            "opens at: \(dice.one(of: [10, 50, 90]))%", "of at least: \(dice.one(of: [3, 20]))",
            "within: \(dice.one(of: ["1s", "10s"]))", "for: \(dice.one(of: ["200ms", "2s", "20s"]))",
            "probes: \(dice.number(1...5))",
        ].flow
    }

    private static func query(_ dice: inout Dice) -> String {
        [
            "first: \(dice.one(of: ["50ms", "500ms", "5s"]))", "max-per-payment: \(dice.number(1...6))",
            "rate: \(dice.one(of: [5, 50, 500]))/s",
        ].flow
    }

    private static func faults(_ stages: [String], _ banks: DrawnBanks, _ dice: inout Dice) -> [String] {
        guard dice.has(.planFaults) else { return [] }
        let count = dice.number(1...4)
        return ["faults:"]
            + (0..<count).map { _ in
                let instant =
                    dice.chance(0.7)
                    ? "@\(dice.one(of: stages))" + (dice.chance(0.3) ? "+1s" : "") : "\(dice.number(0...10))s"
                return "  - " + DrawnFault(at: instant, banks: banks.names, banks.callers, &dice).text
            }
    }
}
