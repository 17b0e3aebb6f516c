package import PlanModel
package import PlanValues
package import Timebase

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

    /// Beyond it an answer is of no use to anybody: the limit of the highest percentile.
    package var uselessAfter: TimeSpan? { limits.max { $0.percentile < $1.percentile }?.limit }

    /// The shortest of all limits.
    var strictest: TimeSpan? { limits.map(\.limit).min() }

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
