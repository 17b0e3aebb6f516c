import ChannelProfile
import Evidence
import Glibc
import Money
import TestFolders
import Testing
import Timebase

@Suite struct ChannelJournalTests {
    /// Room for 30 rows.
    static let small = 128 + 30 * 128

    static func writer(
        _ path: String, worker: Int = 0, run: String = "run-1", channel: String = "icbc", segmentBytes: Int = small
    ) throws(EvidenceError) -> ChannelJournalWriter {
        try ChannelJournalWriter(
            folder: path, worker: worker, runID: run, channel: channel, segmentBytes: segmentBytes)
    }

    @Test func `the bytes of an entry are those of its description`() throws {
        let folder = try TestFolder()
        let writer = try Self.writer(folder.path, worker: 258)
        try writer.append(
            ChannelEntry(
                kind: .callback, at: .nanoseconds(0x0807_0605_0403_0201), took: .nanoseconds(0x0A09),
                operation: .refund, tag: .forged,
                booking: .refunded, attempt: 0x0201, status: 504, disturbance: .lostCallback, flags: .isDuplicate,
                key: 0x0011_2233_4455_6677_8899_AABB_CCDD_EEFF, reference: PaymentReference("pay-0001!"),
                payment: 0xFF, amount: -2, currency: try Currency("CNY")))
        try writer.append(ChannelEntry(at: .nanoseconds(1), operation: .statement, reference: nil))
        try writer.close()
        let bytes = folder.bytes(of: "worker-258.000001.seg")
        let zero = { (count: Int) in [UInt8](repeating: 0, count: count) }
        var header: [UInt8] = Array("SPWLCHAN".utf8) + [2, 0, 128, 0, 128, 0, 2, 1, 1, 0, 0, 0] + zero(12)
        header += Array("run-1".utf8) + zero(27) + Array("icbc".utf8) + zero(60)
        #expect(Array(bytes.prefix(128)) == header)
        var row: [UInt8] = [3, 6, 3, 4, 4, 14, 0xF8, 1, 1, 2, 3, 4, 5, 6, 7, 8, 0xFE]
        row += [UInt8](repeating: 0xFF, count: 7) + [1, 2, 9, 0] + Array("CNY".utf8) + [0]
        row += (0...15).map { UInt8($0 * 17) } + zero(15) + [0xFF]
        row += Array("pay-0001!".utf8) + zero(39) + [9, 10] + zero(14)
        #expect(Array(bytes[128..<256]) == row)
        #expect(Array(bytes[256...]) == [1, 0, 0, 0, 7, 0, 0, 0, 1] + zero(15) + [1] + zero(103))
    }

    @Test func `a journal of the first version is read, and one of a version to come is not`() throws {
        let folder = try TestFolder()
        let writer = try Self.writer(folder.path)
        let entry = ChannelEntry(at: .nanoseconds(1), operation: .statement, reference: nil)
        try writer.append(entry)
        try writer.close()
        try folder.overwrite([1], in: "worker-000.000001.seg", at: 8)
        #expect(try folder.readJournal().entries == [entry])
        try folder.overwrite([3], in: "worker-000.000001.seg", at: 8)
        let error = #expect(throws: EvidenceError.self) { try ChannelJournalReader(folder: folder.path) }
        #expect(error?.reason == "version 3 of the format; this Spillway reads versions 1 to 2")
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `what is written is read, whatever it is`(seed: UInt64) throws {
        let folder = try TestFolder()
        var draw = EntryDraw(seed)
        let entries = (0..<2_000).map { _ in draw.entry() }
        let writer = try Self.writer(folder.path, segmentBytes: 1 << 16)
        for entry in entries { try writer.append(entry) }
        #expect(try folder.readJournal().entries == entries, "seed \(seed)")
        try writer.close()
        let (read, tally) = try folder.readJournal()
        #expect(read == entries && tally.records == 2_000 && tally.faulty == 0, "seed \(seed)")
    }

    @Test func `a writer that is killed leaves every entry`() async throws {
        let folder = try TestFolder()
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = folder.path as String] in
            let writer = try ChannelJournalTests.writer(path)
            for number in 0..<100 { try writer.append(.numbered(number)) }
            kill(getpid(), SIGKILL)
        }
        let (entries, tally) = try folder.readJournal()
        #expect(entries == (0..<100).map { .numbered($0) })
        #expect(tally.faulty == 0 && tally.segments == 4)
    }

    /// The timer counts the process's own time, and its signal ends it in the middle of whatever it does.
    @Test(arguments: [700, 2_900, 8_300])
    func `a writer that is ended at any instruction leaves whole entries`(microseconds: Int) async throws {
        let folder = try TestFolder()
        await #expect(processExitsWith: .signal(SIGVTALRM)) {
            [path = folder.path as String, microseconds = microseconds as Int] in
            let writer = try ChannelJournalTests.writer(path, segmentBytes: 1 << 20)
            for number in 0..<10_000_000 {
                try writer.append(.numbered(number))
                guard number == 10 else { continue }
                var timer = itimerval()
                timer.it_value.tv_usec = microseconds
                let clock = __itimer_which_t(ITIMER_VIRTUAL.rawValue)
                precondition(unsafe setitimer(clock, &timer, nil) == 0, "errno \(errno)")
            }
        }
        let (entries, tally) = try folder.readJournal()
        #expect(entries == entries.indices.map { .numbered($0) } && tally.faulty == 0 && tally.tornBytes == 0)
        #expect(entries.count > 10)
    }

    /// Killed between two stores, or with some of them out of order: the first word comes last.
    @Test func `a row that was not published is none, whatever else stands in it`() throws {
        let folder = try TestFolder()
        let writer = try Self.writer(folder.path)
        for number in 0..<3 { try writer.append(.numbered(number)) }
        try writer.close()
        try folder.overwrite([UInt8](repeating: 0, count: 8), in: "worker-000.000001.seg", at: 128 + 128)
        let (entries, tally) = try folder.readJournal()
        #expect(entries == [.numbered(0), .numbered(2)])
        #expect(tally.faulty == 0)
    }

    @Test func `whatever a file was cut to, its whole rows are read`() throws {
        let folder = try TestFolder()
        let writer = try Self.writer(folder.path)
        for number in 0..<3 { try writer.append(.numbered(number)) }
        try writer.close()
        for count in (0..<128 + 3 * 128).reversed() {
            try folder.truncate("worker-000.000001.seg", to: count)
            let (entries, tally) = try folder.readJournal()
            #expect(entries == (0..<max(0, count - 128) / 128).map { .numbered($0) })
            #expect(tally.tornBytes == UInt64(max(0, count - 128) % 128))
            #expect(tally.segmentsWithoutHeader == (count < 128 ? 1 : 0))
        }
    }

    @Test func `no byte of a row can change without being noticed`() throws {
        let folder = try TestFolder()
        let writer = try Self.writer(folder.path)
        let entry = ChannelEntry.numbered(77)
        try writer.append(entry)
        try writer.close()
        let segment = folder.bytes(of: "worker-000.000001.seg")
        var changed = Array(segment.prefix(128))
        for place in 0..<128 {
            for value in UInt8.min...UInt8.max where value != segment[128 + place] {
                var row = Array(segment[128...])
                row[place] = value
                changed += row
            }
        }
        try folder.write(changed, as: "worker-000.000001.seg")
        let (entries, tally) = try folder.readJournal()
        #expect(!entries.contains(entry))
        #expect(tally.records + tally.faulty == 128 * 255)
        // 3 kinds, 7 bookings, 4 tags, 6 operations and 16 disturbances are others than the entry's.
        #expect(entries.count { $0.kind != entry.kind } == 3)
        #expect(entries.count { $0.booking != entry.booking } == 7)
        #expect(entries.count { $0.tag != entry.tag } == 4)
        #expect(entries.count { $0.operation != entry.operation } == 6)
        #expect(entries.count { $0.disturbance != entry.disturbance } == 16)
        // 91 other bytes in each of the 6 places of 'pay-77'; no other length fits.
        #expect(entries.count { $0.reference != entry.reference } == 6 * 91)
    }

    @Test func `entries go on in the next segment, and only the last one is mapped`() throws {
        let folder = try TestFolder()
        let writer = try Self.writer(folder.path)
        for number in 0..<70 { try writer.append(.numbered(number)) }
        #expect(folder.mapped == [3])
        #expect(writer.entries == 70 && writer.segmentsMadeLate == 2)
        try writer.close()
        try writer.close()
        #expect(folder.mapped.isEmpty)
        #expect(folder.names() == (1...3).map { "worker-000.00000\($0).seg" })
        #expect(folder.size(of: "worker-000.000003.seg") == 128 + 10 * 128)
        #expect(try folder.readJournal().entries == (0..<70).map { .numbered($0) })
    }

    @Test func `a segment made ahead of need is used, and one that comes late is thrown away`() throws {
        let folder = try TestFolder()
        let writer = try Self.writer(folder.path)
        let fill = { (count: Int) in
            for _ in 0..<count { try writer.append(.numbered(1)) }
        }
        try fill(15)
        #expect(writer.orderNext() == nil)
        try fill(1)
        let order = try #require(writer.orderNext())
        #expect(writer.orderNext() == nil)
        writer.adopt(try order.make())
        try fill(15)
        #expect(writer.segmentsMadeLate == 0)
        try fill(20)
        let late = try #require(writer.orderNext())
        try fill(20)
        #expect(writer.segmentsMadeLate == 1)
        writer.adopt(try late.make())
        try fill(10)
        let unused = try #require(writer.orderNext())
        writer.adopt(try unused.make())
        try writer.close()
        #expect(folder.names() == ["000001", "000002", "000004"].map { "worker-000.\($0).seg" })
        #expect(try folder.readJournal().entries.count == 81)
    }

    @Test func `a bank in memory keeps the same journal without a file`() throws {
        let writer = ChannelJournalWriter(inMemoryFor: "icbc", worker: 1)
        // Two segments of 1 MiB.
        for number in 0..<10_000 { try writer.append(.numbered(number)) }
        #expect(writer.entriesInMemory == (0..<10_000).map { .numbered($0) })
        var reader = try writer.reader()
        #expect(reader.run?.channel == "icbc" && reader.run?.worker == 1)
        #expect(try reader.rest().count == 10_000)
        #expect(writer.orderNext() == nil)
    }

    @Test func `a journal is read while it is written`() throws {
        let folder = try TestFolder()
        let (one, two) = (try Self.writer(folder.path), try Self.writer(folder.path, worker: 1))
        for number in 0..<40 { try (number % 2 == 0 ? one : two).append(.numbered(number)) }
        var reader = try one.reader()
        #expect(try reader.next() == .numbered(0))
        try one.append(.numbered(40))
        let numbers = try reader.rest().map { Int($0.payment) }
        #expect(numbers == Array(stride(from: 2, to: 40, by: 2)) + Array(stride(from: 1, to: 40, by: 2)))
    }

    @Test func `a journal of another channel, run or kind is refused in words`() throws {
        let folder = try TestFolder()
        try Self.writer(folder.path).close()
        try Self.writer(folder.path, worker: 1, channel: "abc").close()
        func reason() -> String? {
            #expect(throws: EvidenceError.self) { try ChannelJournalReader(folder: folder.path) }?.reason
        }
        #expect(reason() == "the journal of another channel, 'abc'")
        unsafe unlink("\(folder.path)/worker-001.000001.seg")
        try Self.writer(folder.path, worker: 1, run: "run-2").close()
        #expect(reason() == "evidence of another run, 'run-2'")
        unsafe unlink("\(folder.path)/worker-001.000001.seg")
        try EvidenceWriter(folder: folder.path, worker: 1, runID: "run-1", planDigest: "").close()
        #expect(reason() == "no segment of a channel's journal")
        let error = #expect(throws: EvidenceError.self) { try EvidenceReader(folder: folder.path) }
        #expect(error?.reason == "no segment of evidence")
    }

    @Test func `a channel whose name has no room in the header is refused`() throws {
        let folder = try TestFolder()
        try Self.writer(folder.path, channel: String(repeating: "x", count: 64)).close()
        #expect(try ChannelJournalReader(folder: folder.path).run?.channel.count == 64)
        let error = #expect(throws: EvidenceError.self) {
            try Self.writer(folder.path, channel: String(repeating: "x", count: 65))
        }
        #expect(error?.reason.hasPrefix("a channel's name has at most 64 bytes; 'xxx") == true)
    }

    @Test func `a disk that is full is an error of the entry, and nothing before it is lost`() async throws {
        let folder = try TestFolder()
        await #expect(processExitsWith: .success) { [path = folder.path as String] in
            let writer = try ChannelJournalTests.writer(path)
            for number in 0..<30 { try writer.append(.numbered(number)) }
            _ = signal(SIGXFSZ, SIG_IGN)
            var limit = rlimit(rlim_cur: 1_024, rlim_max: 1_024)
            precondition(unsafe setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
            for _ in 0..<2 {
                do throws(EvidenceError) {
                    try writer.append(.numbered(30))
                    preconditionFailure("there was room")
                } catch {
                    precondition(error.code == EFBIG, "\(error)")
                }
            }
            try writer.close()
        }
        #expect(folder.names() == ["worker-000.000001.seg"])
        #expect(try folder.readJournal().entries.count == 30)
    }
}
