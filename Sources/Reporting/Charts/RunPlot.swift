import Evidence
import Numerals
import StackVocabulary
import Timebase

/// A run, or a part of it, laid out over time: the columns, the axis and the frame that its charts share, and what their lines,
/// readings and tables are made of.
struct RunPlot {
    let record: RunRecord
    let timeline: Timeline
    let time: TimeAxis
    let frame: ChartFrame
    /// The same in few columns, for the tables behind the charts.
    private let table: Timeline
    /// Before the ids of its charts.
    private let prefix: String

    /// Of a whole run.
    init(_ record: RunRecord) {
        let timeline = Timeline(record)
        self.init(record, timeline, TimeAxis(end: timeline.end), prefix: "")
    }

    /// Of the slices that lie in a span, as a drawing of its own.
    init(_ record: RunRecord, within span: Range<TimeSpan>, prefix: String) {
        let length = record.sliceLength.nanoseconds
        let first = min(record.slices.count, max(0, Int(span.lowerBound.nanoseconds / length)))
        let last = min(record.slices.count, max(first, Int((span.upperBound.nanoseconds + length - 1) / length)))
        let edges = record.sliceLength * Int64(first)..<record.sliceLength * Int64(max(last, first + 1))
        let time = TimeAxis(start: edges.lowerBound, end: edges.upperBound)
        let timeline = Timeline(record, slices: first..<last).condensed(to: Timeline.columnsMax / 2)
        self.init(record, timeline, time, prefix: prefix)
    }

    /// The same for drawings of half the width, in half as many columns.
    var small: RunPlot {
        RunPlot(record, timeline.condensed(to: Timeline.columnsMax / 2), time, prefix: prefix)
    }

    private init(_ record: RunRecord, _ timeline: Timeline, _ time: TimeAxis, prefix: String) {
        self.record = record
        self.timeline = timeline
        self.time = time
        self.prefix = prefix
        table = timeline.condensed(to: PageLimits.figureRowsMax)
        var frame = RunFrame(record: record, time: time).frame(timeline.columns)
        if !prefix.isEmpty { frame.marks = [] }
        self.frame = frame
    }

    // MARK: What charts are made of

    /// A line before its axis is known.
    struct Line {
        var name: String
        var ink: Ink
        var isDashed = false
        var values: [Double?]
    }

    struct Words {
        var title: String
        var caption: String
        var summary: String
    }

    /// Lines upon an axis that begins with nothing.
    func chart(
        _ id: String, _ words: Words, _ lines: [Line], isSmall: Bool = false, top: Double? = nil,
        label: @escaping (Double) -> String = RunPlot.number
    ) -> Chart {
        let values = lines.flatMap(\.values).compactMap(\.self)
        let axis = ValueAxis.linear(from: values.min() ?? 0, upTo: top ?? values.max() ?? 0, label: label)
        return chart(id, words, lines, on: axis, isSmall: isSmall, reading: label)
    }

    func chart(
        _ id: String, _ words: Words, _ lines: [Line], on axis: ValueAxis, isSmall: Bool = false,
        reading: (Double) -> String
    ) -> Chart {
        Chart(
            id: prefix + id, title: words.title, caption: words.caption, summary: words.summary, axis: axis,
            series: lines.map { line in
                Chart.Series(
                    name: line.name, ink: line.ink, isDashed: line.isDashed,
                    shape: .line(
                        zip(timeline.columns, line.values).map { (x: time.place(of: $0), y: $1.map(axis.height)) }),
                    readings: line.values.map { $0.map(reading) ?? "-" })
            }, figures: figures(words, lines, reading), isSmall: isSmall)
    }

    /// The greatest of each row's time.
    private func figures(_ words: Words, _ lines: [Line], _ reading: (Double) -> String) -> FigureTable {
        let shared = table.slicesPerColumn / max(1, timeline.slicesPerColumn)
        return FigureTable(
            caption: words.title + (shared > 1 ? ", the highest of each row's time" : ""),
            header: ["from"] + lines.map(\.name),
            rows: table.columns.enumerated().map { place, column in
                let parts = place * shared..<min((place + 1) * shared, timeline.columns.count)
                return [Markup(TimeAxis.clock(column.span.lowerBound))]
                    + lines.map { line in Markup(line.values[parts].compactMap(\.self).max().map(reading) ?? "-") }
            })
    }

    /// A table of figures that are not the lines' own.
    func figures(_ caption: String, _ header: [String], _ cells: (Timeline.Column) -> [String]) -> FigureTable {
        FigureTable(
            caption: caption, header: ["from"] + header,
            rows: table.columns.map { column in
                [Markup(TimeAxis.clock(column.span.lowerBound))] + cells(column).map { Markup($0) }
            })
    }

    func id(_ name: String) -> String { prefix + name }

    // MARK: Values, column by column

    /// Behind the last stage nothing is asked any more: no line falls there.
    func column(_ value: (Timeline.Column) -> Double) -> [Double?] {
        let end = record.stages.map(\.span.upperBound).max() ?? .zero
        return timeline.columns.map { $0.span.lowerBound < end ? value($0) : nil }
    }

    /// Counts of slices as rates.
    func rate(_ counts: [UInt64]) -> [Double?] {
        timeline.columns.map { column in column.rate(counts.sum(slices(of: column))) }
    }

    /// What part the one is of the other, where there is enough of it to tell.
    func ratio(_ counts: [UInt64], of whole: [UInt64]) -> [Double?] {
        timeline.columns.map { column in
            let slices = slices(of: column)
            let below = whole.sum(slices)
            return below == 0 ? nil : Double(counts.sum(slices)) / Double(below)
        }
    }

    private func slices(of column: Timeline.Column) -> Range<Int> {
        let length = record.sliceLength.nanoseconds
        return Int(column.span.lowerBound.nanoseconds / length)..<Int(column.span.upperBound.nanoseconds / length)
    }

    /// Of what was read at some instant: the highest in each column.
    func gauge(_ series: ObservedSeries) -> [Double?] {
        timeline.columns.map { column in series.samples(in: column.span).map(\.value).filter(\.isFinite).max() }
    }

    /// Of what only grows, and begins anew where whoever counts it began anew.
    func growth(_ series: ObservedSeries) -> [Double?] { gauge(series.growth) }

    func vital(_ vital: StackVital) -> ObservedSeries? { record.observed.first { $0.name == vital.name } }

    static func number(_ value: Double) -> String {
        value == value.rounded() ? Figures.grouped(value) : Figures.threeDigits(value)
    }

    static func latency(_ nanoseconds: Double) -> String {
        Figures.span(nanoseconds: UInt64(min(max(0, nanoseconds), 0x1p63)))
    }

    var sharing: String {
        timeline.slicesPerColumn > 1 ? "; the highest of \(timeline.slicesPerColumn) slices for each point" : ""
    }
}

extension ObservedSeries {
    /// Per second.
    fileprivate var growth: ObservedSeries {
        let rates = values.indices.map { place -> Double? in
            guard place > 0, let now = values[place], let before = values[place - 1] else { return nil }
            return max(0, now - before) / every.seconds
        }
        return ObservedSeries(name: name, every: every, values: rates)
    }
}

extension [UInt64] {
    fileprivate func sum(_ slices: Range<Int>) -> UInt64 {
        self[slices.clamped(to: indices)].reduce(0, +)
    }
}

extension [Double?] {
    var greatest: Double { compactMap(\.self).max() ?? 0 }
}
