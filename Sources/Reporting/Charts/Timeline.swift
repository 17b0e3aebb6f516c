import Evidence
import Histogram
import Timebase

/// The slices of a run as the columns of its charts: as many as there are slices, up to `columnsMax`; beyond, several
/// slices share a column. Counts become rates. Of latencies, lags and peaks in flight the highest of its slices
/// stands for the column, so that no peak is lost to the drawing.
struct Timeline {
    static let columnsMax = 400

    struct Column {
        var span: Range<TimeSpan>
        var arrivals = ArrivalCounts()
        var outcomes = OutcomeCounts()
        /// First steps that were answered well, a correct "no" among them: comparable with arrivals.
        var good: UInt64 = 0
        /// First steps that were turned away.
        var shed: UInt64 = 0
        var corrected = Percentiles()
        var raw = Percentiles()
        var inFlightMean = 0.0
        var inFlightMax: UInt64 = 0
        var lagP99 = TimeSpan.zero
        var lagMax = TimeSpan.zero

        func rate(_ count: UInt64) -> Double { Double(count) / (span.upperBound - span.lowerBound).seconds }
    }

    /// In nanoseconds; nil where nothing was admitted.
    struct Percentiles {
        static let levels: [Double] = [50, 90, 99, 99.9]

        /// One for each level.
        private var values = [UInt64?](repeating: nil, count: levels.count)

        init() {}

        init(_ histogram: Histogram?) {
            guard let histogram else { return }
            values = Self.levels.map { histogram.value(atPercentile: $0) }
        }

        subscript(level: Double) -> UInt64? { Self.levels.firstIndex(of: level).flatMap { values[$0] } }

        mutating func raise(to other: Percentiles) {
            for place in values.indices {
                values[place] = [values[place], other.values[place]].compactMap(\.self).max()
            }
        }
    }

    let columns: [Column]
    let slicesPerColumn: Int
    /// To the end of the last stage or slice.
    let end: TimeSpan

    /// Of all slices, or of some of them.
    init(_ record: RunRecord, slices: Range<Int>? = nil) {
        let slices = slices ?? record.slices.indices
        let perColumn = max(1, (slices.count + Self.columnsMax - 1) / Self.columnsMax)
        columns = stride(from: slices.lowerBound, to: slices.upperBound, by: perColumn).map { first in
            Self.column(of: first..<min(first + perColumn, slices.upperBound), in: record)
        }
        slicesPerColumn = perColumn
        let stages = record.stages.map(\.span.upperBound).max() ?? .zero
        end = max(stages, record.sliceLength * Int64(record.slices.count), record.sliceLength)
    }

    private init(columns: [Column], slicesPerColumn: Int, end: TimeSpan) {
        self.columns = columns
        self.slicesPerColumn = slicesPerColumn
        self.end = end
    }

    /// The same run in at most so many columns.
    func condensed(to columnsMax: Int) -> Timeline {
        let shared = max(1, (columns.count + columnsMax - 1) / columnsMax)
        let condensed = stride(from: 0, to: columns.count, by: shared).map { first in
            let parts = columns[first..<min(first + shared, columns.count)]
            return parts.dropFirst().reduce(into: parts[first]) { $0.append($1) }
        }
        return Timeline(columns: condensed, slicesPerColumn: slicesPerColumn * shared, end: end)
    }

    private static func column(of slices: Range<Int>, in record: RunRecord) -> Column {
        let length = record.sliceLength
        var column = Column(span: length * Int64(slices.lowerBound)..<length * Int64(slices.upperBound))
        for slice in record.slices[slices] {
            column.add(slice, record.steps)
            column.inFlightMean += slice.inFlightMean / Double(slices.count)
        }
        return column
    }
}

extension Timeline.Column {
    fileprivate mutating func append(_ next: Timeline.Column) {
        let (own, other) = (length, next.length)
        inFlightMean = (inFlightMean * own + next.inFlightMean * other) / (own + other)
        inFlightMax = max(inFlightMax, next.inFlightMax)
        arrivals += next.arrivals
        outcomes += next.outcomes
        good += next.good
        shed += next.shed
        lagP99 = max(lagP99, next.lagP99)
        lagMax = max(lagMax, next.lagMax)
        corrected.raise(to: next.corrected)
        raw.raise(to: next.raw)
        span = span.lowerBound..<next.span.upperBound
    }

    private var length: Double { (span.upperBound - span.lowerBound).seconds }

    fileprivate mutating func add(_ slice: SliceRecord, _ steps: [StepRecord]) {
        arrivals += slice.arrivals
        good += slice.good(steps)
        inFlightMax = max(inFlightMax, slice.inFlightMax)
        lagP99 = max(lagP99, slice.lagP99)
        lagMax = max(lagMax, slice.lagMax)
        for (step, cell) in slice.cells {
            outcomes += cell.outcomes
            guard steps[step].isFirst else { continue }
            shed += cell.outcomes[.shed]
        }
        let requests = slice.cells.filter { steps[$0.step].isRequest }.map(\.cell)
        corrected.raise(to: Timeline.Percentiles(.merged(requests.map(\.corrected))))
        raw.raise(to: Timeline.Percentiles(.merged(requests.map(\.raw))))
    }
}

extension Histogram {
    /// Nil when nothing was recorded. What cannot be read, or was recorded in another layout, is left out.
    static func merged(_ parts: [PackedHistogram]) -> Histogram? {
        var merged: Histogram?
        for part in parts where part.count > 0 {
            guard let histogram = try? part.opened() else { continue }
            guard var sum = merged else {
                merged = histogram
                continue
            }
            if (try? sum.merge(histogram)) != nil { merged = sum }
        }
        return merged
    }
}
