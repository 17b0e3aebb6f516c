import Evidence
import Histogram

/// One step's outcomes and latencies while they are still being counted.
final class OpenCell {
    private(set) var outcomes = OutcomeCounts()
    private var corrected: Histogram
    private var raw: Histogram
    /// Few steps are ever shed.
    private var shed: Histogram?
    private var advised: UInt64 = 0

    init(_ layout: HistogramLayout) {
        corrected = Histogram(layout)
        raw = Histogram(layout)
    }

    /// Nanoseconds since the step was due, and since it was sent.
    @inline(__always)
    func record(_ outcome: Outcome, sinceDue: UInt64, sinceSent: UInt64, isAdvised: Bool) {
        outcomes[outcome] += 1
        if outcome.isAdmitted {
            corrected.record(sinceDue)
            raw.record(sinceSent)
        } else if case .shed = outcome {
            if shed == nil { shed = Histogram(corrected.layout) }
            shed?.record(sinceDue)
            if isAdvised { advised += 1 }
        }
    }

    var record: StageCell {
        StageCell(
            outcomes: outcomes, corrected: PackedHistogram(corrected), raw: PackedHistogram(raw),
            shed: shed.map(PackedHistogram.init) ?? .empty, advised: advised)
    }

    func reset() {
        outcomes = OutcomeCounts()
        corrected.reset()
        raw.reset()
        shed?.reset()
        advised = 0
    }
}
