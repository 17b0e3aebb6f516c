/// One fault, in the words of plans and of profiles.
struct DrawnFault {
    let text: String

    init(at instant: String, banks: [String], _ callers: Set<String>, _ dice: inout Dice) {
        let bank = dice.one(of: banks)
        var parts = [
            "at: \"\(instant)\"", "for: \(dice.one(of: ["500ms", "2s", "5s"]))", "channel: \(bank)",
        ]
        if dice.chance(0.3) { parts.append("where: " + Self.match(&dice)) }
        if dice.chance(0.3) { parts.append("rate: \(dice.one(of: [5, 30, 80]))%") }
        parts.append(dice.one(of: Self.effects(hasCallbacks: callers.contains(bank), &dice)))
        text = parts.flow
    }

    private static func match(_ dice: inout Dice) -> String {
        switch dice.number(0...2) {
        case 0: "{amount: {at least: \(dice.number(0...5_000))}}"
        case 1: "{merchant: merchant-\(dice.number(1...3))}"
        default:
            "{operation: \(dice.one(of: ["authorise", "capture", "reverse", "refund", "query", "[authorise, query]"]))}"
        }
    }

    private static func effects(hasCallbacks: Bool, _ dice: inout Dice) -> [String] {
        var effects = [
            "latency: {multiply: \(dice.one(of: [2, 8, 50]))}",
            "latency: {add: \(dice.one(of: ["50ms", "500ms", "3s"]))}",
            "error: {status: \(dice.one(of: [500, 502, 503, 429, 400]))}",
        ]
        if hasCallbacks { effects.append("callback: {hold-then-flood: true}") }
        if dice.has(.silence) {
            effects += [
                "stall: true",
                "timeout: {rate: \(dice.one(of: [10, 60, 100]))%, charged: \(dice.one(of: [0, 50, 100]))%}",
            ]
        }
        if dice.has(.breaks) {
            effects += ["reset-before-reply", "reset-after-commit", "empty-reply"].map {
                "connection: {\($0): \(dice.one(of: [5, 20, 80]))%}"
            }
        }
        if dice.has(.wrongBodies) {
            effects += [
                "body: malformed", "body: truncated", "body: wrong-length",
                "body: {drip: \(dice.one(of: [20, 200]))B/s}",
            ]
        }
        if dice.has(.closedBanks) { effects += ["maintenance: {status: 503}", "refuse: true", "never-read: true"] }
        return effects
    }
}
