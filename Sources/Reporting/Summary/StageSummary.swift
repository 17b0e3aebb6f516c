package import Evidence
import Histogram
package import Timebase

/// What became of a stage's requests, in a line.
package struct StageSummary: Sendable, Equatable {
    package let name: String
    package let countsForVerdicts: Bool
    /// Arrivals by the schedule; nil for a closed model.
    package let scheduled: UInt64?
    package let outcomes: OutcomeCounts
    /// Of admitted requests, from the instant they were due; nil when there were none.
    package let p50: TimeSpan?
    package let p99: TimeSpan?
}

extension Report {
    package var stageSummaries: [StageSummary] {
        record.stages.map { stage in
            let latency = LatencyPair(requestsOf: [stage], record.steps)
            return StageSummary(
                name: stage.name, countsForVerdicts: stage.countsForVerdicts, scheduled: stage.scheduled,
                outcomes: stage.cells.reduce(into: OutcomeCounts()) { $0 += $1.outcomes },
                p50: latency.span(50), p99: latency.span(99))
        }
    }
}

extension LatencyPair {
    fileprivate func span(_ percentile: Double) -> TimeSpan? {
        corrected?.value(atPercentile: percentile).map { TimeSpan(nanoseconds: Int64(clamping: $0)) }
    }
}
