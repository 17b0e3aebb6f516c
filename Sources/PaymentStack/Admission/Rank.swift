import StackVocabulary

/// How precious a request is under pressure, 0 the most: first its tier, then what its sender says of it.
struct Rank: Hashable, Comparable, Sendable {
    let number: Int

    static let count = Tier.allCases.count * Urgency.allCases.count

    init(_ tier: Tier, _ urgency: Urgency) {
        number = Int(tier.rawValue) * Urgency.allCases.count + urgency.place
    }

    init(number: Int) {
        self.number = number
    }

    /// Planted (priority-inversion).
    var inverted: Rank { Rank(number: Self.count - 1 - number) }

    /// The ranks of one tier are shed among each other, other tiers' before or after them.
    var level: Int { number / Urgency.allCases.count }
    static let levels = Tier.allCases.count

    static func < (left: Rank, right: Rank) -> Bool { left.number < right.number }
}

extension Urgency {
    fileprivate var place: Int {
        switch self {
        case .critical: 0
        case .normal: 1
        case .low: 2
        }
    }
}
