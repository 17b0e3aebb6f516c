import Evidence
import Numerals
import Timebase
import Verdicts

extension Report {
    /// What went wrong first, by the time of what was looked at, in a line; nil where everything passed. Only failures
    /// count where there are any: what could not be judged is no break.
    package var firstBreak: String? {
        let failed = judgements.filter { $0.status == .fail }
        let broken = failed.isEmpty ? judgements.filter { $0.status != .pass } : failed
        let first = broken.enumerated().min { Self.isBefore($0, $1) }?.element
        if let end = record.ending.words, failed.isEmpty { return end }
        return first.map(words)
    }

    /// A generator that fell behind explains what came of it; money has no window, and stands behind what has one.
    private static func isBefore(
        _ one: (offset: Int, element: Judgement), _ other: (offset: Int, element: Judgement)
    ) -> Bool {
        func order(_ entry: (offset: Int, element: Judgement)) -> (Int, Int64, Int) {
            let start = entry.element.window?.span.lowerBound.nanoseconds ?? .max
            return (entry.element.kind == .generator ? 0 : 1, start, entry.offset)
        }
        return order(one) < order(other)
    }

    private func words(_ judgement: Judgement) -> String {
        let place = judgement.window.map { " (\($0.words))" } ?? ""
        return "\(judgement.name)\(place): \(judgement.observed), expected \(judgement.expected)"
    }
}
