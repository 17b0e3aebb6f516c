package import Timebase

/// Latencies counted by fixed bounds, for those who scrape: a few dozen bytes, summed exactly, and never reset.
package struct LatencyLadder: Sendable, Equatable {
    /// Up to a bound and with it; the last one is for all that is above.
    package private(set) var counts = [UInt64](repeating: 0, count: bounds.count + 1)
    package private(set) var nanoseconds: UInt64 = 0

    package static let bounds: [TimeSpan] =
        [.microseconds(100), .microseconds(250), .microseconds(500)]
        + [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000].map { .milliseconds($0) }

    private static let limits = bounds.map { UInt64($0.nanoseconds) }

    package init() {}

    package mutating func record(_ value: UInt64) {
        var (low, high) = (0, Self.limits.count)
        while low < high {
            let middle = (low + high) / 2
            if value <= Self.limits[middle] { high = middle } else { low = middle + 1 }
        }
        counts[low] += 1
        nanoseconds &+= value
    }

    package mutating func add(_ other: LatencyLadder) {
        for index in counts.indices { counts[index] += other.counts[index] }
        nanoseconds &+= other.nanoseconds
    }

    package var count: UInt64 { counts.reduce(0, +) }
}
