import Evidence
import Histogram
import Numerals
import PlanModel
import PlanValues
import Timebase
import Verdicts

/// What a probe's reading comes to.
struct ProbeFinding {
    /// The objective by one way of timing.
    private struct Kept {
        var status: Judgement.Status
        var isMeasured: Bool
        var reasons: [String]
    }

    private(set) var standing = ProbeStanding.undecided
    private(set) var leansGood = false
    private(set) var reasons: [String] = []

    /// Of the strictest limit: a lag beyond it may be what made answers late, one below it not.
    private static let lagShareMax = 10.0

    init(_ reading: ProbeReading, _ generator: Judgement, _ ending: Ending) {
        if let words = Self.words(ofBreak: ending) {
            (standing, reasons) = (.notMade, [words])
            return
        }
        let kept = Self.kept(reading, reading.corrected)
        leansGood = kept.isMeasured
        reasons = kept.reasons
        if generator.status == .pass {
            settle(kept, reading)
        } else if kept.status == .pass, generator.status == .inconclusive {
            // Gaps of the machine only make latencies longer, and they were kept all the same.
            standing = .good
        } else if Self.kept(reading, reading.raw).status == .fail, Self.isOnTime(reading) {
            standing = .bad
        } else {
            standing = .notMade
            reasons = (generator.reasons.first.map { [$0] } ?? []) + Self.piledUp(reading) + kept.reasons
        }
    }

    private mutating func settle(_ kept: Kept, _ reading: ProbeReading) {
        switch kept.status {
        case .pass: standing = .good
        case .fail: standing = .bad
        default: standing = .undecided
        }
        guard standing == .good, let words = Self.growth(reading) else { return }
        (standing, leansGood) = (.undecided, false)
        reasons.insert(words, at: 0)
    }

    // MARK: The objective

    private static func kept(_ reading: ProbeReading, _ histogram: Histogram?) -> Kept {
        var kept = Kept(status: .pass, isMeasured: true, reasons: [])
        var parts: [(status: Judgement.Status, isMeasured: Bool, words: String)] = []
        for limit in reading.objective.limits {
            let bound = Double(limit.limit.nanoseconds)
            let estimate = histogram.flatMap { Estimate(percentile: limit.percentile, of: $0) }
            let value = estimate.map { Figures.span(nanoseconds: UInt64($0.value)) } ?? "unknown: nothing was admitted"
            let status = estimate?.status(atMost: bound) ?? .fail
            parts.append(
                (
                    status, (estimate?.value ?? .infinity) <= bound,
                    "\(limit.name) is \(value), the limit \(limit.limit)" + doubt(estimate, status)
                ))
        }
        if let bound = reading.objective.failures { parts.append(failures(reading, bound)) }
        for status in [Judgement.Status.fail, .inconclusive] {
            kept.reasons += parts.filter { $0.status == status }.map(\.words)
        }
        if parts.contains(where: { $0.status == .inconclusive }) { kept.status = .inconclusive }
        if parts.contains(where: { $0.status == .fail }) { kept.status = .fail }
        kept.isMeasured = parts.allSatisfy(\.isMeasured)
        return kept
    }

    private static func failures(
        _ reading: ProbeReading, _ bound: Ratio
    ) -> (status: Judgement.Status, isMeasured: Bool, words: String) {
        let count = reading.count
        guard let estimate = Estimate(min(count.failed, count.requests), of: count.requests, against: bound.value)
        else { return (.fail, false, "no request came to an end") }
        let kinds = [(count.shed, "shed"), (count.errors, "failed")].filter { $0.0 > 0 }
            .map { "\(Figures.grouped($0.0)) \($0.1)" }.joined(separator: " and ")
        let status = estimate.status(atMost: bound.value)
        return (
            status, estimate.value <= bound.value,
            "\(kinds.isEmpty ? "none" : kinds) of \(Figures.grouped(count.requests)), "
                + "\(Figures.percent(estimate.value)), the limit \(bound)" + doubt(estimate, status)
        )
    }

    private static func doubt(_ estimate: Estimate?, _ status: Judgement.Status) -> String {
        guard status == .inconclusive, let estimate else { return "" }
        return estimate.isDecisive ? ", too close to tell" : ", too few to tell"
    }

    // MARK: Whose fault it was

    private static func isOnTime(_ reading: ProbeReading) -> Bool {
        guard let strictest = reading.objective.strictest else { return true }
        let lag = reading.lag?.value(atPercentile: 99) ?? 0
        return Double(lag) * lagShareMax <= Double(strictest.nanoseconds)
    }

    private static func piledUp(_ reading: ProbeReading) -> [String] {
        var words: [String] = []
        if reading.dropped > 0 {
            words.append("\(Figures.counted(reading.dropped, "arrival")) dropped at the cap on open arrivals")
        }
        if reading.starved > 0 {
            words.append("\(Figures.counted(reading.starved, "request")) never got a connection")
        }
        return words
    }

    private static func words(ofBreak ending: Ending) -> String? {
        switch ending {
        case .completed: nil
        case .aborted(_, let text): "the guard '\(text)' ended it"
        case .interrupted(_, let signal): "it was interrupted by signal \(signal)"
        case .failed(_, let reason): "it broke off: \(reason)"
        }
    }

    /// It keeps its objective as yet: latencies that double from the first third of the time to the last, by a tenth of the
    /// limit at least, are those of a queue that grows.
    private static func growth(_ reading: ProbeReading) -> String? {
        guard let first = reading.first, let last = reading.last, let limit = reading.objective.uselessAfter else {
            return nil
        }
        guard last >= 2 * first, last - first >= Double(limit.nanoseconds) / 10 else { return nil }
        let (from, to) = (Figures.span(nanoseconds: UInt64(first)), Figures.span(nanoseconds: UInt64(last)))
        return "the mean latency grew from \(from) in the first third to \(to) in the last"
    }
}
