import Evidence
import Histogram
import Numerals
import SeededRandom
import Timebase

/// The whole distribution of each journey's latency, in the stages that count: every tenfold of rarity takes the same
/// width, so that the tail is as readable as the middle.
struct SpectrumSection {
    let record: RunRecord

    var markup: Markup {
        var journeys: [String] = []
        for step in record.steps where step.isRequest && !journeys.contains(step.journey) {
            journeys.append(step.journey)
        }
        let figures = journeys.prefix(PageLimits.spectraMax).enumerated().compactMap { place, journey in
            figure(of: journey, id: "spectrum-\(place + 1)")
        }
        guard !figures.isEmpty else { return Markup([]) }
        let left = journeys.count - PageLimits.spectraMax
        let more = left > 0 ? [Markup.element("p", [], "\(left) more journeys stand in report.json.")] : []
        return .section("spectra", "How latency is spread", [.element("div", [("class", "pair")], figures)] + more)
    }

    private func figure(of journey: String, id: String) -> Markup? {
        let stages = record.stages.filter(\.countsForVerdicts)
        let latency = LatencyPair(requestsOf: stages, record.steps, journey: journey)
        guard let corrected = latency.corrected, let raw = latency.raw else { return nil }
        // The rarest of n samples is one in n.
        let decades = max(2, (logarithm(Double(corrected.total)) + 0.01).rounded(.down))
        let curves = [raw, corrected].map { histogram in
            // The greatest value stands for all the rest.
            histogram.percentiles().map { step -> (Double, UInt64) in
                (min(decades, step.percentile < 100 ? logarithm(100 / (100 - step.percentile)) : decades), step.value)
            }
        }
        let axis = ValueAxis.latency(curves.flatMap { $0.map(\.1) })
        let lines = curves.map { curve in
            curve.map { (x: $0.0 / decades, y: Optional(axis.height(of: Double($0.1)))) }
        }
        let chart = Chart(
            id: id, title: journey, caption: "latency by percentile, \(Figures.counted(corrected.total, "request"))",
            summary: "From the due instant: "
                + Self.levels.map { "p\($0.label) \(latency.words($0.level))" }
                .joined(separator: ", ") + ".",
            axis: axis,
            series: [
                Chart.Series(
                    name: "raw", ink: .p50, isDashed: true, shape: .line(lines[0]), readings: readings(raw, decades)),
                Chart.Series(
                    name: "from the due instant", ink: .p99, shape: .line(lines[1]),
                    readings: readings(corrected, decades)),
            ], figures: table(latency))
        return chart.figure(in: frame(decades))
    }

    private static let levels: [(label: String, level: Double)] = [
        ("50", 50), ("75", 75), ("90", 90), ("99", 99), ("99.9", 99.9), ("99.99", 99.99), ("100", 100),
    ]

    // MARK: Places to point at

    private static let placesMax = 100

    /// Shares of the width.
    private static let places = (0...placesMax).map { Double($0) / Double(placesMax) }

    private func percentile(at place: Double, _ decades: Double) -> Double {
        100 - 100 * DeterministicMath.exp(-place * decades * DeterministicMath.log(10))
    }

    private func readings(_ histogram: Histogram, _ decades: Double) -> [String] {
        Self.places.map { place in
            histogram.value(atPercentile: place < 1 ? percentile(at: place, decades) : 100)
                .map { Figures.span(nanoseconds: $0) } ?? "-"
        }
    }

    /// `p99.95`: as many digits as tell it from its neighbours.
    private func name(of place: Double, _ decades: Double) -> String {
        guard place < 1 else { return "max" }
        let percentile = percentile(at: place, decades)
        var (scale, text) = (10.0, "")
        repeat {
            let digits = Int((percentile * scale).rounded(.down))
            text = "p\(digits / Int(scale))." + String(String(digits % Int(scale) + Int(scale)).dropFirst())
            scale *= 10
        } while scale * (100 - percentile) < 100 && scale < 1e9
        return text
    }

    private func frame(_ decades: Double) -> ChartFrame {
        let names = ["0%", "90%", "99%", "99.9%", "99.99%", "99.999%", "99.9999%"]
        let ticks = names.enumerated().filter { Double($0.offset) <= decades }
            .map { (place: Double($0.offset) / decades, label: $0.element) }
        return ChartFrame(
            axisTitle: "share of requests that were at least as fast", ticks: ticks,
            columns: .init(places: Self.places, names: Self.places.map { name(of: $0, decades) }))
    }

    private func table(_ latency: LatencyPair) -> FigureTable {
        FigureTable(
            caption: "Latency by percentile", header: ["percentile", "latency"],
            rows: Self.levels.map { [Markup("p\($0.label)"), latency.markup($0.level)] })
    }

    private func logarithm(_ value: Double) -> Double { DeterministicMath.log(value) / DeterministicMath.log(10) }
}
