package import PlanModel

/// What one arrival does, compiled.
package final class CompiledJourney: Sendable {
    package let name: String
    package let priority: Priority
    package let retry: RetryPolicy?
    package let duplicate: Duplicate?
    package let steps: [CompiledStep]
    /// Of `JourneyContext.amount`; nil when the journey draws no amount.
    package let currency: String?
    let slotCount: Int
    let draws: [Draw]
    let amountDraw: Int?
    let idSlot: Int?
    let seqSlot: Int?
    let webhookSlot: Int?

    init(
        name: String, priority: Priority, retry: RetryPolicy?, duplicate: Duplicate?, steps: [CompiledStep],
        layout: SlotLayout
    ) {
        self.name = name
        self.priority = priority
        self.retry = retry
        self.duplicate = duplicate
        self.steps = steps
        slotCount = layout.count
        draws = layout.draws
        amountDraw = layout.amountDraw
        idSlot = layout.id
        seqSlot = layout.seq
        webhookSlot = layout.webhook
        currency = layout.amountDraw.flatMap {
            if case .amount(let amount) = layout.draws[$0].source { amount.currency } else { nil }
        }
    }
}

extension CompiledJourney: CustomStringConvertible, CustomReflectable {
    package var description: String { name }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// Which values a journey has, and which of them are drawn at its beginning.
struct SlotLayout: Sendable {
    /// Only for looking up.
    private var slots: [String: Int] = [:]
    private(set) var count = 0
    private(set) var draws: [Draw] = []
    /// The first amount among the draws.
    private(set) var amountDraw: Int?
    var id: Int?
    var seq: Int?
    var webhook: Int?

    mutating func slot(_ name: String) -> Int {
        if let slot = slots[name] { return slot }
        slots[name] = count
        count += 1
        return count - 1
    }

    mutating func draw(_ name: String, column: Int, from source: ValueSource) -> Int {
        if let slot = slots["\(name).\(column)"] { return slot }
        let slot = slot("\(name).\(column)")
        let label = Array(name.utf8)
        if let draw = draws.firstIndex(where: { $0.label == label }) {
            draws[draw] = Draw(source, label: label, places: draws[draw].places + [(slot, column)])
        } else {
            if case .amount = source, amountDraw == nil { amountDraw = draws.count }
            draws.append(Draw(source, label: label, places: [(slot, column)]))
        }
        return slot
    }
}
