import Evidence
import Histogram
import Timebase

/// Counts the fates of a sample run as a driver would.
struct SampleCount {
    private struct Cell {
        var outcomes = OutcomeCounts()
        var corrected: Histogram
        var raw: Histogram
        var shed: Histogram

        init(_ layout: HistogramLayout) {
            corrected = Histogram(layout)
            raw = Histogram(layout)
            shed = Histogram(layout)
        }

        mutating func add(_ fate: SampleRun.Fate) {
            outcomes[fate.outcome] += 1
            let total = UInt64((fate.lag + fate.latency).nanoseconds)
            if fate.outcome == .shed { shed.record(total) }
            guard fate.outcome.isAdmitted else { return }
            corrected.record(total)
            raw.record(UInt64(fate.latency.nanoseconds))
        }

        var packed: StageCell {
            StageCell(
                outcomes: outcomes, corrected: PackedHistogram(corrected), raw: PackedHistogram(raw),
                shed: PackedHistogram(shed))
        }
    }

    private struct Slice {
        var arrivals = ArrivalCounts()
        var lags: [TimeSpan] = []
        var open = 0.0
        var residence = TimeSpan.zero
        var cells: [Int: Cell] = [:]
    }

    private let run: SampleRun
    private var slices: [Slice]
    private var stages: [[Cell]]
    private var lags: [Histogram]

    init(_ run: SampleRun) {
        self.run = run
        slices = Array(repeating: Slice(), count: run.seconds)
        stages = run.stages.map { _ in run.steps.map { _ in Cell(PackedHistogram.precise) } }
        lags = run.stages.map { _ in Histogram(PackedHistogram.precise) }
    }

    mutating func add(_ fate: SampleRun.Fate, stage: Int, step: Int, due: Double) {
        let slice = Int(due)
        slices[slice].arrivals.scheduled += 1
        slices[slice].arrivals.started += 1
        slices[slice].lags.append(fate.lag)
        slices[slice].residence = slices[slice].residence + fate.lag + fate.latency
        slices[slice].cells[step, default: Cell(PackedHistogram.coarse)].add(fate)
        stages[stage][step].add(fate)
        lags[stage].record(UInt64(fate.lag.nanoseconds))
        keepOpen(from: due, to: due + (fate.lag + fate.latency).seconds)
    }

    private mutating func keepOpen(from: Double, to: Double) {
        for slice in Int(from)..<max(Int(from), min(Int(to.rounded(.up)), slices.count)) {
            slices[slice].open += min(to, Double(slice + 1)) - max(from, Double(slice))
        }
    }

    var record: RunRecord {
        RunRecord(
            identity: identity, stages: run.stages.indices.map(stage), steps: run.steps, sliceLength: .seconds(1),
            slices: slices.map(packed),
            generator: GeneratorRecord(lag: lags.map(PackedHistogram.init), gaps: GapRecord()),
            events: run.stages.indices.map { place in
                RunEvent(at: .seconds(Int64(run.start(of: place))), kind: .stage, text: run.stages[place].name)
            }, ending: .completed)
    }

    private var identity: RunIdentity {
        RunIdentity(
            runID: "01JD3ZK8Q2V9X4T7M6N5B0C1AE", plan: "flash-sale",
            about: "three times the baseline on one hot merchant, while the target stalls for two seconds",
            planDigest: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", seed: run.seed,
            version: "0.1.0", targets: ["http://127.0.0.1:8080"], allowed: ["127.0.0.0/8", "::1/128"])
    }

    private func stage(_ place: Int) -> StageRecord {
        let stage = run.stages[place]
        let start = Int64(run.start(of: place))
        return StageRecord(
            name: stage.name, kind: stage.kind, span: .seconds(start) ..< .seconds(start + Int64(stage.seconds)),
            countsForVerdicts: stage.counts, scheduled: UInt64(stage.seconds * stage.rate),
            cells: stages[place].map(\.packed))
    }

    private func packed(_ slice: Slice) -> SliceRecord {
        let sorted = slice.lags.sorted()
        return SliceRecord(
            arrivals: slice.arrivals, lagP99: sorted.isEmpty ? .zero : sorted[sorted.count * 99 / 100],
            lagMax: sorted.last ?? .zero, inFlightMean: slice.open, inFlightMax: UInt64(slice.open.rounded(.up)) + 1,
            residence: slice.residence,
            cells: slice.cells.keys.sorted().compactMap { step in
                slice.cells[step].map { (step: step, cell: $0.packed) }
            })
    }
}
