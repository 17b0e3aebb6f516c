import Evidence
import Glibc
import TestFolders
import Testing
import Timebase

@Suite struct EvidenceWriterTests {
    /// Room for 30 rows.
    static let small = 128 + 30 * 64

    private static func writer(
        _ folder: TestFolder, worker: Int = 0, run: String = "run-1", segmentBytes: Int = small
    ) throws -> EvidenceWriter {
        try EvidenceWriter(
            folder: folder.path, worker: worker, runID: run, planDigest: "0123456789abcdef", segmentBytes: segmentBytes)
    }

    @Test func `a record is an intent first and then, in place, its outcome`() throws {
        let folder = try TestFolder()
        let writer = try Self.writer(folder, worker: 3)
        let first = try writer.begin(.numbered(1))
        _ = try writer.begin(.numbered(2))
        #expect(try folder.read().records.map(\.ending) == [nil, nil])
        let ending = EvidenceRecord.Ending(outcome: .reset, status: 502, completedAt: .nanoseconds(77))
        writer.end(first, ending, adding: .mayHaveBeenSent)
        var changed = Intent.numbered(1)
        changed.flags = [.isDuplicate, .mayHaveBeenSent]
        let (records, tally) = try folder.read()
        #expect(
            records == [
                EvidenceRecord(worker: 3, intent: changed, ending: ending),
                EvidenceRecord(worker: 3, intent: .numbered(2), ending: nil),
            ])
        #expect(tally.records == 2 && tally.withoutEnding == 1 && tally.faulty == 0)
        #expect(writer.records == 2 && writer.open == 1)
    }

    @Test func `the bytes of a segment are those of its description`() throws {
        let folder = try TestFolder()
        let writer = try Self.writer(folder, worker: 258)
        let intent = Intent(
            step: 0x0201, attempt: 3, flags: .isUntagged, arrival: 0x0807_0605_0403_0201,
            intendedAt: .nanoseconds(0x0102), sentAt: .nanoseconds(-1), key: 0x0011_2233_4455_6677_8899_AABB_CCDD_EEFF,
            amount: -2)
        let place = try writer.begin(intent)
        writer.end(place, .init(outcome: .unknown, status: 504, completedAt: .nanoseconds(0x0403)))
        try writer.close()
        let bytes = folder.bytes(of: "worker-258.000001.seg")
        let ff7 = [UInt8](repeating: 0xFF, count: 7)
        let zero = { (count: Int) in [UInt8](repeating: 0, count: count) }
        var header: [UInt8] = Array("SPWLSEGM".utf8) + [1, 0, 128, 0, 64, 0, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0]
        header += [0xEF, 0xCD, 0xAB, 0x89, 0x67, 0x45, 0x23, 0x01] + Array("run-1".utf8)
        #expect(Array(bytes.prefix(128)) == header + zero(128 - header.count))
        #expect(
            Array(bytes.dropFirst(128))
                == [2, 5, 1, 2, 0xF8, 1, 3, 4, 1, 2, 3, 4, 5, 6, 7, 8, 2, 1] + zero(6) + [0xFF] + ff7 + [3, 4]
                + zero(6) + (0...15).map { UInt8($0 * 17) } + [0xFE] + ff7)
    }

    @Test func `only its owner may look at evidence`() throws {
        let outer = try TestFolder()
        let path = "\(outer.path)/evidence"
        let writer = try EvidenceWriter(folder: path, worker: 0, runID: "r", planDigest: "")
        #expect(outer.mode(of: "evidence") == 0o700)
        #expect(outer.mode(of: "evidence/worker-000.000001.seg") == 0o600)
        try writer.close()
    }

    @Test func `records go on in the next segment, and the last one is trimmed`() throws {
        let folder = try TestFolder()
        let writer = try Self.writer(folder)
        for number in 0..<70 { writer.end(try writer.begin(.numbered(number)), .ok(number)) }
        try writer.close()
        #expect(folder.names() == (1...3).map { "worker-000.00000\($0).seg" })
        #expect(folder.size(of: "worker-000.000003.seg") == 128 + 10 * 64)
        let (records, tally) = try folder.read()
        #expect(records == (0..<70).map { EvidenceRecord(worker: 0, intent: .numbered($0), ending: .ok($0)) })
        #expect(tally.segments == 3 && tally.tornBytes == 0 && tally.withoutEnding == 0)
        #expect(writer.segmentsMadeLate == 2)
    }

    @Test func `records end in whatever order, long after their segment was full`() throws {
        let folder = try TestFolder()
        let writer = try Self.writer(folder)
        let places = try (0..<200).map { (number: $0, place: try writer.begin(.numbered($0))) }
        for (number, place) in places.reversed() where number % 7 != 0 { writer.end(place, .ok(number)) }
        #expect(writer.open == 29 && writer.lateEndings == 0)
        try writer.close()
        let (records, tally) = try folder.read()
        #expect(records.map { $0.intent.arrival } == Array(0..<200))
        #expect(tally.withoutEnding == 29)
        #expect(records.filter { $0.ending == nil }.allSatisfy { $0.intent.arrival % 7 == 0 })
    }

    @Test func `a segment that is full and has no open records is unmapped`() throws {
        let folder = try TestFolder()
        let writer = try Self.writer(folder)
        let kept = try writer.begin(.numbered(0))
        for number in 1..<90 { writer.end(try writer.begin(.numbered(number)), .ok(number)) }
        #expect(folder.mapped == [1, 3])
        writer.end(kept, .ok(0))
        #expect(folder.mapped == [3])
    }

    @Test func `a request that outlives the limit on mapped segments still gets its ending`() throws {
        let folder = try TestFolder()
        let writer = try Self.writer(folder)
        let old = try writer.begin(.numbered(0))
        let count = EvidenceWriter.segmentsMappedMax * 30
        for number in 1...count { writer.end(try writer.begin(.numbered(number)), .ok(number)) }
        #expect(folder.mapped == [EvidenceWriter.segmentsMappedMax + 1])
        writer.end(old, .ok(0))
        #expect(writer.lateEndings == 1 && writer.endingsLost == 0)
        try writer.close()
        let (records, tally) = try folder.read()
        #expect(records.count == count + 1 && tally.withoutEnding == 0)
    }

    @Test func `an ending after the close is written as well, and one that cannot be is counted`() throws {
        let folder = try TestFolder()
        let writer = try Self.writer(folder)
        let (one, two) = (try writer.begin(.numbered(1)), try writer.begin(.numbered(2)))
        try writer.close()
        try writer.close()
        writer.end(one, .ok(1))
        unsafe unlink("\(folder.path)/worker-000.000001.seg")
        writer.end(two, .ok(2))
        #expect(writer.lateEndings == 2 && writer.endingsLost == 1)
    }

    @Test func `a segment made ahead of need is used, and one that comes late is thrown away`() throws {
        let folder = try TestFolder()
        let writer = try Self.writer(folder)
        let fill = { (count: Int) in
            for _ in 0..<count { writer.end(try writer.begin(.numbered(1)), .ok(1)) }
        }
        try fill(15)
        #expect(writer.orderNext() == nil)
        try fill(1)
        let order = try #require(writer.orderNext())
        #expect(writer.orderNext() == nil)
        writer.adopt(try order.make())
        #expect(writer.orderNext() == nil)
        try fill(15)
        #expect(writer.segmentsMadeLate == 0)
        try fill(20)
        let late = try #require(writer.orderNext())
        try fill(20)
        #expect(writer.segmentsMadeLate == 1)
        let tooLate = try late.make()
        // Whoever is killed now leaves it there; nothing follows it, and nothing is missed.
        #expect(folder.names().count == 4)
        #expect(try folder.read().tally.missing == [])
        writer.adopt(tooLate)
        try fill(10)
        let unused = try #require(writer.orderNext())
        writer.adopt(try unused.make())
        try writer.close()
        #expect(folder.names() == ["000001", "000002", "000004"].map { "worker-000.\($0).seg" })
        let (records, tally) = try folder.read()
        #expect(records.count == 81 && tally.missing == [])
        unsafe unlink("\(folder.path)/worker-000.000002.seg")
        #expect(try folder.read().tally.missing == ["worker-000.000002.seg"])
    }

    @Test func `a run in memory records the same without a file`() throws {
        let writer = EvidenceWriter(inMemoryFor: 1)
        // Two segments of 1 MiB.
        let places = try (0..<20_000).map { try writer.begin(.numbered($0)) }
        for (number, place) in places.enumerated() where number != 5 { writer.end(place, .ok(number)) }
        try writer.close()
        let records = writer.recordsInMemory
        #expect(records.count == 20_000)
        #expect(records[19_999] == EvidenceRecord(worker: 1, intent: .numbered(19_999), ending: .ok(19_999)))
        #expect(records[5].ending == nil)
    }

    @Test func `what a run in memory has recorded is there for as long as somebody has it`() throws {
        func recorded() throws -> JournalInMemory {
            let writer = EvidenceWriter(inMemoryFor: 1)
            for number in 0..<20_000 { writer.end(try writer.begin(.numbered(number)), .ok(number)) }
            try writer.close()
            return writer.inMemory
        }
        let records = try EvidenceReader.all(.memory(try recorded()))
        #expect(records.count == 20_000)
        #expect(records[19_999] == EvidenceRecord(worker: 1, intent: .numbered(19_999), ending: .ok(19_999)))
        #expect(try EvidenceReader.all(.memory(JournalInMemory())).isEmpty)
    }
}
