import Evidence
import Histogram
import Timebase

/// series.csv: a run over its time, a row for each slice. Counts are those of the slice; `good` are first steps that were
/// answered well, ok or with a correct "no", to be held against `offered`; the outcomes are those of all steps. Percentiles are of admitted requests
/// in milliseconds, from the instant they were due, `raw` from the sending. The observed series stand behind, each in the
/// slice in which it was read.
struct SeriesTable {
    /// Of observed series; the others stand in report.json.
    private static let seriesMax = 200

    private let record: RunRecord
    private let observed: ArraySlice<ObservedSeries>

    init(_ record: RunRecord) {
        self.record = record
        observed = record.observed.prefix(Self.seriesMax)
    }

    private static let percentiles: [Double] = [50, 90, 99]

    private static let columns =
        ["from_s", "stage", "offered", "started", "dropped", "skipped", "good"] + Outcome.allCases.map(\.name)
        + ["in_flight_mean", "in_flight_max"] + percentiles.map { "p\(Int($0))_ms" }
        + percentiles.map { "raw_p\(Int($0))_ms" }

    var text: String {
        var rows = CSVText()
        for column in Self.columns { rows.add(text: column) }
        for series in observed { rows.add(text: series.name) }
        rows.endRow()
        for place in record.slices.indices { add(place, to: &rows) }
        return rows.text
    }

    private func add(_ place: Int, to rows: inout CSVText) {
        let (slice, length) = (record.slices[place], record.sliceLength)
        let span = length * Int64(place)..<length * Int64(place + 1)
        let stage = record.stages.first { $0.span.contains(span.lowerBound) }
        rows.add(span.lowerBound.seconds)
        rows.add(text: stage?.name ?? "")
        let arrivals = slice.arrivals
        for count in [
            arrivals.scheduled, arrivals.started, arrivals.dropped, arrivals.skipped, slice.good(record.steps),
        ] {
            rows.add(count: count)
        }
        let outcomes = slice.cells.reduce(into: OutcomeCounts()) { $0 += $1.cell.outcomes }
        for outcome in Outcome.allCases { rows.add(count: outcomes[outcome]) }
        rows.add(slice.inFlightMean)
        rows.add(count: slice.inFlightMax)
        let requests = slice.cells.filter { record.steps[$0.step].isRequest }.map(\.cell)
        addPercentiles(of: requests.map(\.corrected), to: &rows)
        addPercentiles(of: requests.map(\.raw), to: &rows)
        for series in observed { rows.add(series.samples(in: span).last?.value, places: 6) }
        rows.endRow()
    }

    private func addPercentiles(of parts: [PackedHistogram], to rows: inout CSVText) {
        let histogram = Histogram.merged(parts)
        for percentile in Self.percentiles {
            rows.add(histogram?.value(atPercentile: percentile).map { Double($0) / 1e6 })
        }
    }
}
