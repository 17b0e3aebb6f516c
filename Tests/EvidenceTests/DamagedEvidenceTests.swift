import ChannelProfile
import Evidence
import Glibc
import SQLite
import StackVocabulary
import TestFolders
import Testing
import Timebase

/// Evidence that is not what it was is told by its part, and is never whole.
@Suite struct DamagedEvidenceTests {
    private static func database(in folder: TestFolder) throws {
        let evidence = try EvidenceDatabase.draft(in: folder.path)
        try EvidenceImport(into: evidence).take(RunRecord.example)
        try evidence.index()
        try evidence.finish()
        try EvidenceDatabase.seal("\(folder.path)/\(EvidenceDatabase.fileName)")
    }

    private static func fault(_ folder: TestFolder) throws -> String {
        let error = #expect(throws: EvidenceError.self) { try EvidenceDatabase.open("\(folder.path)/evidence.db") }
        return error.map { "\($0)" } ?? ""
    }

    // MARK: evidence.db

    @Test func `a record is read back from the database as it was`() throws {
        let folder = try TestFolder()
        try Self.database(in: folder)
        let record = try EvidenceDatabase.open("\(folder.path)/evidence.db").record()
        #expect(record.json == RunRecord.example.json)
    }

    @Test(arguments: [0, 50, 4_096, 16_384, 40_000]) func `a database that was cut is refused`(_ count: Int) throws {
        let folder = try TestFolder()
        try Self.database(in: folder)
        try folder.truncate("evidence.db", to: count)
        let words = try Self.fault(folder)
        #expect(words.contains("evidence.db"), "\(words)")
    }

    /// Where SQLite keeps `user_version`.
    @Test(arguments: [0, 2] as [UInt8]) func `a database of another version is refused by that`(_ version: UInt8) throws
    {
        let folder = try TestFolder()
        try Self.database(in: folder)
        try folder.overwrite([0, 0, 0, version], in: "evidence.db", at: 60)
        let words = try Self.fault(folder)
        #expect(words.hasSuffix("version \(version) of the format; this Spillway reads version 1"), "\(words)")
    }

    @Test func `one byte that changed breaks the seal, wherever it is`() throws {
        let folder = try TestFolder()
        try Self.database(in: folder)
        let bytes = folder.bytes(of: "evidence.db")
        for place in stride(from: 200, to: bytes.count, by: bytes.count / 7) {
            try folder.overwrite([bytes[place] ^ 1], in: "evidence.db", at: place)
            #expect(try !Self.fault(folder).isEmpty, "byte \(place)")
            try folder.overwrite([bytes[place]], in: "evidence.db", at: place)
        }
        _ = try EvidenceDatabase.open("\(folder.path)/evidence.db")
        try folder.overwrite([bytes[bytes.count - 1] ^ 1], in: "evidence.db", at: bytes.count - 1)
        let words = try Self.fault(folder)
        #expect(words.contains("it is not what it was when it was sealed"), "\(words)")
    }

    @Test func `what cannot be read is not said to be unwritable`() throws {
        let evidence = try EvidenceDatabase.inMemory()
        try evidence.database.run("DROP TABLE about; DROP TABLE sources")
        for read in [{ _ = try evidence.about("run_id") }, { _ = try evidence.sources() }] {
            let error = #expect(throws: EvidenceError.self) { try read() }
            #expect(error?.operation == "read")
        }
    }

    @Test func `a seal that is missing or none is told`() throws {
        let folder = try TestFolder()
        try Self.database(in: folder)
        try folder.truncate("evidence.db.sha256", to: 10)
        #expect(try Self.fault(folder).hasSuffix("evidence.db.sha256: no SHA-256 of evidence"))
    }

    // MARK: Sources

    /// What became of a source that was imported.
    private static func standing(
        _ name: String, _ take: (EvidenceImport) throws -> Void
    ) throws -> SourceStanding {
        let evidence = try EvidenceDatabase.inMemory()
        try take(EvidenceImport(into: evidence))
        let sources = try evidence.sources()
        return try #require(sources.first { $0.name == name }, "\(sources)")
    }

    /// Of 120 rows in four segments.
    private static func segments(in folder: TestFolder, run: String = RunRecord.example.identity.runID) throws {
        let writer = try EvidenceWriter(
            folder: folder.path, worker: 0, runID: run, planDigest: "00ff", segmentBytes: 128 + 30 * 64)
        for number in 0..<120 { writer.end(try writer.begin(.numbered(number)), .ok(number)) }
        try writer.close()
    }

    private static func sent(_ folder: TestFolder) throws -> SourceStanding {
        var record = RunRecord.example
        record.generator.evidenceRecords = 120
        return try standing("sent") { try $0.takeSent(record, from: .folder(folder.path)) }
    }

    @Test func `segments that are whole are whole`() throws {
        let folder = try TestFolder()
        try Self.segments(in: folder)
        let standing = try Self.sent(folder)
        #expect(standing.state == .whole, "\(standing)")
    }

    @Test(arguments: ["other", ""]) func `segments of another run are none of this one's`(other: String) throws {
        let folder = try TestFolder()
        try Self.segments(in: folder, run: other)
        let standing = try Self.sent(folder)
        #expect(standing.state == .torn && standing.rows == 0)
        #expect(standing.fault.contains("segments of the run '\(other)', not of"), "\(standing)")
    }

    @Test func `a segment that was cut inside a row is torn`() throws {
        let folder = try TestFolder()
        try Self.segments(in: folder)
        try folder.truncate("worker-000.000002.seg", to: 128 + 3 * 64 + 7)
        let standing = try Self.sent(folder)
        #expect(standing.state == .torn && standing.fault.contains("7 bytes are torn off"), "\(standing)")
    }

    @Test func `a segment that is missing in the middle is counted`() throws {
        let folder = try TestFolder()
        try Self.segments(in: folder)
        #expect(unsafe unlink("\(folder.path)/worker-000.000003.seg") == 0)
        let standing = try Self.sent(folder)
        let words = "worker-000.000003.seg is missing; 90 rows of 120 that were written"
        #expect(standing.state == .torn && standing.fault.hasSuffix(words), "\(standing)")
    }

    /// Nobody knows how many rows a killed driver had written, so only the segments themselves can tell.
    @Test(arguments: [1, 2, 3, 4])
    func `what a killed driver had written is told to be torn where a segment is missing`(
        _ number: Int
    ) throws {
        let folder = try TestFolder()
        try Self.segments(in: folder)
        #expect(try TornRun(RunRecord.example, segments: folder.path).gap == nil)
        #expect(unsafe unlink("\(folder.path)/worker-000.00000\(number).seg") == 0)
        let run = try TornRun(RunRecord.example, segments: folder.path)
        // The last one is followed by none.
        guard number < 4 else { return #expect(run.gap == nil) }
        let missing = "worker-000.00000\(number).seg is missing"
        let gap = try #require(run.gap)
        #expect(gap == "of the driver's evidence \(missing): what was sent then is in no figure")
        let record = try run.record()
        #expect(record.generator.evidenceRecords == 90 && record.events.last?.text == gap)
        var collected = CollectedEvidence(requests: .folder(folder.path))
        collected.requestsState = .torn(TornRun.reason)
        let facts = ImportFacts(beginMilliseconds: 0, webhookURL: nil, isEmbedded: false, planText: "")
        let standing = try Self.standing("sent") { try $0.take(record, collected, facts) { false } }
        #expect(standing.state == .torn && standing.fault.hasPrefix(TornRun.reason), "\(standing)")
        #expect(standing.fault.hasSuffix(missing) && standing.rows > 0, "\(standing)")
    }

    @Test func `a journal of a bank, or of webhooks, that has lost a segment is torn`() throws {
        let folder = try TestFolder()
        let bank = try ChannelJournalWriter(
            folder: "\(folder.path)/icbc", worker: 0, runID: "r", channel: "icbc", segmentBytes: 128 + 30 * 128)
        let sink = try WebhookJournalWriter(
            folder: "\(folder.path)/hooks", worker: 0, runID: "r", planDigest: "00", segmentBytes: 128 + 30 * 128)
        for number in 0..<70 {
            try bank.append(.numbered(number))
            try sink.append(WebhookEntry(at: .milliseconds(Int64(number)), status: 204, digest: 1))
        }
        try bank.close()
        try sink.close()
        var collected = CollectedEvidence(requests: .memory(JournalInMemory()))
        collected.webhooks = .folder("\(folder.path)/hooks")
        collected.channels = [
            CollectedEvidence.Channel(
                "icbc", .shadow, journal: .folder("\(folder.path)/icbc"), journalState: .whole, statement: .memory([]),
                statementForm: .csv, statementState: .missing("nobody asked"))
        ]
        let facts = ImportFacts(beginMilliseconds: 0, webhookURL: nil, isEmbedded: true, planText: "")
        for isLost in [false, true] {
            // Only each third entry of the bank is a request.
            for (name, place, rows) in [("journal shadow icbc", "icbc", (24, 14)), ("webhooks", "hooks", (70, 40))] {
                if isLost { unsafe unlink("\(folder.path)/\(place)/worker-000.000002.seg") }
                let standing = try Self.standing(name) { [collected] in
                    try $0.take(RunRecord.example, collected, facts) { false }
                }
                #expect(standing.state == (isLost ? .torn : .whole), "\(standing)")
                #expect(standing.fault.hasSuffix("worker-000.000002.seg is missing") == isLost, "\(standing)")
                #expect(standing.rows == Int64(isLost ? rows.1 : rows.0), "\(standing)")
            }
        }
    }

    @Test func `a statement that ends inside a line is torn`() throws {
        let half = Array(
            "sequence,at_ns,reference,payment_digest,operation,booking,amount_minor,currency\r\n1,0,pay".utf8)
        let folder = try TestFolder()
        for place in [.memory([half]), .file(try folder.write(half, as: "icbc.csv"))] as [CollectedEvidence.Place] {
            let standing = try Self.standing("statement shadow icbc") {
                try $0.takeStatement(of: "icbc", "shadow", .csv, at: place, isEmbedded: true)
            }
            #expect(standing.state == .torn && standing.fault.contains("ends inside a line"), "\(standing)")
        }
    }

    @Test(arguments: [nil, 2] as [Int64?]) func `an export without its watermark, or its rows, is torn`(
        _ rows: Int64?
    ) throws {
        let line = #"{"account":"merchant:merchant-1","currency":"CNY","amount":5}"# + "\n"
        let export = CollectedEvidence.Export(
            .shadow, "balances", place: .memory([Array(line.utf8)]), state: .whole, rows: rows)
        var collected = CollectedEvidence(requests: .memory(JournalInMemory()))
        collected.stack = .exports([export])
        let facts = ImportFacts(beginMilliseconds: 0, webhookURL: nil, isEmbedded: true, planText: "")
        let standing = try Self.standing("stack shadow balances") {
            try $0.take(RunRecord.example, collected, facts) { false }
        }
        #expect(standing.state == .torn && standing.rows == 1, "\(standing)")
        #expect(standing.fault.contains(rows == nil ? "the watermark, is missing" : "1 rows of 2"), "\(standing)")
    }
}
