import Evidence
import Numerals
import StackVocabulary
import Timebase

/// Does a queue stay under its cap, and not grow while the load is held?
///
///     depth     every value that was read <= cap
///     age       the oldest in the embedded stack's queue <= its deadline
///     growth    in a stage that holds its rate for ten seconds or more: no upward trend (Mann and Kendall, z > 3.29, one in
///               two thousand by chance) that comes to a twentieth of the cap or more from its first to its last third
struct QueueJudge {
    private static let holdMin = TimeSpan.seconds(10)
    private static let trendMin = 3.29
    private static let growthMin = 0.05

    let sight: RunSight
    let name: String
    let seriesName: String
    let cap: Double

    private var claim: String { "'\(seriesName)' stays under its cap and does not grow" }
    private var expected: String { "at most \(Figures.amount(cap)), without growth while the load is held" }

    var judgement: Judgement {
        guard let series = sight.series(seriesName) else {
            return .unseen(name, claim, expected: expected, "the run has no series '\(seriesName)'")
        }
        let stages = sight.record.countedStages
        let samples = stages.flatMap { stage in series.samples(in: stage.stage.span).map { (stage, $0.at, $0.value) } }
        guard let highest = samples.max(by: { $0.2 < $1.2 }) else {
            return .unseen(
                name, claim, expected: expected, "nothing of '\(seriesName)' could be read in a stage that counts")
        }
        var findings = [
            Finding(
                status: highest.2 <= cap ? .pass : .fail,
                text:
                    "the deepest is \(Figures.amount(highest.2)) at \(Figures.span(highest.1)), in stage '\(highest.0.stage.name)'"
            )
        ]
        findings += stages.compactMap { growth(of: series, in: $0) } + age
        let isWhole = samples.count * 2 >= stages.reduce(0) { $0 + $1.slices.count }
        if !isWhole {
            findings.append(Finding(status: .inconclusive, text: "less than half of its values could be read"))
        }
        return .performance(
            name, claim, findings.status, expected: expected,
            observed: "at most \(Figures.amount(highest.2))",
            window: sight.judgementWindow(sight.counted, stages),
            findings.reasons)
    }

    /// Nil where it does not grow.
    private func growth(of series: ObservedSeries, in stage: CountedStage) -> Finding? {
        let span = stage.stage.span
        guard stage.stage.kind == "hold" || stage.stage.kind == "spike",
            span.upperBound - span.lowerBound >= Self.holdMin
        else { return nil }
        let values = series.values(in: span)
        guard values.count >= 9, let trend = Self.trend(values), trend > Self.trendMin else { return nil }
        let third = values.count / 3
        let (first, last) = (Self.mean(values.prefix(third)), Self.mean(values.suffix(third)))
        guard last - first >= Self.growthMin * cap else { return nil }
        return Finding(
            status: .fail,
            text:
                "it grows all through stage '\(stage.stage.name)', from about \(Figures.amount(first)) to \(Figures.amount(last))"
        )
    }

    /// Of the embedded stack's own queue, where the run has one.
    private var age: [Finding] {
        guard let setting = sight.record.stack?.setting, let ages = sight.vital(.queueAge) else { return [] }
        let samples = sight.record.countedStages.flatMap { ages.samples(in: $0.stage.span) }
        guard let oldest = samples.max(by: { $0.value < $1.value }) else { return [] }
        let words = "the oldest waited for \(Figures.threeDigits(oldest.value))s, at \(Figures.span(oldest.at))"
        return [Finding(status: oldest.value <= setting.deadline.seconds ? .pass : .fail, text: words)]
    }

    private static func mean(_ values: ArraySlice<Double>) -> Double {
        values.reduce(0, +) / Double(max(values.count, 1))
    }

    /// How many standard deviations the number of rising pairs is above that of falling ones.
    static func trend(_ values: [Double]) -> Double? {
        // Of long stages every n-th value: pairs are quadratic.
        let stride = max(1, values.count / 600)
        let values = Swift.stride(from: 0, to: values.count, by: stride).map { values[$0] }
        var sum = 0.0
        for (place, value) in values.enumerated() {
            for later in values[(place + 1)...] { sum += later > value ? 1 : later < value ? -1 : 0 }
        }
        let count = Double(values.count)
        let variance = count * (count - 1) * (2 * count + 5) / 18
        return variance > 0 ? sum / variance.squareRoot() : nil
    }
}

extension Figures {
    /// A depth, or whatever a series counts.
    static func amount(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? grouped(Int(value)) : threeDigits(value)
    }
}
