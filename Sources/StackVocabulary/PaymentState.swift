/// Where a payment stands, and where it may go from there.
///
///     created -> riskReview | routing -> processing -> unknown -> authorized -> captured -> partiallyRefunded -> refunded
///     ends: failed, cancelled, expired
///
/// `unknown` leaves only by a query, a callback or a statement; nothing else may be tried meanwhile.
package enum PaymentState: UInt8, Sendable, CaseIterable {
    /// Can transition to: riskReview, routing, failed, expired
    case created = 0
    /// Can transition to: routing, failed, cancelled, expired
    case riskReview = 1
    /// Can transition to: processing, failed, cancelled, expired
    case routing = 2
    /// With a bank. Can transition to: routing (surely not executed), unknown, authorized, captured, failed
    case processing = 3
    /// Can transition to: authorized, captured, failed, cancelled (a cancellation that timed out)
    case unknown = 4
    /// Can transition to: captured, cancelled, expired, unknown (a capture or cancellation that timed out)
    case authorized = 5
    /// Can transition to: partiallyRefunded, refunded
    case captured = 6
    /// Can transition to: partiallyRefunded, refunded
    case partiallyRefunded = 7
    case refunded = 8
    case failed = 9
    case cancelled = 10
    case expired = 11

    package var name: String {
        switch self {
        case .created: "created"
        case .riskReview: "risk_review"
        case .routing: "routing"
        case .processing: "processing"
        case .unknown: "unknown"
        case .authorized: "authorized"
        case .captured: "captured"
        case .partiallyRefunded: "partially_refunded"
        case .refunded: "refunded"
        case .failed: "failed"
        case .cancelled: "cancelled"
        case .expired: "expired"
        }
    }

    package init?(name: String) {
        guard let state = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = state
    }

    package var successors: [PaymentState] {
        switch self {
        case .created: [.riskReview, .routing, .failed, .expired]
        case .riskReview: [.routing, .failed, .cancelled, .expired]
        case .routing: [.processing, .failed, .cancelled, .expired]
        case .processing: [.routing, .unknown, .authorized, .captured, .failed]
        case .unknown: [.authorized, .captured, .failed, .cancelled]
        case .authorized: [.captured, .cancelled, .expired, .unknown]
        case .captured, .partiallyRefunded: [.partiallyRefunded, .refunded]
        case .refunded, .failed, .cancelled, .expired: []
        }
    }

    package func mayBecome(_ next: PaymentState) -> Bool { successors.contains(next) }

    /// Changed by refunds only, or by nothing.
    package var isSettled: Bool {
        switch self {
        case .captured, .partiallyRefunded, .refunded, .failed, .cancelled, .expired: true
        case .created, .riskReview, .routing, .processing, .unknown, .authorized: false
        }
    }
}
