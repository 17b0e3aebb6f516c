import Capacity
import PlanModel
import PlanValues
import Timebase

extension CapacityObjective {
    private static let percentiles: [(name: Substring, value: Double)] = [
        ("p50", 50), ("p90", 90), ("p95", 95), ("p99", 99), ("p99.9", 99.9),
    ]
    private static let example = "--slo p99=500ms,errors=0.1%"

    /// `p99=500ms,errors=0.1%`; nil where nothing was said.
    init?(_ arguments: Arguments) throws(UsageError) {
        guard let text = arguments.text("--slo") else { return nil }
        var limits: [PercentileLimit] = []
        var failures: Ratio?
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let words = part.split(separator: "=", maxSplits: 1)
            guard words.count == 2 else {
                throw UsageError("'\(part)' in '--slo' has no value; write '\(Self.example)'")
            }
            if words[0] == "errors" {
                failures = try Ratio(argument: String(words[1]), of: "--slo")
            } else if let percentile = Self.percentiles.first(where: { $0.name == words[0] }) {
                guard let limit = TimeSpan(String(words[1])), limit > .zero else {
                    throw UsageError("'\(part)' in '--slo' needs a duration; write '\(Self.example)'")
                }
                limits.append(PercentileLimit(percentile: percentile.value, limit: limit))
            } else {
                let known = Self.percentiles.map { "'\($0.name)'" }.joined(separator: ", ")
                throw UsageError("'\(words[0])' is no limit of '--slo'; there are \(known) and 'errors'")
            }
        }
        self.init(limits: limits, failures: failures, source: .option)
    }
}

extension PlanValue {
    /// What stands behind an option.
    init(argument text: String, of option: String) throws(UsageError) {
        do throws(ValueMistake) {
            try self.init(parsing: text)
        } catch {
            throw UsageError("'\(option) \(text)' \(error.rule)" + (error.fix.map { "; \($0)" } ?? ""))
        }
    }
}
