/// What a step of a journey came to. The numbers stand in evidence files.
@frozen public enum Outcome: UInt8, CaseIterable, Sendable {
    case ok = 1
    /// An answer, but not the one that the plan expects.
    case expectationFailed
    /// An explicit rejection under load: 429, 503, or what the plan classifies so.
    case shed
    /// A correct business "no".
    case declined
    /// No answer in time, or one that says that nobody knows: the payment may stand.
    case unknown
    /// Never sent: no connection could be had.
    case refused
    /// The connection ended before the answer did.
    case reset
    /// An answer that is no HTTP.
    case malformed

    /// Sheds and declines are apart.
    public var isError: Bool {
        switch self {
        case .expectationFailed, .unknown, .refused, .reset, .malformed: true
        case .ok, .shed, .declined: false
        }
    }

    /// Its latency tells how long a caller that was let in had to wait; for an unknown one, how long it waited in vain.
    @inlinable @inline(__always) public var isAdmitted: Bool {
        switch self {
        case .ok, .expectationFailed, .declined, .unknown: true
        case .shed, .refused, .reset, .malformed: false
        }
    }

    /// The word in reports.
    public var name: String {
        switch self {
        case .ok: "ok"
        case .expectationFailed: "expectation_failed"
        case .shed: "shed"
        case .declined: "declined"
        case .unknown: "unknown"
        case .refused: "refused"
        case .reset: "reset"
        case .malformed: "protocol"
        }
    }
}

/// How many steps came to each outcome.
@frozen public struct OutcomeCounts: Sendable, Equatable {
    @usableFromInline var counts: InlineArray<9, UInt64> = .init(repeating: 0)

    public init() {}

    @inlinable @inline(__always) public subscript(outcome: Outcome) -> UInt64 {
        get { counts[Int(outcome.rawValue)] }
        set { counts[Int(outcome.rawValue)] = newValue }
    }

    public static func == (left: OutcomeCounts, right: OutcomeCounts) -> Bool {
        Outcome.allCases.allSatisfy { left[$0] == right[$0] }
    }

    public static func += (left: inout OutcomeCounts, right: OutcomeCounts) {
        for outcome in Outcome.allCases { left[outcome] += right[outcome] }
    }

    public var total: UInt64 { Outcome.allCases.reduce(0) { $0 + self[$1] } }
    public var errors: UInt64 { Outcome.allCases.reduce(0) { $0 + ($1.isError ? self[$1] : 0) } }
    public var admitted: UInt64 { Outcome.allCases.reduce(0) { $0 + ($1.isAdmitted ? self[$1] : 0) } }
}
