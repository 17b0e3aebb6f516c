import Evidence
import Timebase

/// What all banks of a run saw together; over windows, so that what goes wrong at the end
/// of a long run is not lost among what went well.
///
/// A window of thirty seconds takes what is carried over its edges for granted: a second's worth of thirty.
struct ChannelSums {
    static let window = TimeSpan.seconds(30)

    struct Sum {
        let slices: Range<Int>
        var writes: UInt64 = 0
        var queries: UInt64 = 0
        var late: UInt64 = 0
        /// Things that came to a bank for the first time.
        var firsts: UInt64 = 0
    }

    let sight: RunSight

    /// Nil where no bank of the run is known.
    init?(_ sight: RunSight) {
        guard !sight.record.channels.isEmpty else { return nil }
        self.sight = sight
    }

    func sum(_ slices: Range<Int>) -> Sum {
        var sum = Sum(slices: slices)
        for flow in sight.record.channels {
            for slice in slices {
                sum.writes += flow.writes[slice]
                sum.firsts += flow.firsts[slice]
                sum.queries += flow.queries[slice]
                sum.late += flow.late[slice]
            }
        }
        return sum
    }

    /// All that counts, and each window of it.
    var whole: Sum { sum(sight.counted) }
    var windows: [Sum] { sight.windows(of: sight.count(of: Self.window), in: sight.counted).map(sum) }
}
