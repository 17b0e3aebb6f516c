import Evidence
import Histogram
import TestFolders
import Testing
import Timebase

/// What a killed driver had sent, counted from its segments.
@Suite struct TornRunTests {
    /// Two stages of two seconds; a request, a poll, and another request.
    private static let opening: RunRecord = {
        let empty = StageCell(outcomes: OutcomeCounts(), corrected: .empty, raw: .empty, shed: .empty)
        let stages = [0, 2].map { from in
            StageRecord(
                name: "from \(from)", kind: "hold", span: TimeSpan.seconds(from)..<TimeSpan.seconds(from + 2),
                countsForVerdicts: true, scheduled: 100, cells: [empty, empty, empty])
        }
        let steps = [true, false, true].enumerated().map { index, isRequest in
            StepRecord(
                journey: "pay", title: "POST /\(index)", priority: "normal", isFirst: index == 0, isRequest: isRequest)
        }
        return RunRecord(
            identity: RunRecord.example.identity, stages: stages, steps: steps, sliceLength: .seconds(1), slices: [],
            generator: GeneratorRecord(lag: [.empty, .empty], gaps: GapRecord()), ending: .completed)
    }()

    /// Instants in milliseconds.
    private static func attempt(
        _ arrival: UInt64, step: UInt16 = 0, try number: UInt8 = 1, flags: EvidenceFlags = .none, due: Int64,
        sent: Int64? = nil, _ outcome: Outcome?, at ended: Int64 = 0
    ) -> EvidenceRecord {
        EvidenceRecord(
            worker: 0,
            intent: Intent(
                step: step, attempt: number, flags: flags, arrival: arrival, intendedAt: .milliseconds(due),
                sentAt: .milliseconds(sent ?? due)),
            ending: outcome.map { .init(outcome: $0, status: 0, completedAt: .milliseconds(ended)) })
    }

    private static func record(_ attempts: [EvidenceRecord]) throws -> RunRecord {
        try TornRun(opening) { () throws(EvidenceError) in
            var rest = attempts[...]
            return { () throws(EvidenceError) in rest.popFirst() }
        }.record()
    }

    private static func latencies(_ packed: PackedHistogram) throws -> [UInt64] {
        try packed.opened().map { histogram in
            histogram.recorded.flatMap { Array(repeating: $0.values.upperBound / 1_000_000, count: Int($0.count)) }
        } ?? []
    }

    @Test func `a retry is charged from the first try's due time, and shed from its own`() throws {
        let record = try Self.record([
            Self.attempt(0, due: 100, .unknown, at: 600), Self.attempt(0, try: 2, due: 700, .shed, at: 720),
            Self.attempt(0, try: 3, due: 900, sent: 910, .ok, at: 950),
        ])
        let cell = record.stages[0].cells[0]
        #expect(try Self.latencies(cell.corrected) == [500, 850])
        #expect(try Self.latencies(cell.raw) == [40, 500])
        #expect(try Self.latencies(cell.shed) == [20])
        #expect(record.slices.map(\.arrivals.started) == [1])
        #expect(record.generator.evidenceRecords == 3)
    }

    @Test func `what had no ending is unknown, and was waited for until the last instant that is known`() throws {
        let record = try Self.record([
            Self.attempt(0, due: 100, nil), Self.attempt(1, due: 1_200, .ok, at: 1_300),
        ])
        #expect(record.stages[0].cells[0].outcomes[.unknown] == 1)
        #expect(try Self.latencies(record.slices[0].cells[0].cell.corrected).map { $0 / 10 } == [120])
        #expect(record.ending == .failed(at: .milliseconds(1_300), reason: TornRun.reason))
        #expect(record.slices.count == 2)
    }

    @Test func `a poll is one step, however often it asked`() throws {
        var asked: [EvidenceRecord] = []
        for index in 0..<5 as Range<Int64> {
            let outcome = index == 4 ? Outcome.ok : .expectationFailed
            let due = 100 + 200 * index
            asked.append(Self.attempt(0, step: 1, try: UInt8(index + 1), due: due, outcome, at: due + 10))
        }
        let record = try Self.record([Self.attempt(0, due: 0, .ok, at: 100)] + asked)
        let cell = record.stages[0].cells[1]
        #expect(cell.outcomes.total == 1 && cell.outcomes[.ok] == 1)
        #expect(try Self.latencies(cell.corrected).map { $0 / 10 } == [81])
    }

    @Test func `a late step belongs to the stage of its arrival, and to the second in which it was due`() throws {
        let record = try Self.record([
            Self.attempt(5, due: 1_900, .ok, at: 2_600), Self.attempt(6, due: 2_100, .ok, at: 2_200),
            Self.attempt(5, step: 2, due: 2_600, .ok, at: 2_700),
        ])
        #expect(record.stages.map { $0.cells.map(\.outcomes.total) } == [[1, 0, 1], [1, 0, 0]])
        #expect(record.slices.map { $0.cells.map(\.step) } == [[], [0], [0, 2]])
        // The first stage was over, and what was due in it is known; of the second it is not.
        #expect(record.stages.map(\.scheduled) == [100, 1])
    }

    @Test func `twins are in no figure, and rows of nowhere are told`() throws {
        let record = try Self.record([
            Self.attempt(0, due: 0, .ok, at: 10), Self.attempt(0, flags: .isDuplicate, due: 0, .ok, at: 10),
            Self.attempt(0, flags: .isUntagged, due: 0, .ok, at: 10), Self.attempt(0, step: 9, due: 0, .ok, at: 10),
            Self.attempt(0, due: .max / 10_000_000, .ok, at: 10), Self.attempt(0, due: -5, .ok, at: 10),
        ])
        #expect(record.stages[0].cells.map(\.outcomes.total) == [1, 0, 0])
        #expect(record.slices.count == 1)
        #expect(
            record.events.last?.text == "3 rows of the evidence are none of this run's steps or time, and are left out")
    }

    @Test func `slices that are packed are opened again for what comes late`() throws {
        var opening = Self.opening
        opening.stages[1].span = .seconds(2)..<TimeSpan.seconds(500)
        var attempts = (0..<400).map {
            Self.attempt(UInt64($0), due: Int64($0) * 1_000, .ok, at: Int64($0) * 1_000 + 7)
        }
        attempts.append(Self.attempt(3, step: 0, try: 2, due: 3_500, .ok, at: 3_520))
        let record = try TornRun(opening) { () throws(EvidenceError) in
            var rest = attempts[...]
            return { () throws(EvidenceError) in rest.popFirst() }
        }.record()
        #expect(try Self.latencies(record.slices[3].cells[0].cell.corrected) == [7, 20])
        #expect(record.slices.count == 400)
        #expect(record.slices.allSatisfy { $0.cells.count == 1 })
    }

    @Test func `an opening record is read back as it was, once nobody holds it`() throws {
        let folder = try TestFolder()
        var facts = ImportFacts(
            beginMilliseconds: 1_790_000_000_123, webhookURL: "http://127.0.0.1:9/", isEmbedded: true,
            planText: "plan: p")
        facts.planOverrides = ["traffic.0.rate=5/s"]
        var file: OpeningFile? = try OpeningFile(writing: OpeningRecord(Self.opening, facts), into: folder.path)
        #expect(folder.mode(of: "opening.json") == 0o600 && folder.names() == ["opening.json"])
        let held = #expect(throws: EvidenceError.self) { try OpeningRecord(reading: folder.path) }
        #expect(held?.reason.hasPrefix("the run is still under way") == true && file != nil)
        file = nil
        let read = try OpeningRecord(reading: folder.path)
        #expect(read.json == OpeningRecord(Self.opening, facts).json)
        #expect(read.facts.planOverrides == facts.planOverrides && read.facts.beginMilliseconds == 1_790_000_000_123)
        try folder.truncate("opening.json", to: 100)
        #expect(throws: EvidenceError.self) { try OpeningRecord(reading: folder.path) }
    }
}
