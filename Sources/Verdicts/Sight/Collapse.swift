import Evidence
import PlanValues
import Timebase

/// Ten seconds in which a service was as good as gone, however long the stage around them: a crash at the end of an hour is
/// lost in the hour's percentiles, and is none the less a crash.
///
///     collapsed(W) = surely (four deviations) a tenth or more of what came to an end in W was bad, and twice what the bound allows
struct Collapse {
    static let span = TimeSpan.seconds(10)
    private static let shareMin = 0.1
    private static let deviations = 4.0
    private static let samplesMin: UInt64 = 30

    let window: Range<Int>
    let share: Double

    /// The worst of a stage's windows; nil where none collapsed.
    ///
    /// - Parameter counts: of each slice of `slices`.
    init?(
        in slices: Range<Int>, of record: RunRecord, allowed: Double, _ counts: [(bad: UInt64, all: UInt64)]
    ) {
        let width = max(
            1, Int((Self.span.nanoseconds + record.sliceLength.nanoseconds - 1) / record.sliceLength.nanoseconds))
        let bound = max(Self.shareMin, 2 * allowed)
        guard bound < 1, counts.count >= width else { return nil }
        var worst: Collapse?
        var (bad, all): (UInt64, UInt64) = (0, 0)
        for place in counts.indices {
            bad += counts[place].bad
            all += counts[place].all
            if place >= width {
                bad -= counts[place - width].bad
                all -= counts[place - width].all
            }
            guard place >= width - 1, all >= Self.samplesMin else { continue }
            let share = Double(bad) / Double(all)
            let deviation = (share * (1 - share) / Double(all)).squareRoot()
            guard share - Self.deviations * deviation > bound, share > worst?.share ?? 0 else { continue }
            let last = slices.lowerBound + place
            worst = Collapse(window: last + 1 - width..<last + 1, share: share)
        }
        guard let worst else { return nil }
        self = worst
    }

    private init(window: Range<Int>, share: Double) {
        (self.window, self.share) = (window, share)
    }
}
