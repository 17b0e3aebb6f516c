import Evidence
import Numerals

/// What a run's goodput was at each rate that it was offered: the picture of a service that bends or breaks.
///
///     bin      = columns of stages that count and outside of faults, with about the same offered rate: a tenth of the
///                greatest wide
///     knee     = the last bin in which goodput was 95 % or more of what was offered
///     collapse = the first bin behind the knee whose goodput is less than 80 % of the best bin's
///
/// It is drawn, and no verdict rests upon it.
struct RunGoodput {
    private struct Bin {
        var offered = 0.0
        var good = 0.0
        var count = 0.0

        var rate: Double { offered / count }
        var goodput: Double { good / count }
    }

    private static let binsMax = 10
    private static let isWhole = 0.95
    private static let isLost = 0.8
    /// From the lowest rate to the highest; less is the chance of arrivals.
    private static let spreadMin = 1.5

    private let points: [(offered: Double, good: Double)]
    private let bins: [Bin]
    private let across: ValueAxis
    private let up: ValueAxis

    /// Nil where everything was offered at about one rate.
    init?(_ plot: RunPlot) {
        let counted = plot.record.stages.filter { $0.countsForVerdicts && $0.scheduled != nil }.map(\.span)
        let faults = plot.record.faults.map(\.span)
        let columns = plot.timeline.columns.filter { column in
            counted.contains { $0.lowerBound <= column.span.lowerBound && column.span.upperBound <= $0.upperBound }
                && !faults.contains { $0.overlaps(column.span) }
        }
        points = columns.map { ($0.rate($0.arrivals.scheduled), $0.rate($0.good)) }.sorted { $0.0 < $1.0 }
        guard let most = points.last?.offered, most > 0, let best = points.map(\.good).max() else { return nil }
        var bins = [Bin](repeating: Bin(), count: Self.binsMax)
        for point in points {
            let place = min(Self.binsMax - 1, Int(point.offered / most * Double(Self.binsMax)))
            bins[place].offered += point.offered
            bins[place].good += point.good
            bins[place].count += 1
        }
        self.bins = bins.filter { $0.count > 0 }
        guard let lowest = self.bins.first?.rate, let highest = self.bins.last?.rate, highest > Self.spreadMin * lowest
        else { return nil }
        across = .linear(upTo: most, label: Figures.rate)
        up = .linear(upTo: best, label: Figures.rate)
    }

    private var knee: Bin? { bins.last { $0.goodput >= Self.isWhole * $0.rate } }

    /// Nil where goodput kept up with all that was offered, or never did. Between it and the next rate that was offered may lie
    /// much: then it is no knee.
    private var bend: (rate: Double, isSharp: Bool)? {
        guard let knee, let next = bins.first(where: { $0.rate > knee.rate }) else { return nil }
        return (knee.rate, next.rate <= 1.5 * knee.rate)
    }

    private var collapse: Bin? {
        let best = bins.map(\.goodput).max() ?? 0
        return bins.first { $0.rate > knee?.rate ?? 0 && $0.goodput < Self.isLost * best }
    }

    var figure: Markup { chart.figure(in: frame) }

    private var frame: ChartFrame {
        let knee =
            bend.map { [(place: across.height(of: $0.rate), label: $0.isSharp ? "knee" : "kept up to here")] } ?? []
        let lost = collapse.map { [(place: across.height(of: $0.rate), label: "collapse")] } ?? []
        return ChartFrame(
            axisTitle: "offered, arrivals per second",
            ticks: across.ticks.map { (place: $0.height, label: $0.label) }, marks: knee + lost,
            columns: .init(
                places: points.map { across.height(of: $0.offered) }, names: points.map { Figures.rate($0.offered) }))
    }

    private var chart: Chart {
        let best = bins.map(\.goodput).max() ?? 0
        let ideal = [(x: 0.0, y: Optional(0.0)), (x: across.height(of: best), y: Optional(up.height(of: best)))]
        return Chart(
            id: "goodput", title: "Goodput over what was offered",
            caption:
                "answered correctly, per second; a dot for each point of time in stages that count, without faults",
            summary: summary, axis: up,
            series: [
                Chart.Series(name: "all of what is offered", ink: .offered, isDashed: true, shape: .line(ideal)),
                Chart.Series(
                    name: "moments", ink: .started,
                    shape: .dots(points.map { (x: across.height(of: $0.offered), y: up.height(of: $0.good)) }),
                    readings: points.map { Figures.rate($0.good) }),
                Chart.Series(
                    name: "on average", ink: .good,
                    shape: .line(bins.map { (x: across.height(of: $0.rate), y: up.height(of: $0.goodput)) })),
            ],
            figures: FigureTable(
                caption: "Goodput by offered rate", header: ["offered", "goodput", "part"],
                rows: bins.map { bin in
                    [
                        Figures.rate(bin.rate), Figures.rate(bin.goodput),
                        Figures.percent(min(1, bin.goodput / max(bin.rate, 1e-9))),
                    ]
                    .map { Markup($0) }
                }))
    }

    private var summary: String {
        let bend =
            knee.map { knee in
                knee.rate < (bins.last?.rate ?? 0)
                    ? "Goodput kept up to \(Figures.rate(knee.rate)). " : "Goodput kept up with all that was offered. "
            } ?? "Goodput never kept up with what was offered. "
        return bend + (collapse.map { "It broke down at \(Figures.rate($0.rate))." } ?? "No collapse was seen.")
    }
}
