import Evidence
import Histogram
import Numerals

/// Latencies of the same requests from the due instant and from the sending.
struct LatencyPair {
    let corrected: Histogram?
    let raw: Histogram?

    init(_ cells: [StageCell]) {
        corrected = .merged(cells.map(\.corrected))
        raw = .merged(cells.map(\.raw))
    }

    /// Of all requests of these stages. Polls and awaited webhooks are none.
    init(requestsOf stages: [StageRecord], _ steps: [StepRecord], journey: String? = nil) {
        self.init(
            stages.flatMap { stage in
                zip(steps, stage.cells)
                    .filter { $0.0.isRequest && (journey == nil || $0.0.journey == journey) }
                    .map(\.1)
            })
    }

    func words(_ percentile: Double) -> String { Self.words(percentile, corrected) }

    /// `12.0ms` above a smaller `raw 11.8ms`.
    func markup(_ percentile: Double) -> Markup {
        guard corrected != nil else { return Markup("-") }
        return Markup([
            Markup(words(percentile)), .element("small", [], " raw \(Self.words(percentile, raw))"),
        ])
    }

    private static func words(_ percentile: Double, _ histogram: Histogram?) -> String {
        histogram?.value(atPercentile: percentile).map { Figures.span(nanoseconds: $0) } ?? "-"
    }
}
