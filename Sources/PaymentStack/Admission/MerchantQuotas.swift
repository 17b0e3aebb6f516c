import Containers
import EventLoop
import Timebase

/// A quota for each merchant, in a bounded number of buckets: merchants beyond it share them.
struct MerchantQuotas {
    static let bucketsMax = 65_536

    private let pace: Pace
    private var next: [Instant]

    init(perSecond rate: Double, merchants: Int) {
        pace = Pace(perSecond: rate)
        // Numbers begin with 1.
        next = Array(repeating: .zero, count: max(1, min(merchants + 1, Self.bucketsMax)))
    }

    /// Nil when the merchant may come in; otherwise how long to wait.
    mutating func take(_ merchant: UInt32, at now: Instant) -> TimeSpan? {
        pace.take(&next[Int(merchant) % next.count], at: now)
    }
}
