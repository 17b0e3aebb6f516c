import Evidence
import StackVocabulary
import Timebase

extension RunSight {
    /// A series of the embedded stack; nil where the run had none.
    func vital(_ vital: StackVital) -> ObservedSeries? { series(vital.name) }

    func series(_ name: String) -> ObservedSeries? { record.observed.first { $0.name == name } }
}

extension ObservedSeries {
    /// What was read inside of a span.
    func values(_ span: Range<TimeSpan>) -> [Double] { samples(span).map(\.value) }

    func samples(_ span: Range<TimeSpan>) -> [(at: TimeSpan, value: Double)] {
        guard every > .zero else { return [] }
        let first = max(0, Int((span.lowerBound.nanoseconds + every.nanoseconds - 1) / every.nanoseconds))
        var found: [(TimeSpan, Double)] = []
        var index = first
        while index < values.count, every * Int64(index) < span.upperBound {
            if let value = values[index] { found.append((every * Int64(index), value)) }
            index += 1
        }
        return found
    }
}
