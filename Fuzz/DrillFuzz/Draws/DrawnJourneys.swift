import SeededRandom

/// The journeys of a drawn drill: one that pays, and some of those that follow it.
struct DrawnJourneys {
    private(set) var names: [String] = ["pay"]
    private(set) var lines: [String] = []
    private var dice: Dice

    init(_ seed: Seed, _ features: Set<Feature>) {
        dice = Dice(seed, "journeys", features)
        pay()
        if dice.has(.holds) {
            hold(ends: "cancel")
            if dice.chance(0.6) { hold(ends: "capture") }
        }
        if dice.has(.refunds) { refund() }
        if dice.has(.questions) { ask() }
    }

    private mutating func head(_ name: String, weight: ClosedRange<Int64>) {
        if name != "pay" { names.append(name) }
        lines += ["\(name):", "  weight: \(dice.number(weight))"]
        if dice.has(.priorities) { lines.append("  priority: \(dice.one(of: ["critical", "normal", "low"]))") }
        if dice.has(.retries), dice.chance(0.7) { lines.append("  retry: " + retry()) }
        if dice.has(.duplicates), dice.chance(0.7) {
            lines.append("  duplicate: {rate: \(dice.one(of: [2, 10, 50]))%, concurrent: \(dice.chance(0.5))}")
        }
        lines.append("  steps:")
    }

    private mutating func retry() -> String {
        ([
            "on: \(dice.one(of: ["[timeout]", "[timeout, 503]", "[timeout, refused, reset, 429, 503, 504]"]))",
            "attempts: \(dice.number(2...4))",
        ]
            + dice.maybe(0.15, "same-key: false") + dice.maybe(0.4, "honour: retry-after")
            + ["backoff: \(dice.one(of: ["0s", "100ms", "exponential 100ms"]))"]).flow
    }

    private mutating func payment(captures: Bool) -> [String] {
        var headers = ["Idempotency-Key: \"${id}\"", "X-Merchant: \"${merchant}\""]
        if dice.has(.deadlines) { headers.append("X-Deadline-Ms: \"\(dice.one(of: [50, 220, 2_000]))\"") }
        if dice.has(.priorities) { headers.append("X-Priority: \(dice.one(of: ["critical", "normal", "low"]))") }
        var body = ["amount: \"${amount}\"", "currency: EUR"]
        if !captures { body.append("capture: false") }
        if dice.has(.webhooks) { body.append("notify: \"${webhook}\"") }
        return [
            "- POST /v1/payments:", "    headers: \(headers.flow)", "    json: \(body.flow)",
            "    expect: {status: [201, 202]}", "    keep: {payment: $.id, state: $.state}",
        ] + (dice.has(.deadlines) && dice.chance(0.5) ? ["    timeout: \(dice.one(of: ["60ms", "250ms"]))"] : [])
    }

    private mutating func put(_ steps: [String]) { lines += steps.map { "    " + $0 } }

    private mutating func pay() {
        head("pay", weight: 1...10)
        put(payment(captures: true))
        if dice.has(.thinking) { put(["- think: \(dice.one(of: ["50ms", "exponential 200ms"]))"]) }
        if dice.has(.webhooks), dice.chance(0.5) {
            put(["- await webhook payment.captured: {within: \(dice.one(of: ["500ms", "5s"]))}"])
        }
        if dice.has(.polls) {
            put([
                "- poll GET /v1/payments/${payment}:", "    when: {state: [processing, unknown]}", "    every: 200ms",
                "    within: 3s", "    expect: {json: {$.state: [captured, failed]}}", "    keep: {state: $.state}",
            ])
        }
    }

    private mutating func hold(ends end: String) {
        head(end, weight: 1...4)
        put(payment(captures: false))
        if dice.has(.webhooks), dice.chance(0.5) { put(["- await webhook payment.authorized: {within: 1s}"]) }
        if dice.has(.thinking) { put(["- think: 20ms"]) }
        let isPart = end == "capture" && dice.chance(0.3)
        let body = isPart ? "json: {amount: 1}, " : ""
        put(["- POST /v1/payments/${payment}/\(end): {\(body)expect: {status: [200, 202]}}"])
    }

    private mutating func refund() {
        head("refund", weight: 1...8)
        let part = dice.chance(0.4) ? ", amount: \(dice.number(1...2_000))" : ""
        put([
            "- POST /v1/refunds:", "    headers: {Idempotency-Key: \"${id}\"}",
            "    json: {payment: \"${recent.payment}\"\(part)}", "    expect: {status: [201, 202]}",
        ])
    }

    private mutating func ask() {
        head("ask", weight: 1...4)
        put(["- GET /v1/payments/${recent.payment}: {expect: {status: 200}}"])
        if dice.chance(0.4) { put(["- GET /v1/cashier/methods: {expect: {status: 200}}"]) }
    }
}
