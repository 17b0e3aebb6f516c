import Evidence
import Numerals
import Timebase

/// The charts of a run over its time: load, latency, outcomes, load in flight.
struct RunCharts {
    let timeline: Timeline
    /// The same in few columns, for the tables behind the charts.
    private let table: Timeline
    private let time: TimeAxis
    private let hasSchedule: Bool

    init(_ record: RunRecord) {
        timeline = Timeline(record)
        table = timeline.condensed(to: PageLimits.figureRowsMax)
        time = TimeAxis(end: timeline.end)
        hasSchedule = record.stages.contains { $0.scheduled != nil }
    }

    var all: [Chart] { [load, latency, outcomes, inFlight] }

    // MARK: The charts

    private var load: Chart {
        let offered = column { $0.rate($0.arrivals.scheduled) }
        let started = column { $0.rate($0.arrivals.started) }
        let good = column { $0.rate($0.good) }
        let dropped = column { $0.rate($0.arrivals.dropped) }
        let top = max(offered.greatest, started.greatest, good.greatest)
        let axis = ValueAxis.linear(upTo: top, label: rateLabel)
        var series = [
            line("started", "started", started, axis), line("answered ok (first steps)", "good", good, axis),
            line(hasSchedule ? "offered by the schedule" : "offered", "offered", offered, axis, isDashed: true),
        ]
        if dropped.greatest > 0 { series.append(line("dropped", "dropped", dropped, axis)) }
        return Chart(
            id: "load", title: "Load", caption: "arrivals per second, by the second in which they were due",
            summary: "Offered load peaks at \(perSecond(offered.greatest)), started at \(perSecond(started.greatest)), "
                + "good answers at \(perSecond(good.greatest)), dropped at \(perSecond(dropped.greatest)).",
            axis: axis, series: series,
            figures: figures("Load, arrivals per second", ["offered", "started", "ok", "dropped"]) { column in
                [column.arrivals.scheduled, column.arrivals.started, column.good, column.arrivals.dropped].map {
                    Figures.threeDigits(column.rate($0))
                }
            })
    }

    private var latency: Chart {
        let series: [(String, String, Bool, [UInt64?])] = [
            ("p99, raw", "p99", true, timeline.columns.map(\.raw.p99)),
            ("p50, raw", "p50", true, timeline.columns.map(\.raw.p50)),
            ("p99 from the due instant", "p99", false, timeline.columns.map(\.corrected.p99)),
            ("p50 from the due instant", "p50", false, timeline.columns.map(\.corrected.p50)),
        ]
        let axis = ValueAxis.latency(series.flatMap { $0.3.compactMap(\.self) })
        let worst = timeline.columns.filter { $0.corrected.p99 != nil }
            .max { ($0.corrected.p99 ?? 0) < ($1.corrected.p99 ?? 0) }
        let summary = worst.map {
            "The highest p99 from the due instant is \(span($0.corrected.p99)), at \(TimeAxis.clock($0.span.lowerBound))."
        }
        return Chart(
            id: "latency", title: "Latency",
            caption: "of admitted requests, logarithmic; raw counts from the sending" + sharing,
            summary: summary ?? "No request was admitted.", axis: axis,
            series: series.map { name, colour, isDashed, values in
                line(name, colour, values.map { $0.map { Double($0) } }, axis, isDashed: isDashed)
            },
            figures: figures("Latency, the highest of each row's time", ["p50", "p99", "raw p50", "raw p99"]) {
                column in
                [column.corrected.p50, column.corrected.p99, column.raw.p50, column.raw.p99].map(span)
            })
    }

    private var outcomes: Chart {
        let kinds = Outcome.allCases.filter { kind in timeline.columns.contains { $0.outcomes[kind] > 0 } }
        let totals = timeline.columns.map { $0.rate($0.outcomes.total) }
        let axis = ValueAxis.linear(upTo: totals.max() ?? 0, label: rateLabel)
        var base = timeline.columns.map { _ in 0.0 }
        let series = kinds.map { kind in
            let tops = zip(base, timeline.columns).map { $0 + $1.rate($1.outcomes[kind]) }
            defer { base = tops }
            return Chart.Series(
                name: kind.words, colour: kind.name,
                shape: .field(
                    edges: edges, bottoms: base.map(axis.height), tops: tops.map(axis.height)))
        }
        let all = timeline.columns.reduce(into: OutcomeCounts()) { $0 += $1.outcomes }
        return Chart(
            id: "outcomes", title: "Outcomes",
            caption: "steps per second, stacked, by the second in which they were due",
            summary: kinds.map { "\($0.words): \(Figures.grouped(all[$0]))" }.joined(separator: ", ") + ".",
            axis: axis, series: series,
            figures: figures("Outcomes, steps", kinds.map(\.words)) { column in
                kinds.map { Figures.grouped(column.outcomes[$0]) }
            })
    }

    private var inFlight: Chart {
        let mean = timeline.columns.map { Optional($0.inFlightMean) }
        let most = timeline.columns.map { Optional(Double($0.inFlightMax)) }
        let axis = ValueAxis.linear(upTo: most.greatest, label: rateLabel)
        return Chart(
            id: "in-flight", title: "In flight", caption: "open arrivals, sampled on a clock of its own" + sharing,
            summary: "At most \(Figures.grouped(Int(most.greatest))) arrivals were open.", axis: axis,
            series: [
                line("highest", "peak", most, axis), line("mean", "started", mean, axis),
            ],
            figures: figures("In flight, open arrivals", ["mean", "highest"]) { column in
                [Figures.threeDigits(column.inFlightMean), Figures.grouped(column.inFlightMax)]
            })
    }

    // MARK: Parts

    private var sharing: String {
        timeline.slicesPerColumn > 1 ? "; the highest of \(timeline.slicesPerColumn) slices for each point" : ""
    }

    private var edges: [Double] {
        timeline.columns.map { time.place(of: $0.span.lowerBound) }
            + (timeline.columns.last.map { [time.place(of: $0.span.upperBound)] } ?? [])
    }

    private func column(_ value: (Timeline.Column) -> Double) -> [Double?] { timeline.columns.map(value) }

    private func line(
        _ name: String, _ colour: String, _ values: [Double?], _ axis: ValueAxis, isDashed: Bool = false
    ) -> Chart.Series {
        let points = zip(timeline.columns, values).map { column, value in
            let middle = (time.place(of: column.span.lowerBound) + time.place(of: column.span.upperBound)) / 2
            return (x: middle, y: value.map(axis.height))
        }
        return Chart.Series(name: name, colour: colour, isDashed: isDashed, shape: .line(points))
    }

    private func figures(
        _ caption: String, _ header: [String], _ cells: (Timeline.Column) -> [String]
    ) -> FigureTable {
        FigureTable(
            caption: caption, header: ["from"] + header,
            rows: table.columns.map { column in
                [Markup(TimeAxis.clock(column.span.lowerBound))] + cells(column).map { Markup($0) }
            })
    }

    private func rateLabel(_ value: Double) -> String {
        value == value.rounded() ? Figures.grouped(Int(value)) : Figures.threeDigits(value)
    }

    private func perSecond(_ rate: Double) -> String { "\(Figures.threeDigits(rate)) a second" }

    private func span(_ nanoseconds: UInt64?) -> String {
        nanoseconds.map { Figures.span(nanoseconds: $0) } ?? "-"
    }
}

extension [Double?] {
    fileprivate var greatest: Double { compactMap(\.self).max() ?? 0 }
}

extension Outcome {
    /// The name with spaces.
    var words: String { String(name.map { $0 == "_" ? " " : $0 }) }
}
