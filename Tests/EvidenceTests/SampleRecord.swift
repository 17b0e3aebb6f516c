import Evidence
import Histogram
import SeededRandom
import StackVocabulary
import Timebase

extension RunRecord {
    /// A short run in which a bit of everything happened; docs/formats/run-record-example.json shows it.
    static let example: RunRecord = {
        var identity = RunIdentity(
            runID: "checkout-20261121-1030", plan: "checkout", about: "One stall, one shed, one duplicate",
            planDigest: String(repeating: "0123456789abcdef", count: 4), seed: 18_446_744_073_709_551_615,
            version: "0.1.0", targets: ["http://127.0.0.1:8080"],
            allowed: ["127.0.0.0/8", "10.20.0.0/16"])
        identity.permitted = ["staging.example:443"]
        let cells = [cell(1_000, ok: 40, shed: 2), cell(350, ok: 39)]
        var generator = GeneratorRecord(lag: [.empty, histogram(.precise, [12, 15, 900])], gaps: GapRecord())
        generator.gaps.count = 1
        generator.gaps.sum = .microseconds(1_500)
        generator.gaps.longest = .microseconds(1_500)
        generator.gaps.listed = [.init(at: .nanoseconds(2_000_000_001), length: .microseconds(1_500))]
        (generator.poolWaits, generator.poolWaited) = (3, .microseconds(77))
        (generator.poolStarved, generator.connectionsOpened, generator.connectionsMax) = (1, 9, 8)
        generator.evidenceRecords = 81
        var control = ControlCounts()
        (control.arrivals, control.sent, control.ok, control.other, control.leftOut) = (6, 5, 4, 1, 1)
        generator.control = control
        var arrivals = ArrivalCounts()
        (arrivals.scheduled, arrivals.started, arrivals.dropped, arrivals.skipped) = (44, 42, 1, 1)
        let empty = StageCell(outcomes: OutcomeCounts(), corrected: .empty, raw: .empty, shed: .empty)
        var record = RunRecord(
            identity: identity,
            stages: [
                StageRecord(
                    name: "warm-up", kind: "hold", span: .zero..<TimeSpan.seconds(1), countsForVerdicts: false,
                    scheduled: 0, cells: [empty, empty]),
                StageRecord(
                    name: "users", kind: "users", span: .seconds(1)..<TimeSpan.milliseconds(2_500),
                    countsForVerdicts: true, scheduled: nil, cells: cells),
            ],
            steps: [
                StepRecord(journey: "pay", title: "POST /v1/payments", priority: "critical", isFirst: true),
                StepRecord(
                    journey: "pay", title: "poll GET /v1/payments/${id}", priority: "normal", isFirst: false,
                    isRequest: false),
            ],
            sliceLength: .seconds(1),
            slices: [
                SliceRecord(
                    arrivals: ArrivalCounts(), lagP99: .zero, lagMax: .zero, inFlightMean: 0, inFlightMax: 0,
                    residence: .zero, cells: []),
                SliceRecord(
                    arrivals: arrivals, lagP99: .nanoseconds(15_003), lagMax: .microseconds(900), inFlightMean: 1.375,
                    inFlightMax: 7, residence: .milliseconds(61), cells: [(step: 1, cell: cells[1])]),
            ],
            generator: generator,
            observed: [ObservedSeries(name: "queue", every: .seconds(1), values: [0, nil, 12.5])],
            events: [
                RunEvent(at: .seconds(1), kind: .stage, text: "users"),
                RunEvent(at: .milliseconds(2_500), kind: .guardTripped, text: "p99 > 250ms for 3s: 310ms"),
            ],
            ending: .aborted(at: .milliseconds(2_500), guardText: "p99 > 250ms for 3s"))
        func store(_ payments: UInt64, _ watermark: UInt64) -> StoreSnapshot.Store {
            StoreSnapshot.Store(
                [.init("payments", rows: payments), .init("journal", rows: 2 * payments)], watermark: watermark)
        }
        record.snapshots = [
            StoreSnapshot(.before, live: store(1, 3), shadow: store(1, 4)),
            StoreSnapshot(.after, live: store(6, 18), shadow: store(77, 240)),
        ]
        record.egress = [
            EgressRecord(.driver, to: "http://127.0.0.1:8080", "the target", requests: 76),
            EgressRecord(.stack, to: "http://127.0.0.1:9101", "shadow payments of 'icbc'"),
        ]
        var unknown = UnknownRecord(atFirst: 3)
        (unknown.byQuery, unknown.byStatement, unknown.left) = (1, 1, 1)
        (unknown.oldest, unknown.records) = (.milliseconds(31_500), ["0cm9k2t4h0g21"])
        record.drain = DrainRecord(
            budget: .seconds(30), took: .seconds(30), end: .budget,
            left: [DrainRecord.Left(place: "the stack's shadow side", name: "unknown", count: 1)], unknown: unknown)
        var setting = StackSetting()
        (setting.service, setting.defects) = (ServiceCosts(pay: .milliseconds(2)), [.slowShed])
        record.stack = StackRecord(
            setting: setting, store: .sqlite, front: "http://127.0.0.1:8080", operatorDesk: "http://127.0.0.1:8081")
        var watch = WatchRecord()
        (watch.looks, watch.rows, watch.watermark) = (3, 401, 238)
        (watch.behind, watch.failed) = (1, 1)
        watch.count("M1")
        record.watch = watch
        return record
    }()

    private static func cell(_ microseconds: UInt64, ok: UInt64, shed: UInt64 = 0) -> StageCell {
        var outcomes = OutcomeCounts()
        (outcomes[.ok], outcomes[.shed]) = (ok, shed)
        return StageCell(
            outcomes: outcomes, corrected: histogram(.coarse, (0..<ok).map { microseconds + 40 * $0 }),
            raw: histogram(.coarse, (0..<ok).map { microseconds + $0 }),
            shed: histogram(.coarse, (0..<shed).map { 90 + $0 }))
    }

    private static func histogram(_ layout: Layout, _ microseconds: [UInt64]) -> PackedHistogram {
        var histogram = Histogram(layout == .precise ? PackedHistogram.precise : PackedHistogram.coarse)
        for value in microseconds { histogram.record(value * 1_000) }
        return PackedHistogram(histogram)
    }

    private enum Layout { case precise, coarse }
}

/// Records in which every field is drawn.
struct RecordDraw {
    private var random: SeededRandom

    init(_ seed: UInt64) {
        random = Seed(seed).stream()
    }

    mutating func record() -> RunRecord {
        let steps = Int(random.below(4)), stages = Int(random.below(3))
        var record = RunRecord(
            identity: RunIdentity(
                runID: text(), plan: text(), about: random.below(2) == 0 ? nil : text(), planDigest: text(),
                seed: random.next(), version: text(), targets: some { $0.text() }, allowed: some { $0.text() },
                permitted: some { $0.text() }),
            stages: (0..<stages).map { _ in stage(steps) },
            steps: (0..<steps).map { _ in
                StepRecord(journey: text(), title: text(), priority: text(), isFirst: flag(), isRequest: flag())
            },
            sliceLength: .nanoseconds(1 + span().nanoseconds), slices: some { $0.slice(steps) },
            generator: generator(stages),
            observed: some { draw in
                ObservedSeries(
                    name: draw.text(), every: draw.span(), values: draw.some { $0.flag() ? nil : $0.number() })
            },
            events: some { draw in
                RunEvent(
                    at: draw.span(), kind: RunEvent.Kind.allCases[Int(draw.random.below(7))], text: draw.text())
            },
            ending: ending())
        record.snapshots = some { draw in
            StoreSnapshot(draw.flag() ? .before : .after, live: draw.store(), shadow: draw.store())
        }
        record.egress = some { draw in
            EgressRecord(
                EgressRecord.Party.allCases[Int(draw.random.below(4))], to: draw.text(), draw.text(),
                requests: draw.flag() ? nil : draw.random.below(99))
        }
        record.drain = flag() ? nil : drain()
        record.watch = flag() ? nil : watch()
        return record
    }

    private mutating func watch() -> WatchRecord {
        var watch = WatchRecord()
        (watch.looks, watch.rows, watch.behind) = (random.below(99), random.below(99), random.below(9))
        watch.watermark = Int64(random.below(1_000))
        for _ in 0..<random.below(4) { watch.count(flag() ? "M1" : "M5") }
        return watch
    }

    private mutating func drain() -> DrainRecord {
        let ends: [DrainRecord.End] = [.quiet, .budget, .cut(text())]
        var drain = DrainRecord(
            budget: span(), took: span(), end: ends[Int(random.below(3))],
            left: some { DrainRecord.Left(place: $0.text(), name: $0.text(), count: Int64($0.random.below(1 << 50))) })
        guard flag() else { return drain }
        var unknown = UnknownRecord(atFirst: Int64(random.below(99)))
        (unknown.byQuery, unknown.byCallback) = (Int64(random.below(99)), Int64(random.below(99)))
        (unknown.byStatement, unknown.byAnswer) = (Int64(random.below(99)), Int64(random.below(99)))
        (unknown.left, unknown.oldest) = (Int64(random.below(99)), flag() ? nil : span())
        unknown.records = some { $0.text() }
        drain.unknown = unknown
        return drain
    }

    private mutating func store() -> StoreSnapshot.Store {
        StoreSnapshot.Store(
            ["payments", "journal"].map { .init($0, rows: random.below(1 << 40)) }, watermark: random.below(99))
    }

    private mutating func stage(_ steps: Int) -> StageRecord {
        let from = span()
        return StageRecord(
            name: text(), kind: text(), span: from..<from + span(), countsForVerdicts: flag(),
            scheduled: flag() ? nil : random.below(1 << 50), cells: (0..<steps).map { _ in cell() })
    }

    private mutating func slice(_ steps: Int) -> SliceRecord {
        var arrivals = ArrivalCounts()
        (arrivals.scheduled, arrivals.started) = (random.below(1 << 40), random.below(1 << 40))
        (arrivals.dropped, arrivals.skipped) = (random.below(9), random.below(9))
        var cells: [(step: Int, cell: StageCell)] = []
        for step in 0..<steps where flag() {
            var cell = cell()
            cell.outcomes[.ok] += 1
            cells.append((step, cell))
        }
        return SliceRecord(
            arrivals: arrivals, lagP99: span(), lagMax: span(), inFlightMean: number(), inFlightMax: random.below(99),
            residence: span(), cells: cells)
    }

    private mutating func cell() -> StageCell {
        var outcomes = OutcomeCounts()
        for outcome in Outcome.allCases where flag() { outcomes[outcome] = random.below(1 << 52) }
        return StageCell(outcomes: outcomes, corrected: histogram(), raw: histogram(), shed: histogram())
    }

    private mutating func histogram() -> PackedHistogram {
        var histogram = Histogram(flag() ? PackedHistogram.precise : PackedHistogram.coarse)
        for _ in 0..<random.below(20) { histogram.record(random.next() >> random.below(64)) }
        return PackedHistogram(histogram)
    }

    private mutating func generator(_ stages: Int) -> GeneratorRecord {
        var generator = GeneratorRecord(lag: (0..<stages).map { _ in histogram() }, gaps: GapRecord())
        (generator.gaps.count, generator.gaps.sum, generator.gaps.longest) = (random.below(99), span(), span())
        generator.gaps.listed = some { GapRecord.Gap(at: $0.span(), length: $0.span()) }
        (generator.poolWaits, generator.poolWaited, generator.poolStarved) = (random.below(99), span(), random.below(9))
        (generator.connectionsOpened, generator.connectionsMax) = (random.below(99), random.below(99))
        (generator.evidenceRecords, generator.isChangedByHand) = (random.below(99), flag())
        if flag() {
            var control = ControlCounts()
            (control.arrivals, control.sent, control.ok) = (random.below(99), random.below(99), random.below(99))
            (control.other, control.leftOut) = (random.below(99), random.below(99))
            generator.control = control
        }
        return generator
    }

    private mutating func ending() -> Ending {
        switch random.below(4) {
        case 0: .completed
        case 1: .aborted(at: span(), guardText: text())
        case 2: .interrupted(at: span(), signal: Int32(random.below(32)))
        default: .failed(at: span(), reason: text())
        }
    }

    private mutating func some<Value>(_ make: (inout RecordDraw) -> Value) -> [Value] {
        (0..<random.below(4)).map { _ in make(&self) }
    }

    private mutating func flag() -> Bool { random.below(2) == 0 }
    /// Up to thirteen days, in nanoseconds.
    private mutating func span() -> TimeSpan { .nanoseconds(Int64(random.below(1 << 50) >> random.below(50))) }
    private mutating func number() -> Double { Double(random.below(1 << 53)) / 3_000 }
    private mutating func text() -> String {
        String(["", "a", "\"\\\n\u{1}", "商户", "POST /v1/payments"][Int(random.below(5))]) + "\(random.below(99))"
    }
}
