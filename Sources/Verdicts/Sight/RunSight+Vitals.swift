import Evidence
import StackVocabulary
import Timebase

extension RunSight {
    /// A series of the embedded stack; nil where the run had none.
    func vital(_ vital: StackVital) -> ObservedSeries? { series(vital.name) }

    func series(_ name: String) -> ObservedSeries? { record.observed.first { $0.name == name } }
}

extension ObservedSeries {
    func values(in span: Range<TimeSpan>) -> [Double] { samples(in: span).map(\.value) }
}
