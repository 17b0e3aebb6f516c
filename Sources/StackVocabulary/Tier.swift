/// How much a request is worth under pressure, the most precious first: what ends a payment that was begun comes before
/// what begins one, and what only looks comes last.
package enum Tier: UInt8, Sendable, CaseIterable, Comparable {
    /// Callbacks, captures and cancellations.
    case settle
    case pay
    case refund
    case query
    case cashier
    case report

    package var name: String {
        switch self {
        case .settle: "settle"
        case .pay: "pay"
        case .refund: "refund"
        case .query: "query"
        case .cashier: "cashier"
        case .report: "report"
        }
    }

    package static func < (left: Tier, right: Tier) -> Bool { left.rawValue < right.rawValue }
}

/// What the sender says of its own request (X-Priority); it counts among requests of one tier.
package enum Urgency: String, Sendable, CaseIterable {
    case critical, normal, low
}
