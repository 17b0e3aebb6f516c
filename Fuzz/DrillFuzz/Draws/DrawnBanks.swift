import SeededRandom

/// The mock banks of a drawn drill.
struct DrawnBanks {
    let names: [String]
    /// Those that call back.
    private(set) var callers: Set<String> = []
    let text: String

    init(_ seed: Seed, _ features: Set<Feature>, _ plant: DrawnDrill.Plant) {
        var dice = Dice(seed, "banks", features)
        let count = dice.has(.manyBanks) ? dice.number(2...4) : 1
        names = Array(["north", "south", "east", "west"].prefix(Int(count)))
        var lines = ["profile: drawn", "seed: \(dice.number(0...1_000_000))", "channels:"]
        for name in names {
            let bank = Self.bank(name, &dice)
            lines += bank
            if bank.contains(where: { $0.hasPrefix("    callback:") }) { callers.insert(name) }
        }
        var faults = Dice(seed, "bank faults", features)
        if faults.has(.bankFaults) {
            let count = faults.number(1...3)
            lines.append("faults:")
            for _ in 0..<count {
                lines.append("  - " + DrawnFault(at: "\(faults.number(3...12))s", banks: names, callers, &faults).text)
            }
        }
        lines.append("statement: " + Self.statement(plant, &dice))
        text = lines.joined(separator: "\n") + "\n"
    }

    private static func bank(_ name: String, _ dice: inout Dice) -> [String] {
        var lines = ["  \(name):"]
        func put(_ key: String, _ value: String) { lines.append("    \(key): \(value)") }
        if dice.has(.otherKeys) {
            put("idempotency", dice.one(of: ["stripe-v1", "stripe-v2", "checkout", "none"]))
        }
        put("latency", latency(&dice))
        if dice.has(.slowBanks), dice.chance(0.3) { put("operations", operations(&dice)) }
        if dice.has(.tightBanks) { put("capacity", capacity(&dice)) }
        if dice.has(.slowBanks), dice.chance(0.3) { put("timer", dice.one(of: ["1s", "2s"])) }
        let isPending = dice.has(.pending) && dice.chance(0.7)
        let outcome = outcome(isPending, &dice)
        if !outcome.isEmpty { put("outcome", outcome.flow) }
        if isPending {
            put("settlement", dice.one(of: ["100ms", "exponential 500ms", "uniform min=10ms max=3s", "0s"]))
        }
        if dice.has(.callbacks), dice.chance(0.8) { put("callback", callback(&dice)) }
        if dice.has(.questionRules) { put("query", rules(&dice)) }
        return lines
    }

    private static func latency(_ dice: inout Dice) -> String {
        if dice.has(.slowBanks) {
            return dice.one(of: [
                "60ms", "exponential 80ms", "lognormal p50=40ms p99=900ms max=2s", "uniform min=5ms max=400ms",
            ])
        }
        return dice.one(of: ["0s", "5ms", "lognormal p50=12ms p99=40ms max=1s", "exponential 10ms"])
    }

    private static func operations(_ dice: inout Dice) -> String {
        ["authorise", "capture", "reverse", "refund", "query", "statement"].filter { _ in dice.chance(0.4) }
            .map { "\($0): {latency: \($0 == "statement" ? "20ms" : "exponential 50ms")}" }.nonEmpty(
                or: "query: {latency: 30ms}"
            ).flow
    }

    private static func capacity(_ dice: inout Dice) -> String {
        (["concurrency: \(dice.one(of: [1, 4, 16, 512]))", "queue: \(dice.one(of: [0, 4, 64, 2_048]))"]
            + dice.maybe(0.3, "quota: \(dice.one(of: [20, 100, 800]))/s")).flow
    }

    private static func outcome(_ isPending: Bool, _ dice: inout Dice) -> [String] {
        var parts: [String] = []
        if dice.has(.declines) {
            parts.append(
                "decline: {do_not_honour: \(dice.one(of: [1, 5, 30]))%, insufficient_funds: \(dice.number(0...10))%}")
        }
        if isPending { parts.append("pending: \(dice.one(of: [5, 30, 70, 100]))%") }
        return parts
    }

    private static func callback(_ dice: inout Dice) -> String {
        var parts = ["delay: " + dice.one(of: ["0s", "20ms", "uniform min=20ms max=900ms", "exponential 1s", "4s"])]
        if dice.has(.roughCallbacks) {
            for flaw in ["lost", "duplicate", "reorder", "before-answer"] where dice.chance(0.6) {
                parts.append("\(flaw): \(dice.one(of: [2, 10, 40]))%")
            }
        }
        if dice.chance(0.5) {
            parts.append(
                "retries: "
                    + dice.one(of: ["[100ms, 1s, 2s]", "{preset: wechat, speed: 600x}", "{waits: [50ms], speed: 2x}"]))
        }
        return parts.flow
    }

    private static func rules(_ dice: inout Dice) -> String {
        (dice.maybe(0.5, "quota: \(dice.one(of: [2, 20, 200]))/s")
            + dice.maybe(0.5, "min-age: \(dice.one(of: ["200ms", "2s", "20s"]))")
            + dice.maybe(0.5, "max-per-payment: \(dice.number(1...4))")).nonEmpty(or: "min-age: 100ms").flow
    }

    private static func statement(_ plant: DrawnDrill.Plant, _ dice: inout Dice) -> String {
        let form = dice.one(of: ["csv", "ndjson"])
        guard plant == .statement else { return form }
        return "{form: \(form), \(dice.one(of: ["missing", "extra", "off-by-one"])): 5%}"
    }
}

extension [String] {
    fileprivate func nonEmpty(or other: String) -> [String] { isEmpty ? [other] : self }
}
