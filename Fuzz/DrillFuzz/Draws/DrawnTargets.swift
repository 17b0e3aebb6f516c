/// What a drawn drill watches and asks for. Whether performance is good is nobody's concern here, but every judge must come to
/// words about whatever there is.
struct DrawnTargets {
    private(set) var lines: [String] = []

    init(_ stages: [String], _ journeys: [String], _ banks: [String], _ dice: inout Dice) {
        let isObserved = dice.has(.observation)
        if isObserved {
            lines += [
                "observe:", "  - prometheus: stack",
                "    series: {waiting: 'spillway_stack_queue_depth{namespace=\"shadow\"}'}",
            ]
        }
        if dice.has(.guards) {
            let guards =
                ["error ratio > 60% for 2s", "p99 > 800ms for 3s", "requests > 1500"]
                + (isObserved ? ["waiting > 40 for 2s"] : [])
            lines += ["guards:", "  - \(dice.one(of: guards))"]
        }
        lines += ["targets:", "  - money: strict", "  - isolation: \(dice.has(.control) ? "strict" : "[M9]")"]
        guard dice.has(.judges) else { return }
        lines += Self.targets(stages, journeys, banks, &dice).filter { _ in dice.chance(0.6) }
        if isObserved { lines.append("  - queue: {series: waiting, at most: \(dice.one(of: [5, 500]))}") }
    }

    private static func targets(
        _ stages: [String], _ journeys: [String], _ banks: [String], _ dice: inout Dice
    ) -> [String] {
        let (stage, bank) = (dice.one(of: stages), dice.one(of: banks))
        return [
            "capacity: {at least: 50/s, slo: {p99: 400ms, errors: 1%}}",
            "latency: {journey: \(dice.one(of: journeys)), stage: \(stage), p50: 50ms, p99: 300ms}",
            "latency: {p99.9: 300ms}", "errors: {stage: \(stage), at most: 1%}", "errors: {at most: 0%}",
            "goodput: {stage: \(stage), at least: 85% of peak}", "shed: {p99: 50ms, retry-after: required}",
            "recovery: {after: \(stage), to: 95% of \(dice.one(of: stages)), within: 5s}",
            "hysteresis: {at least: 95%}",
            "amplification: {at most: 1.1, queries at most: 0.5}", "wasted work: {at most: 1%}",
            "blast radius: {channel: \(bank), at most: 1.2x}",
            "routing: {channel: \(bank), away within: 5s, back within: 10s}",
            "breaker: {channel: \(bank), opens within: 5s}", "fairness: {by: merchant, at least: 0.9}",
            "generator: {lag p99: 1ms}",
        ].map { "  - " + $0 }
    }
}
