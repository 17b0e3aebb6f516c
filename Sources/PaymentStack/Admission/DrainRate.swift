import EventLoop
import StackVocabulary
import Timebase

/// How fast the waiting room empties, and how much of that is left for each rank: by it the wait of a newcomer is known
/// before it waits.
///
///     wait(rank) = work ahead / (rate * share(rank))
///     share(rank) = 1 - (work of more precious ones that came) / (work that was done)     in the last window, >= 0.1
///
/// Work is in core time. The rate is measured while somebody waits all the time; else it goes back to what was declared.
struct DrainRate {
    static let window = TimeSpan.milliseconds(100)
    private static let shareMin = 0.1

    private let nominal: Double
    /// Core time done in each unit of time.
    private(set) var rate: Double
    private var shares = Array(repeating: 1.0, count: Rank.count)
    private var came = Array(repeating: 0.0, count: Rank.count)
    private var done = 0.0
    private var (letIn, turnedAway) = (0.0, 0.0)
    private var windowBegan = Instant.zero
    private var wasEmpty = true
    /// Refusals for each one let in, in the last window.
    private(set) var refusalsPerEntry = 0.0

    init(cores: Int) {
        nominal = Double(cores)
        rate = nominal
    }

    func wait(behind work: TimeSpan, _ rank: Rank) -> TimeSpan {
        TimeSpan(nanoseconds: Int64(Double(work.nanoseconds) / (rate * shares[rank.number])))
    }

    /// Let in at once, or to wait.
    mutating func came(_ rank: Rank, _ cost: TimeSpan) { came[rank.number] += Double(cost.nanoseconds) }
    mutating func wentIn(_ cost: TimeSpan) {
        done += Double(cost.nanoseconds)
        letIn += 1
    }
    mutating func refused() { turnedAway += 1 }
    mutating func roomIsEmpty() { wasEmpty = true }

    /// To be called with every request, before anything is asked.
    mutating func look(at now: Instant, isEmpty: Bool) {
        guard now - windowBegan >= Self.window else { return }
        let length = Double((now - windowBegan).nanoseconds)
        if wasEmpty { rate += (nominal - rate) / 4 } else { rate += (done / length - rate) / 2 }
        rate = max(rate, nominal / 100)
        var higher = 0.0
        for rank in 0..<Rank.count {
            shares[rank] = max(Self.shareMin, 1 - higher / (rate * length))
            higher += came[rank]
            came[rank] = 0
        }
        refusalsPerEntry = turnedAway / max(1, letIn)
        (done, letIn, turnedAway, windowBegan, wasEmpty) = (0, 0, 0, now, isEmpty)
    }
}
