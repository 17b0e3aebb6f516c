import Evidence
import Numerals
import Timebase

extension RunSight {
    /// A stage by name, whether it counts or not; nil where the run has none.
    func stage(_ name: String) -> CountedStage? { record.everyStage.first { $0.stage.name == name } }

    /// What a run was like before anything was asked of it: the stage called `baseline`, or else the first that counts
    /// and ends before the first fault begins.
    var calm: CountedStage? {
        let first = record.faults.map(\.span.lowerBound).min()
        return stage("baseline")
            ?? record.countedStages.first { stage in first.map { stage.stage.span.upperBound <= $0 } ?? true }
    }

    /// `12.0s to 22.0s`
    func words(_ window: Range<Int>) -> String { record.words(window) }

    func judgementWindow(_ slices: Range<Int>, _ stages: [CountedStage]) -> Judgement.Window {
        Judgement.Window(stages: stages.map(\.stage.name), span: span(slices))
    }

    /// The faults at one bank, as one: from the first's beginning to the last's end.
    func fault(at channel: String) -> Range<TimeSpan>? {
        let spans = record.faults.filter { $0.channel == channel }.map(\.span)
        guard let begin = spans.map(\.lowerBound).min(), let end = spans.map(\.upperBound).max() else { return nil }
        return begin..<end
    }

    /// Slices that lie wholly in a span, and in the run.
    func slices(within span: Range<TimeSpan>) -> Range<Int> {
        let length = record.sliceLength.nanoseconds
        let first = min(Int((max(.zero, span.lowerBound).nanoseconds + length - 1) / length), slices.count)
        return first..<max(first, min(Int(max(.zero, span.upperBound).nanoseconds / length), slices.count))
    }

    /// From the first slice that counts to the last.
    var counted: Range<Int> {
        let stages = record.countedStages.map(\.slices).filter { !$0.isEmpty }
        guard let first = stages.map(\.lowerBound).min(), let last = stages.map(\.upperBound).max() else {
            return 0..<0
        }
        return first..<last
    }
}

extension Judgement {
    /// Of a performance target.
    static func performance(
        _ name: String, _ claim: String, _ status: Status, expected: String, observed: String, window: Window? = nil,
        _ reasons: [String]
    ) -> Judgement {
        Judgement(
            name: name, kind: .performance, claim: claim, status: status, expected: expected, observed: observed,
            window: window, reasons: reasons)
    }

    /// What it would take to judge is not there.
    static func unseen(_ name: String, _ claim: String, expected: String, _ reason: String) -> Judgement {
        performance(name, claim, .inconclusive, expected: expected, observed: "not observed", [reason])
    }
}
