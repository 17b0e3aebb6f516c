package import Evidence
import Histogram
package import Timebase

/// Goal: what became of millions of steps, by stage and by second, in memory that does not grow with their number.
///
/// Method: everything is filed under the second in which it was due. A second stays open, with its histograms, until it
/// is over and nothing that was due in it is under way; then it is packed into a few hundred bytes and its histograms
/// serve another second. So there are never more of them open than the slowest step lasts.
///
///     packed packed packed | open open open | not yet
///                          ^ first          ^ now
///
/// A run of more than `slicesMax` seconds has longer slices instead of more.
///
/// It belongs to one loop. What the run has in common with other loops is merged from records, not from here.
package final class Tally {
    package let sliceLength: TimeSpan
    private let sliceNanoseconds: Int64
    private let steps: Int
    private var packed: [SliceRecord] = []
    private var open: [OpenSlice] = []
    private var spare: [OpenSlice] = []
    private var stages: [OpenStage]
    let live = LiveSecond()
    /// Nil where nobody watches.
    var watch: WatchTally?

    package static let slicesMax = 7_200

    package init(steps: Int, stages: Int, length: TimeSpan) {
        self.steps = steps
        let seconds = (length.seconds / Double(Self.slicesMax)).rounded(.up)
        sliceLength = .seconds(Int64(max(seconds, 1)))
        sliceNanoseconds = sliceLength.nanoseconds
        self.stages = (0..<stages).map { _ in OpenStage(steps: steps) }
    }

    // MARK: Arrivals

    /// An arrival was due at `due`, nanoseconds from the run's beginning. What is given back stays open until it has
    /// ended.
    func arrivalBegan(due: Int64, lag: Int64, stage: Int) -> OpenSlice {
        let slice = slice(at: due)
        slice.arrivals.scheduled += 1
        slice.arrivals.started += 1
        slice.outstanding += 1
        let lag = UInt64(max(lag, 0))
        slice.lagged(lag)
        stages[stage].lag.record(lag)
        live.arrivalBegan()
        watch?.arrivalBegan(lag: lag)
        return slice
    }

    func arrivalDropped(due: Int64) {
        let slice = slice(at: due)
        slice.arrivals.scheduled += 1
        slice.arrivals.dropped += 1
        live.arrivalDropped()
        watch?.arrivalDropped()
    }

    /// It was due and counted so, and did not go its way for want of a value: then it did not start.
    func arrivalSkipped(due: Int64) {
        let slice = slice(at: due)
        slice.arrivals.skipped += 1
        slice.arrivals.started -= 1
        watch?.arrivalSkipped()
    }

    // MARK: Steps

    /// What is given back is for `stepEnded`, so that the second is looked up once.
    func stepBegan(due: Int64) -> OpenSlice {
        let slice = slice(at: due)
        slice.outstanding += 1
        return slice
    }

    /// A retry is admitted or not since the step was due, and shed since its own attempt was.
    @inline(never)
    func stepEnded(
        _ step: Int, _ outcome: Outcome, in slice: OpenSlice, stage: Int, due: Int64, attemptDue: Int64, sent: Int64,
        at now: Int64, isAdvised: Bool = false
    ) {
        let from = if case .shed = outcome { attemptDue } else { due }
        let (sinceDue, sinceSent) = (UInt64(max(now - from, 0)), UInt64(max(now - sent, 0)))
        slice.outstanding -= 1
        slice.cell(of: step).record(
            outcome, sinceDue: sinceDue, sinceSent: sinceSent, isAdvised: isAdvised)
        stages[stage].cell(of: step).record(
            outcome, sinceDue: sinceDue, sinceSent: sinceSent, isAdvised: isAdvised)
        live.stepEnded(outcome, sinceDue: sinceDue)
        watch?.stepEnded(step, outcome, sinceDue: sinceDue, sinceSent: sinceSent)
    }

    // MARK: Seconds

    func sample(inFlight: Int, at now: Int64) {
        slice(at: now).sample(inFlight: inFlight)
        watch?.sample(inFlight: inFlight)
    }

    /// Packs what is over: nothing further can be due before `horizon`.
    func close(before horizon: Int64) {
        var over = 0
        while over < open.count, open[over].outstanding == 0,
            Int64(packed.count + over + 1) * sliceNanoseconds <= horizon
        {
            over += 1
        }
        guard over > 0 else { return }
        for slice in open[..<over] {
            packed.append(slice.record)
            slice.reset()
            spare.append(slice)
        }
        open.removeFirst(over)
    }

    private func slice(at due: Int64) -> OpenSlice {
        let index = Int(max(due, 0) / sliceNanoseconds) - packed.count
        // A second that is packed may still be sampled from: nothing is lost but the instant.
        if index < 0 { return open.first ?? appendSlice() }
        while open.count <= index { _ = appendSlice() }
        return open[index]
    }

    private func appendSlice() -> OpenSlice {
        let slice = spare.popLast() ?? OpenSlice(steps: steps)
        open.append(slice)
        return slice
    }

    // MARK: Records

    /// A stage that is over for everyone gives its histograms up.
    func pack(stage: Int) { stages[stage].pack() }

    var packedCount: Int { packed.count }

    var openCount: Int { open.count }

    /// Everything, when the run is over.
    package func slices() -> [SliceRecord] { packed + open.map(\.record) }

    package func cells(ofStage stage: Int) -> [StageCell] { stages[stage].records }

    package func lag(ofStage stage: Int) -> PackedHistogram { stages[stage].packedLag }
}

/// A stage's steps, for the whole of it.
private struct OpenStage {
    var lag: Histogram
    private let steps: Int
    private var cells: [OpenCell?]
    private var packed: (cells: [StageCell], lag: PackedHistogram)?

    init(steps: Int) {
        self.steps = steps
        lag = Histogram(PackedHistogram.coarse)
        cells = []
    }

    mutating func cell(of step: Int) -> OpenCell {
        if cells.isEmpty { cells = Array(repeating: nil, count: steps) }
        if let cell = cells[step] { return cell }
        let cell = OpenCell(PackedHistogram.precise)
        cells[step] = cell
        return cell
    }

    var records: [StageCell] {
        packed?.cells
            ?? (0..<steps).map { step in
                (cells.isEmpty ? nil : cells[step])?.record
                    ?? StageCell(outcomes: OutcomeCounts(), corrected: .empty, raw: .empty, shed: .empty)
            }
    }

    var packedLag: PackedHistogram { packed?.lag ?? PackedHistogram(lag) }

    mutating func pack() {
        packed = (records, packedLag)
        cells = []
    }
}
