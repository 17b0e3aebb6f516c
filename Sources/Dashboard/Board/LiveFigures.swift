import Evidence
import LoadDriver
import Reporting
import Timebase

/// Which figures a run's columns have, and how they are drawn: the same charts as in the report, and more where the stack is
/// the run's own.
struct LiveFigures {
    let fields: [LiveField]
    let charts: [LiveChart]
    /// Places among the observed series of those that are drawn.
    private let drawn: [Int]
    private let hasSchedule: [Bool]

    /// More series than this are not drawn; those of the plan come first.
    static let seriesMax = 64

    init(_ run: LiveRun) {
        hasSchedule = run.record.stages.map { $0.scheduled != nil }
        let gauges = StackGauges(run)
        drawn = gauges.drawn
        fields = Self.own + gauges.fields
        charts = LiveChart.ofDriver + gauges.charts
    }

    private static let own: [LiveField] =
        [LiveField(name: "offered", merging: .mean)]
        + ["due", "started", "good", "dropped"].map { LiveField(name: $0, merging: .sum) }
        + Outcome.allCases.map { LiveField(name: $0.name, merging: .sum) }
        + ["p50", "p99", "raw_p50", "raw_p99", "in_flight", "lag"].map { LiveField(name: $0, merging: .max) }

    func column(_ second: DriverSecond) -> LiveColumn {
        let isOpen = second.progress.stage < hasSchedule.count && hasSchedule[second.progress.stage]
        let counts = [second.due, second.started, second.good, second.dropped].map { Optional(Double($0)) }
        let outcomes = Outcome.allCases.map { Optional(Double(second.outcomes[$0])) }
        let latencies = [second.corrected.p50, second.corrected.p99, second.raw.p50, second.raw.p99]
            .map { $0.map(Self.milliseconds) }
        return LiveColumn(
            from: second.span.lowerBound.nanoseconds / 1_000_000_000,
            to: second.span.upperBound.nanoseconds / 1_000_000_000,
            values: [isOpen ? second.progress.offered : nil] + counts + outcomes + latencies
                + [Double(second.inFlightMax), Self.milliseconds(second.lagMax)]
                + drawn.map { $0 < second.observed.count ? second.observed[$0] : nil })
    }

    static func milliseconds(_ span: TimeSpan) -> Double { Double(span.nanoseconds) / 1e6 }
}

/// One drawing: its series are fields of the columns.
struct LiveChart {
    enum Shape: String {
        case lines, stack
    }

    struct Series {
        let field: String
        let name: String
        /// The name of its ink.
        let look: String
        var isDashed = false
    }

    let id: String
    let title: String
    let caption: String
    var shape = Shape.lines
    var isLogarithmic = false
    /// Its fields are counts, drawn per second.
    var isRate = false
    var unit = ""
    let series: [Series]

    static let ofDriver: [LiveChart] = [
        LiveChart(
            id: "load", title: "Load", caption: "arrivals per second", isRate: true, unit: "/s",
            series: [
                Series(field: "started", name: "started", look: "started"),
                Series(field: "good", name: "answered ok (first steps)", look: "good"),
                Series(field: "shed", name: "shed", look: "shed"),
                Series(field: "dropped", name: "dropped", look: "dropped"),
                Series(field: "offered", name: "offered by the schedule", look: "offered", isDashed: true),
            ]),
        LiveChart(
            id: "latency", title: "Latency",
            caption: "of admitted requests, logarithmic; raw counts from the sending", isLogarithmic: true, unit: "ms",
            series: [
                Series(field: "p99", name: "p99 from the due instant", look: "p99"),
                Series(field: "p50", name: "p50 from the due instant", look: "p50"),
                Series(field: "raw_p99", name: "p99, raw", look: "p99", isDashed: true),
                Series(field: "raw_p50", name: "p50, raw", look: "p50", isDashed: true),
            ]),
        LiveChart(
            id: "outcomes", title: "Outcomes", caption: "steps per second, stacked, by the second in which they ended",
            shape: .stack, isRate: true, unit: "/s",
            series: Outcome.allCases.map { outcome in
                Series(field: outcome.name, name: outcome.name.replacing("_", with: " "), look: Ink(outcome).name)
            }),
        LiveChart(
            id: "in-flight", title: "In flight", caption: "open arrivals, the most of each second",
            series: [Series(field: "in_flight", name: "highest", look: "started")]),
    ]
}
