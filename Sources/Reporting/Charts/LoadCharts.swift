import Evidence
import Numerals
import Timebase

/// What was asked of the target, what it gave, and how fast.
extension RunPlot {
    var traffic: [Chart] { timeline.columns.isEmpty ? [] : [load, outcomes, latency, inFlight] }

    // MARK: Load

    private var load: Chart {
        let hasSchedule = record.stages.contains { $0.scheduled != nil }
        let offered = column { $0.rate($0.arrivals.scheduled) }
        let started = column { $0.rate($0.arrivals.started) }
        let good = column { $0.rate($0.good) }
        let shed = column { $0.rate($0.shed) }
        let dropped = column { $0.rate($0.arrivals.dropped) }
        var lines = [
            Line(name: "achieved", ink: .started, values: started), Line(name: "goodput", ink: .good, values: good),
            Line(
                name: hasSchedule ? "offered by the schedule" : "offered", ink: .offered, isDashed: true,
                values: offered),
        ]
        if shed.greatest > 0 { lines.append(Line(name: "shed", ink: .shed, values: shed)) }
        if dropped.greatest > 0 { lines.append(Line(name: "dropped", ink: .dropped, values: dropped)) }
        return chart(
            "load",
            Words(
                title: "Load",
                caption: "arrivals per second, by the second in which they were due; goodput: answered correctly",
                summary: "Offered load peaks at \(perSecond(offered)), achieved at \(perSecond(started)), "
                    + "goodput at \(perSecond(good)), shed at \(perSecond(shed)), dropped at \(perSecond(dropped))."),
            lines)
    }

    private func perSecond(_ rates: [Double?]) -> String { "\(Figures.threeDigits(rates.greatest)) a second" }

    // MARK: Outcomes

    private var outcomes: Chart {
        let kinds = Outcome.allCases.filter { kind in timeline.columns.contains { $0.outcomes[kind] > 0 } }
        let totals = timeline.columns.map { $0.rate($0.outcomes.total) }
        let axis = ValueAxis.linear(upTo: totals.max() ?? 0, label: RunPlot.number)
        var base = timeline.columns.map { _ in 0.0 }
        let series = kinds.map { kind in
            let rates = timeline.columns.map { $0.rate($0.outcomes[kind]) }
            let tops = zip(base, rates).map(+)
            defer { base = tops }
            return Chart.Series(
                name: kind.words, ink: Ink(kind),
                shape: .field(edges: edges, bottoms: base.map(axis.height), tops: tops.map(axis.height)),
                readings: rates.map(RunPlot.number))
        }
        let all = timeline.columns.reduce(into: OutcomeCounts()) { $0 += $1.outcomes }
        return Chart(
            id: id("outcomes"), title: "Outcomes",
            caption: "steps per second, stacked, by the second in which they were due",
            summary: kinds.map { "\($0.words): \(Figures.grouped(all[$0]))" }.joined(separator: ", ") + ".",
            axis: axis, series: series,
            figures: figures("Outcomes, steps", kinds.map(\.words)) { column in
                kinds.map { Figures.grouped(column.outcomes[$0]) }
            })
    }

    private var edges: [Double] {
        timeline.columns.map { time.place(of: $0.span.lowerBound) }
            + (timeline.columns.last.map { [time.place(of: $0.span.upperBound)] } ?? [])
    }

    // MARK: Latency

    private var latency: Chart {
        let inks: [(Double, Ink)] = [(99.9, .p999), (99, .p99), (90, .p90), (50, .p50)]
        var lines = inks.map { level, ink in
            Line(name: "p\(RunPlot.level(level))", ink: ink, values: nanoseconds { $0.corrected[level] })
        }
        lines += [(99.0, Ink.p99), (50, .p50)].map { level, ink in
            Line(name: "p\(RunPlot.level(level)) raw", ink: ink, isDashed: true, values: nanoseconds { $0.raw[level] })
        }
        let worst = timeline.columns.max { $0.corrected[99] ?? 0 < $1.corrected[99] ?? 0 }
        let summary = worst.flatMap { column in
            column.corrected[99].map {
                "The highest p99 from the due instant is \(Figures.span(nanoseconds: $0)), "
                    + "at \(TimeAxis.clock(column.span.lowerBound))."
            }
        }
        return chart(
            "latency",
            Words(
                title: "Latency",
                caption:
                    "of admitted requests, from the instant they were due; raw counts from the sending; logarithmic"
                    + sharing,
                summary: summary ?? "No request was admitted."),
            lines, on: .latency(lines.flatMap { $0.values.compactMap { $0.map { UInt64($0) } } }),
            reading: RunPlot.latency)
    }

    private func nanoseconds(_ value: (Timeline.Column) -> UInt64?) -> [Double?] {
        timeline.columns.map { value($0).map { Double($0) } }
    }

    static func level(_ percentile: Double) -> String {
        percentile == percentile.rounded() ? "\(Int(percentile))" : "\(percentile)"
    }

    // MARK: In flight

    private var inFlight: Chart {
        let mean = column(\.inFlightMean)
        let most = column { Double($0.inFlightMax) }
        return chart(
            "in-flight",
            Words(
                title: "In flight", caption: "open arrivals, sampled on a clock of its own" + sharing,
                summary: "At most \(Figures.grouped(Int(most.greatest))) arrivals were open."),
            [Line(name: "highest", ink: .peak, values: most), Line(name: "mean", ink: .started, values: mean)],
            isSmall: true)
    }

    // MARK: The generator

    var generator: [Chart] {
        guard !timeline.columns.isEmpty else { return [] }
        let p99 = column { Double($0.lagP99.nanoseconds) }
        let most = column { Double($0.lagMax.nanoseconds) }
        let lag = chart(
            "lag",
            Words(
                title: "Lag of the generator", caption: "from the instant an arrival was due to its begin" + sharing,
                summary: "The highest lag is \(RunPlot.latency(most.greatest))."),
            [Line(name: "highest", ink: .peak, values: most), Line(name: "p99", ink: .p99, values: p99)],
            on: .latency((p99 + most).compactMap { $0.map { UInt64(max(0, $0)) } }), isSmall: true,
            reading: RunPlot.latency)
        return [lag] + (processor.map { [$0] } ?? [])
    }

    private var processor: Chart? {
        guard let series = record.observed.first(where: { $0.name == ObservedSeries.driverProcessor }) else {
            return nil
        }
        let share = gauge(series)
        return chart(
            "processor",
            Words(
                title: "The driver's core", caption: "share of one core that its loop was at work",
                summary: "At most \(Figures.percent(share.greatest))."),
            [Line(name: "share of a core", ink: .started, values: share)], isSmall: true, top: 1,
            label: Figures.percent)
    }
}

extension Outcome {
    /// The name with spaces.
    var words: String { String(name.map { $0 == "_" ? " " : $0 }) }
}
