import Evidence
import Glibc
import SeededRandom
import TestFolders
import Testing
import Timebase

@Suite struct WebhookJournalTests {
    /// Room for 30 rows.
    private static let small = 128 + 30 * 128

    private static func writer(
        _ path: String, segmentBytes: Int = small
    ) throws(EvidenceError) -> WebhookJournalWriter {
        try WebhookJournalWriter(folder: path, runID: "run-1", planDigest: "00ff", segmentBytes: segmentBytes)
    }

    private static func read(_ reader: WebhookJournalReader) throws -> (entries: [WebhookEntry], tally: EvidenceTally) {
        var (reader, entries): (WebhookJournalReader, [WebhookEntry]) = (reader, [])
        while let entry = try reader.next() { entries.append(entry) }
        return (entries, reader.tally)
    }

    private static func entry(_ number: Int) -> WebhookEntry {
        WebhookEntry(
            at: .microseconds(Int64(number)), signature: .verified, isMarked: number % 2 == 0, status: 204,
            event: "payment.captured", id: "pay-\(number)", state: "captured", version: UInt32(number),
            captured: Int64(number) * 100, refunded: 0, digest: UInt64(number) << 32 | 7)
    }

    @Test func `the bytes of an entry are those of its description`() throws {
        let folder = try TestFolder()
        let writer = try Self.writer(folder.path)
        try writer.append(
            WebhookEntry(
                at: .nanoseconds(0x0807_0605_0403_0201), signature: .forged, isMarked: true, status: 204,
                event: "payment.captured", id: "0cm9k2t4h0g21", state: "captured", version: 0x0403_0201, captured: 258,
                refunded: -1, digest: 0x0102_0304_0506_0708))
        try writer.append(WebhookEntry(at: .zero, status: 400, digest: 9))
        try writer.close()
        let bytes = folder.bytes(of: "worker-000.000001.seg")
        let zero = { (count: Int) in [UInt8](repeating: 0, count: count) }
        var header: [UInt8] = Array("SPWLHOOK".utf8) + [1, 0, 128, 0, 128, 0, 0, 0, 1, 0, 0, 0] + zero(4)
        header += [255, 0, 0, 0, 0, 0, 0, 0] + Array("run-1".utf8) + zero(59 + 32)
        #expect(Array(bytes.prefix(128)) == header)
        var row: [UInt8] = [4, 15, 204, 0, 1, 2, 3, 4, 1, 2, 3, 4, 5, 6, 7, 8, 2, 1, 0, 0, 0, 0, 0, 0]
        row += [UInt8](repeating: 0xFF, count: 8) + [8, 7, 6, 5, 4, 3, 2, 1]
        row += Array("payment.captured".utf8) + zero(8) + Array("0cm9k2t4h0g21".utf8) + zero(27)
        row += Array("captured".utf8) + zero(16)
        #expect(Array(bytes[128..<256]) == row)
        #expect(Array(bytes[256...]) == [1, 0, 0x90, 1] + zero(28) + [9] + zero(95))
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `what is written is read, in files and in memory`(seed: UInt64) throws {
        let folder = try TestFolder()
        var random = Seed(seed).stream()
        let letters: [Character] = ["a", "é", "→", "."]
        func text(_ most: UInt64) -> String {
            String((0..<random.below(most)).map { _ in letters[Int(random.below(4))] })
        }
        let entries = (0..<500).map { number in
            WebhookEntry(
                at: .nanoseconds(Int64(random.below(1 << 60))),
                signature: WebhookEntry.Signature.allCases[Int(random.below(4))], isMarked: random.below(2) == 0,
                status: UInt16(random.below(600)), event: text(40), id: text(60), state: text(40),
                version: random.below(2) == 0 ? nil : UInt32(truncatingIfNeeded: random.next()),
                captured: random.below(2) == 0 ? nil : Int64(bitPattern: random.next()),
                refunded: random.below(2) == 0 ? nil : Int64(bitPattern: random.next()), digest: random.next())
        }
        let (file, memory) = (try Self.writer(folder.path), WebhookJournalWriter(inMemoryFor: 0))
        for entry in entries {
            try file.append(entry)
            try memory.append(entry)
        }
        #expect(try Self.read(memory.reader()).entries == entries, "seed \(seed)")
        #expect(try Self.read(file.reader()).entries == entries, "seed \(seed)")
        try file.close()
        let (read, tally) = try Self.read(WebhookJournalReader(folder: folder.path))
        #expect(read == entries && tally.faulty == 0 && tally.tornBytes == 0, "seed \(seed)")
    }

    @Test func `what is too long is cut between two characters, and says so`() {
        let entry = WebhookEntry(
            at: .zero, status: 204, event: "12345678901234567890123é", id: "a\0b", state: "123456789012345678901234",
            digest: 0)
        #expect(entry.event.text == "12345678901234567890123" && entry.event.isCut)
        #expect(entry.id.text == "a" && entry.id.isCut)
        #expect(entry.state.text.utf8.count == 24 && !entry.state.isCut)
    }

    @Test func `a writer that is killed leaves every delivery`() async throws {
        let folder = try TestFolder()
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = folder.path as String] in
            let writer = try WebhookJournalTests.writer(path)
            for number in 0..<100 { try writer.append(WebhookJournalTests.entry(number)) }
            kill(getpid(), SIGKILL)
        }
        let (entries, tally) = try Self.read(WebhookJournalReader(folder: folder.path))
        #expect(entries == (0..<100).map(Self.entry) && tally.faulty == 0 && tally.segments == 4)
    }

    @Test func `whatever a file was cut to, its whole rows are read`() throws {
        let folder = try TestFolder()
        let writer = try Self.writer(folder.path)
        for number in 0..<3 { try writer.append(Self.entry(number)) }
        try writer.close()
        for count in (0..<128 + 3 * 128).reversed() {
            try folder.truncate("worker-000.000001.seg", to: count)
            let (entries, tally) = try Self.read(WebhookJournalReader(folder: folder.path))
            #expect(entries == (0..<max(0, count - 128) / 128).map(Self.entry))
            #expect(tally.tornBytes == UInt64(max(0, count - 128) % 128))
        }
    }

    @Test func `a row that was not published is none, and one that nobody wrote is faulty`() throws {
        let folder = try TestFolder()
        let writer = try Self.writer(folder.path)
        for number in 0..<4 { try writer.append(Self.entry(number)) }
        try writer.close()
        try folder.overwrite([UInt8](repeating: 0, count: 8), in: "worker-000.000001.seg", at: 128 + 128)
        try folder.overwrite([9], in: "worker-000.000001.seg", at: 128 + 2 * 128)
        // A letter behind the end of the state.
        try folder.overwrite([65], in: "worker-000.000001.seg", at: 128 + 3 * 128 + 127)
        let (entries, tally) = try Self.read(WebhookJournalReader(folder: folder.path))
        #expect(entries == [Self.entry(0)] && tally.faulty == 2)
    }

    @Test func `an entry holds no card's number`() {
        let entry = WebhookEntry(
            at: .zero, status: 204, event: "4532015112830366", id: "pay 4532 0151 1283 0366", state: "4532015112830366",
            digest: 1)
        #expect(entry.event.text == "453201******0366" && entry.state.text == "453201******0366")
        #expect(entry.id.text == "pay 4532 01** **** 0366" && !entry.id.isCut)
    }
}
