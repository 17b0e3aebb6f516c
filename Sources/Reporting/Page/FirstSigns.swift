import Evidence
import Numerals
import StackVocabulary
import Timebase

/// What began when: the first moment of each kind of trouble that was more than a stray one, in order of time, so that a reader sees at once what broke first and
/// what came of it.
struct FirstSigns {
    struct Sign {
        var at: TimeSpan
        var words: String
        /// It was done to the stack on purpose, and is none of its own doing.
        var isCause = false
    }

    let record: RunRecord

    var signs: [Sign] {
        let all = causes + [dropped, shed, failing, short].compactMap(\.self) + breakers + ends
        return Array(all.sorted { $0.at < $1.at }.prefix(PageLimits.signsMax))
    }

    private var causes: [Sign] {
        record.faults.filter { $0.span.lowerBound < record.end }.prefix(PageLimits.signsMax).map {
            Sign(at: $0.span.lowerBound, words: "fault at \($0.channel): \($0.what)", isCause: true)
        }
    }

    private var ends: [Sign] {
        let guards = record.events.filter { $0.kind == .guardTripped }.prefix(1)
            .map { Sign(at: $0.at, words: "guard tripped: \($0.text)") }
        switch record.ending {
        case .completed: return guards
        case .aborted(let at, let text):
            return guards.isEmpty ? [Sign(at: at, words: "aborted by the guard '\(text)'")] : guards
        case .interrupted(let at, _): return guards + [Sign(at: at, words: "interrupted")]
        case .failed(let at, let reason): return guards + [Sign(at: at, words: "the run broke off: \(reason)")]
        }
    }

    // MARK: Counts

    private var dropped: Sign? {
        first("arrivals dropped by the generator", { $0.arrivals.dropped }, of: { $0.arrivals.scheduled })
    }

    private var shed: Sign? { first("shed", { $0.outcomes[.shed] }, of: { $0.outcomes.total }) }

    private var failing: Sign? { first("errors", { $0.outcomes.errors }, of: { $0.outcomes.total }) }

    private static let countMin = 3

    /// From a hundredth of a slice on: a stray error is no sign.
    private func first(
        _ words: String, _ count: (SliceRecord) -> UInt64, of whole: (SliceRecord) -> UInt64
    ) -> Sign? {
        guard
            let place = record.slices.firstIndex(where: { count($0) >= Self.countMin && count($0) * 100 >= whole($0) })
        else {
            return nil
        }
        let all = record.slices[place...].reduce(0) { $0 + count($1) }
        return Sign(
            at: record.sliceLength * Int64(place),
            words: "\(words): 1% or more for the first time, \(Figures.grouped(all)) from then on")
    }

    /// Four fifths of what was offered, in any second of the stages that count.
    private var short: Sign? {
        let spans = record.stages.filter(\.countsForVerdicts).map(\.span)
        for (place, slice) in record.slices.enumerated() where slice.arrivals.scheduled > 0 {
            let at = record.sliceLength * Int64(place)
            guard spans.contains(where: { $0.contains(at) }) else { continue }
            let good = slice.good(record.steps)
            if Double(good) < 0.8 * Double(slice.arrivals.scheduled) {
                return Sign(
                    at: at,
                    words: "goodput below 80% of what was offered: \(Figures.grouped(good)) of "
                        + "\(Figures.grouped(slice.arrivals.scheduled))")
            }
        }
        return nil
    }

    private var breakers: [Sign] {
        let ending = StackVital.breakersOpen("").name
        return record.observed.filter { $0.name.hasSuffix(ending) }.compactMap { series in
            guard let place = series.values.firstIndex(where: { $0 ?? 0 > 0 }) else { return nil }
            return Sign(at: series.instant(of: place), words: "\(series.name.dropLast(ending.count)): breaker opened")
        }
    }
}

extension RunRecord {
    /// Where it ended, or was broken off: what the plan had for later did not take place.
    fileprivate var end: TimeSpan {
        switch ending {
        case .completed: sliceLength * Int64(slices.count)
        case .aborted(let at, _), .interrupted(let at, _), .failed(let at, _): at
        }
    }
}

extension SliceRecord {
    fileprivate var outcomes: OutcomeCounts { cells.reduce(into: OutcomeCounts()) { $0 += $1.cell.outcomes } }
}
