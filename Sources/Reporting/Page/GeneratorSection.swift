import Evidence
import Histogram
import Numerals
import Timebase

/// How the load was made: what the generator's verdict rests on.
struct GeneratorSection {
    let plot: RunPlot
    private var record: RunRecord { plot.record }

    var markup: Markup {
        let charts = Markup.element("div", [("class", "pair")], plot.generator.map { $0.figure(in: plot.frame) })
        return .section("generator", "How the load was made", [facts, charts, lags.markup])
    }

    private var facts: Markup {
        let generator = record.generator
        let arrivals = record.slices.reduce(into: ArrivalCounts()) { $0 += $1.arrivals }
        let gaps =
            generator.gaps.count == 0
            ? "none"
            : "\(Figures.grouped(generator.gaps.count)), \(Figures.span(generator.gaps.sum)) together, "
                + "the longest \(Figures.span(generator.gaps.longest))"
        let waits =
            generator.poolWaits == 0
            ? "none"
            : "\(Figures.counted(generator.poolWaits, "request")), \(Figures.span(generator.poolWaited)) together"
        let facts: [(String, Markup)] = [
            ("arrivals dropped at the cap", Markup(Figures.grouped(arrivals.dropped))),
            ("skipped for want of a value", Markup(Figures.grouped(arrivals.skipped))),
            ("gaps of the machine", Markup(gaps)), ("waits for a connection", Markup(waits)),
            ("requests without a connection", Markup(Figures.grouped(generator.poolStarved))),
            (
                "connections",
                Markup(
                    "\(Figures.grouped(generator.connectionsOpened)) opened, "
                        + "at most \(Figures.grouped(generator.connectionsMax)) at once")
            ),
            ("evidence", Markup(Figures.counted(generator.evidenceRecords, "record"))),
            ("arrivals cut when it was abandoned", Markup(Figures.grouped(generator.arrivalsCut))),
            ("changed by hand", Markup(generator.isChangedByHand ? "yes" : "no")),
        ]
        return .facts(facts + (generator.control.map { [("untagged twins", Markup(words($0)))] } ?? []))
    }

    private func words(_ control: ControlCounts) -> String {
        "\(Figures.counted(control.sent, "request")), \(Figures.grouped(control.ok)) ok; in no other figure of this page"
    }

    private var lags: FigureTable {
        let stages = zip(record.stages, record.generator.lag).prefix(PageLimits.rowsMax)
        return FigureTable(
            caption: "Lag: from the instant an arrival was due to the instant its task ran",
            header: ["stage", "arrivals", "p50", "p99", "p99.9", "max"],
            rows: stages.map { stage, lag in
                let histogram = try? lag.opened()
                return [Markup(stage.name), Markup(Figures.grouped(lag.count))]
                    + [50, 99, 99.9, 100].map { percentile in
                        Markup(histogram?.value(atPercentile: percentile).map { Figures.span(nanoseconds: $0) } ?? "-")
                    }
            },
            more: max(0, min(record.stages.count, record.generator.lag.count) - PageLimits.rowsMax))
    }
}
