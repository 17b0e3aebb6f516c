internal import Histogram

/// Outcomes and latencies of steps by place: a slice, or a stage. Few places are open at a time; the others are packed, and
/// opened again for what comes late. So memory does not grow with the length of a run.
struct SentCells {
    private let layout: HistogramLayout
    private let openMax: Int
    private var open: [Int: [Int: SentCell]] = [:]
    private var packed: [Int: [Int: StageCell]] = [:]

    init(_ layout: HistogramLayout, openMax: Int) {
        (self.layout, self.openMax) = (layout, openMax)
    }

    /// Nanoseconds since the step was due, and since it was sent.
    mutating func record(_ step: Int, at place: Int, _ outcome: Outcome, sinceDue: UInt64, sinceSent: UInt64) {
        if open[place] == nil {
            if open.count >= openMax, let oldest = open.keys.min() { pack(oldest) }
            open[place] = (packed.removeValue(forKey: place) ?? [:]).mapValues { SentCell($0, layout) }
        }
        open[place]?[step, default: SentCell(layout)].record(outcome, sinceDue: sinceDue, sinceSent: sinceSent)
    }

    private mutating func pack(_ place: Int) { packed[place] = open.removeValue(forKey: place)?.mapValues(\.record) }

    /// In the order of the steps.
    func cells(at place: Int) -> [(step: Int, cell: StageCell)] {
        let cells = packed[place] ?? open[place]?.mapValues(\.record) ?? [:]
        return cells.sorted { $0.key < $1.key }.map { (step: $0.key, cell: $0.value) }
    }
}

private struct SentCell {
    private var outcomes = OutcomeCounts()
    private var corrected: Histogram
    private var raw: Histogram
    private var shed: Histogram

    init(_ layout: HistogramLayout) {
        corrected = Histogram(layout)
        raw = Histogram(layout)
        shed = Histogram(layout)
    }

    init(_ cell: StageCell, _ layout: HistogramLayout) {
        outcomes = cell.outcomes
        corrected = Self.opened(cell.corrected, layout)
        raw = Self.opened(cell.raw, layout)
        shed = Self.opened(cell.shed, layout)
    }

    /// Packed by us.
    private static func opened(_ packed: PackedHistogram, _ layout: HistogramLayout) -> Histogram {
        do throws(HistogramDecodingError) {
            return try packed.opened() ?? Histogram(layout)
        } catch {
            preconditionFailure("a histogram of our own cannot be read: \(error)")
        }
    }

    mutating func record(_ outcome: Outcome, sinceDue: UInt64, sinceSent: UInt64) {
        outcomes[outcome] += 1
        if outcome.isAdmitted {
            corrected.record(sinceDue)
            raw.record(sinceSent)
        } else if case .shed = outcome {
            shed.record(sinceDue)
        }
    }

    var record: StageCell {
        StageCell(
            outcomes: outcomes, corrected: PackedHistogram(corrected), raw: PackedHistogram(raw),
            shed: PackedHistogram(shed))
    }
}
