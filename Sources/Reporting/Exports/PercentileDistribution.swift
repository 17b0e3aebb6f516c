import Evidence
import Histogram

/// latency.hgrm: the percentile distribution that HdrHistogram's own tools print and plot, of the corrected latency of
/// all requests in the stages that count, in milliseconds:
///
///            Value     Percentile TotalCount 1/(1-Percentile)
///
///            0.042 0.000000000000          1           1.00
///     #[Mean    =        1.234, StdDeviation   =        0.321]
///     #[Max     =       12.345, Total count    =        12345]
///     #[Buckets =           20, SubBuckets     =         2048]
///
/// Where nothing was admitted there is the head, and a footer of zeros.
struct PercentileDistribution {
    private let histogram: Histogram?

    init(of record: RunRecord) {
        let counted = record.stages.filter(\.countsForVerdicts)
        histogram = LatencyPair(requestsOf: counted, record.steps).corrected
    }

    init(_ histogram: Histogram) {
        self.histogram = histogram
    }

    private static let nanosecondsPerUnit = 1e6

    var text: String {
        let header = [("Value", 12), ("Percentile", 14), ("TotalCount", 10), ("1/(1-Percentile)", 14)]
        let head = header.map { FixedPoint.right($0.0, $0.1) }.joined(separator: " ") + "\n\n"
        return head + (histogram.map { $0.percentiles().map(Self.line).joined() } ?? "") + footer
    }

    /// The last line has no distance to 100 %.
    private static func line(_ step: PercentileSteps.Step) -> String {
        let share = step.percentile / 100
        var line = [
            FixedPoint.text(Double(step.value) / nanosecondsPerUnit, places: 3, columns: 12),
            FixedPoint.text(share, places: 12), FixedPoint.right("\(step.cumulative)", 10),
        ]
        if step.percentile < 100 { line.append(FixedPoint.text(1 / (1 - share), places: 2, columns: 14)) }
        return line.joined(separator: " ") + "\n"
    }

    private var footer: String {
        func span(_ nanoseconds: Double?) -> String {
            FixedPoint.text((nanoseconds ?? 0) / Self.nanosecondsPerUnit, places: 3, columns: 12)
        }
        func count(_ number: UInt64) -> String { FixedPoint.right("\(number)", 12) }
        let maximum = histogram?.maximum.map { Double($0) }
        let layout = histogram?.layout ?? PackedHistogram.precise
        return "#[Mean    = \(span(histogram?.mean)), StdDeviation   = \(span(histogram?.standardDeviation))]\n"
            + "#[Max     = \(span(maximum)), Total count    = \(count(histogram?.total ?? 0))]\n"
            + "#[Buckets = \(count(UInt64(layout.buckets))), SubBuckets     = \(count(UInt64(layout.subBuckets)))]\n"
    }
}

extension HistogramLayout {
    /// As the other implementations count them: twice as many slots as the digits need, rounded up to a power of two.
    fileprivate var subBuckets: Int {
        var needed = 2
        for _ in 0..<digits { needed *= 10 }
        var count = 1
        while count < needed { count *= 2 }
        return count
    }

    fileprivate var buckets: Int { slots / (subBuckets / 2) - 1 }
}
