import Capacity
import Numerals

/// Goodput against what was offered, both in arrivals a second: below the knee they are equal, beyond it the line shows what
/// is left. The knee and the collapse are marked.
struct GoodputChart {
    private let report: CapacityReport
    private let points: [(offered: Double, goodput: Double)]
    private let across: ValueAxis
    private let up: ValueAxis

    /// Nil for less than two rates.
    init?(_ report: CapacityReport) {
        points = report.curve.map { ($0.probe.perSecond, $0.goodput) }
        guard points.count > 1, let most = points.map(\.offered).max(), let best = points.map(\.goodput).max() else {
            return nil
        }
        self.report = report
        across = .linear(upTo: most, label: Figures.rate)
        up = .linear(upTo: best, label: Figures.rate)
    }

    var figure: Markup { chart.figure(in: frame) }

    private var frame: ChartFrame {
        let knee = report.knee.map { [(place: across.height(of: $0.perSecond), label: "knee")] } ?? []
        let lost = report.collapse.map { [(place: across.height(of: $0.perSecond), label: "collapse")] } ?? []
        return ChartFrame(
            axisTitle: "offered, arrivals per second",
            ticks: across.ticks.map { (place: $0.height, label: $0.label) }, marks: knee + lost)
    }

    private var chart: Chart {
        let best = points.map(\.goodput).max() ?? 0
        let line = points.map { (x: across.height(of: $0.offered), y: Optional(up.height(of: $0.goodput))) }
        let ideal = [
            (x: 0.0, y: Optional(0.0)), (x: across.height(of: best), y: Optional(up.height(of: best))),
        ]
        let told =
            (report.knee.map { "The knee is at \(Figures.rate($0.perSecond)). " } ?? "")
            + (report.collapse.map { "Goodput collapses at \(Figures.rate($0.perSecond))." } ?? "No collapse was seen.")
        return Chart(
            id: "goodput-curve", title: "Goodput", caption: "correct answers in time, per second", summary: told,
            axis: up,
            series: [
                Chart.Series(name: "all of what is offered", ink: .offered, isDashed: true, shape: .line(ideal)),
                Chart.Series(name: "goodput", ink: .good, shape: .line(line)),
            ],
            figures: FigureTable(
                caption: "Goodput by offered rate", header: ["offered", "goodput"],
                rows: points.map { [Markup(Figures.rate($0.offered)), Markup(Figures.rate($0.goodput))] }))
    }
}
