package import PlanModel
package import PlanValues
package import Timebase
import Verdicts

/// When an answer is good enough for a capacity, and who said so.
package struct CapacityObjective: Sendable {
    package enum Source: String, Sendable {
        case plan, option
        /// Nobody did.
        case standard
    }

    package let limits: [PercentileLimit]
    /// Shed and failed requests together, as a share of all.
    package let failures: Ratio?
    package let source: Source

    package init(limits: [PercentileLimit], failures: Ratio?, source: Source) {
        precondition(!limits.isEmpty || failures != nil, "an objective without a limit")
        self.limits = limits
        self.failures = failures
        self.source = source
    }

    package static let standard = CapacityObjective(
        limits: [PercentileLimit(percentile: 99, limit: .milliseconds(500))], failures: Ratio(0.001), source: .standard)

    /// Beyond it an answer is of no use to anybody.
    package var uselessAfter: TimeSpan? { limits.widest }

    /// The shortest of all limits.
    var strictest: TimeSpan? { limits.map(\.limit).min() }

    /// So many requests it takes at least to be sure that every limit is kept: without one failure 3.84 / limit, and for a
    /// percentile as many as leave none beyond it with a chance of 2.5 % only, 3.69 / (1 - percentile).
    var requestsMin: Double {
        let shares = limits.map { 3.69 / max(1 - $0.percentile / 100, 1e-6) }
        let failed = failures.map { $0.value > 0 ? 3.85 / $0.value : 0 } ?? 0
        return max(shares.max() ?? 0, failed)
    }

    /// `p99 <= 500ms, shed and failed <= 0.1%`
    package var words: String {
        let latencies = limits.map { "\($0.name) <= \($0.limit)" }
        return (latencies + (failures.map { ["shed and failed <= \($0)"] } ?? [])).joined(separator: ", ")
    }
}

extension PercentileLimit {
    /// `p99`, `p99.9`
    package var name: String {
        percentile == percentile.rounded() ? "p\(Int(percentile))" : "p\(percentile)"
    }
}
