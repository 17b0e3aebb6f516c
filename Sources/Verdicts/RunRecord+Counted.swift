package import Evidence
import Numerals
package import Timebase

/// A stage that counts, with the slices that lie wholly inside it.
struct CountedStage {
    /// In `RunRecord.stages`.
    let place: Int
    let stage: StageRecord
    let slices: Range<Int>
}

extension RunRecord {
    /// Warm-ups are not among them.
    var countedStages: [CountedStage] { everyStage.filter(\.stage.countsForVerdicts) }

    var everyStage: [CountedStage] {
        stages.indices.map {
            CountedStage(place: $0, stage: stages[$0], slices: slices(within: stages[$0].span))
        }
    }

    /// A slice that reaches over the edge belongs to none.
    private func slices(within span: Range<TimeSpan>) -> Range<Int> {
        let length = sliceLength.nanoseconds
        let first = min(Int((span.lowerBound.nanoseconds + length - 1) / length), slices.count)
        return first..<max(first, min(Int(span.upperBound.nanoseconds / length), slices.count))
    }

    /// `12.0s to 22.0s`
    func words(_ slices: Range<Int>) -> String {
        "\(Figures.span(sliceLength * Int64(slices.lowerBound))) to \(Figures.span(sliceLength * Int64(slices.upperBound)))"
    }

    func span(ofSlice slice: Int) -> Range<TimeSpan> {
        sliceLength * Int64(slice)..<sliceLength * Int64(slice + 1)
    }
}

extension Judgement.Window {
    init?(_ stages: [StageRecord]) {
        guard let from = stages.map(\.span.lowerBound).min(), let to = stages.map(\.span.upperBound).max() else {
            return nil
        }
        self.init(stages: stages.map(\.name), span: from..<to)
    }
}

extension Judgement.Window {
    /// `stage 'baseline', 10.0s to 70.0s`
    package var words: String {
        let names = stages.count > Self.namesMax ? "\(stages.count) stages" : Self.named(stages)
        return "\(names), \(Figures.span(span.lowerBound)) to \(Figures.span(span.upperBound))"
    }

    private static let namesMax = 4

    private static func named(_ stages: [String]) -> String {
        (stages.count == 1 ? "stage " : "stages ") + stages.map { "'\($0)'" }.joined(separator: ", ")
    }
}

extension GapRecord {
    /// The time that listed gaps took of a span.
    func taken(from span: Range<TimeSpan>) -> TimeSpan {
        listed.reduce(.zero) { sum, gap in
            let from = max(gap.at, span.lowerBound)
            let to = min(gap.at + gap.length, span.upperBound)
            return from < to ? sum + (to - from) : sum
        }
    }
}

extension Ending {
    /// When it broke off; nil when it came to its end.
    package var at: TimeSpan? {
        switch self {
        case .completed: nil
        case .aborted(let at, _), .interrupted(let at, _), .failed(let at, _): at
        }
    }
}
