import EventLoop
import Histogram
import StackVocabulary
import Timebase

/// What one door has seen, by tier.
struct DoorCounts {
    struct ByTier: Sendable, Equatable {
        private var counts = Array(repeating: UInt64(0), count: Tier.allCases.count)

        subscript(_ tier: Tier) -> UInt64 {
            get { counts[Int(tier.rawValue)] }
            set { counts[Int(tier.rawValue)] = newValue }
        }
        var total: UInt64 { counts.reduce(0, +) }
    }

    var offered = ByTier()
    private(set) var admitted = ByTier()
    private var refusals = Array(repeating: ByTier(), count: Limit.allCases.count)
    /// Microseconds before a request was let in.
    private(set) var waits = Histogram(HistogramLayout(highest: 60_000_000, digits: 2)!)
    private(set) var waitingPeak = 0

    mutating func admitted(_ tier: Tier, after wait: TimeSpan) {
        admitted[tier] += 1
        waits.record(UInt64(max(0, wait.nanoseconds / 1_000)))
    }

    mutating func refused(_ tier: Tier, _ limit: Limit) { refusals[limit.place][tier] += 1 }
    mutating func waiting(_ count: Int) { waitingPeak = max(waitingPeak, count) }

    func refused(by limit: Limit) -> ByTier { refusals[limit.place] }
}

extension Limit {
    fileprivate var place: Int {
        switch self {
        case .merchant: 0
        case .concurrency: 1
        case .queue: 2
        case .age: 3
        case .deadline: 4
        case .channel: 5
        case .store: 6
        }
    }
}

/// One door at one instant.
struct DoorFigures {
    let counts: DoorCounts
    /// Let in, and not waiting for a bank.
    let inside: Int
    /// How many may be.
    let limit: Int
    let waiting: Int
    /// How long the oldest has waited.
    let oldestAge: TimeSpan
    /// Work that is done for each unit of time while somebody waits.
    let drainRate: Double
}

extension Door {
    var figures: DoorFigures {
        DoorFigures(
            counts: counts, inside: inside, limit: limit.value, waiting: room.count,
            oldestAge: room.oldest.map { loop.now - $0.arrivedAt } ?? .zero, drainRate: drain.rate)
    }
}
