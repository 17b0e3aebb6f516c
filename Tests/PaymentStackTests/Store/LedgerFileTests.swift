import EventLoop
import Glibc
import JSON
import Money
import SQLite
import StackVocabulary
import TestFolders
import Testing

@testable import PaymentStack

/// What becomes of a ledger's files.
@Suite struct LedgerFileTests {
    private static func run(
        _ folder: TestFolder, _ kind: StoreKind = .tables, channels: [String] = StoreKind.channels,
        pagesMax: Int64? = nil, _ body: @escaping (LedgerStores, EventLoop) async throws -> Void
    ) throws {
        var order = kind.order(in: folder)
        order.channels = channels
        order.pagesMax = pagesMax
        let loop = try EventLoop.live()
        try loop.run { [order] () async throws in
            let stores = try await LedgerStores.open(order, on: loop)
            do { try await body(stores, loop) } catch {
                await stores.close()
                throw error
            }
            await stores.close()
        }
    }

    private static func fault(_ folder: TestFolder, _ kind: StoreKind = .tables) throws -> String {
        try #require(throws: StackFault.self) { try run(folder, kind) { _, _ async throws in } }.description
    }

    // MARK: Files

    @Test func `live and shadow have tables of their own in one file, or files of their own`() throws {
        let folder = try TestFolder()
        try Self.run(folder) { _, _ async throws in }
        #expect(folder.names() == ["ledger.db", "ledger.db.lock"])
        #expect(folder.mode(of: "ledger.db") == 0o600 && folder.mode(of: "ledger.db.lock") == 0o600)
        try Self.run(folder, .databases) { _, _ async throws in }
        #expect(
            folder.names() == ["ledger.db", "ledger.db.lock", "ledger.db.shadow", "ledger.db.shadow.lock"])
        let shadow = try Database("\(folder.path)/ledger.db.shadow", .reading)
        #expect(try shadow.integer("SELECT count(*) FROM sqlite_schema WHERE name LIKE 'live%'") == 0)
        #expect(try shadow.integer("SELECT count(*) FROM sqlite_schema WHERE name = 'shadow_payments'") == 1)
    }

    @Test(arguments: StoreKind.files)
    func `channels keep their numbers whatever list the next start is given`(kind: StoreKind) throws {
        let folder = try TestFolder()
        try Self.run(folder, kind, channels: ["icbc", "ccb"]) { stores, _ async throws in
            #expect(stores.channels.names == ["icbc", "ccb"])
            _ = try await stores.live.commit(LedgerSample.begin(1))
        }
        try Self.run(folder, kind, channels: ["abc", "ccb"]) { stores, _ async throws in
            #expect(stores.channels.number("ccb") == 1 && stores.channels.number("abc") == 2)
            #expect(try await stores.live.lines(.payments).first?["channel"]?.string == "ccb")
            // The file has known one that this start is not given.
            _ = try await stores.shadow.commit(LedgerSample.posting(.channel(0), .channel(2), 5))
            let accounts = try await stores.shadow.lines(.balances).map { $0["account"]?.string }
            #expect(accounts == ["channel:abc", "channel:icbc"])
        }
    }

    // MARK: Files that are refused

    @Test func `a file that is none of a ledger is refused with a way out, and stays as it was`() throws {
        let folder = try TestFolder()
        try folder.write([UInt8](repeating: 7, count: 4_096), as: "ledger.db")
        #expect(
            try Self.fault(folder)
                == "the ledger '\(folder.path)/ledger.db' is no database; name another file, or remove it")
        #expect(folder.bytes(of: "ledger.db") == [UInt8](repeating: 7, count: 4_096))
    }

    @Test func `a database of another program is refused, and stays as it was`() throws {
        let folder = try TestFolder()
        do {
            let other = try Database("\(folder.path)/ledger.db", .creating)
            try other.run("CREATE TABLE notes (words TEXT)")
        }
        let before = folder.bytes(of: "ledger.db")
        #expect(
            try Self.fault(folder)
                == "the ledger '\(folder.path)/ledger.db' is the database of another program; name another file")
        #expect(folder.bytes(of: "ledger.db") == before)
    }

    @Test func `a ledger of a later version is refused`() throws {
        let folder = try TestFolder()
        try Self.run(folder) { _, _ async throws in }
        do {
            let later = try Database("\(folder.path)/ledger.db", .writing)
            try later.run("PRAGMA user_version = 3")
        }
        #expect(try Self.fault(folder).contains("has version 3, and this program knows 2; use the newer program"))
    }

    @Test func `a ledger of an earlier version is refused`() throws {
        let folder = try TestFolder()
        try Self.run(folder) { _, _ async throws in }
        do {
            let earlier = try Database("\(folder.path)/ledger.db", .writing)
            try earlier.run("PRAGMA user_version = 1")
        }
        #expect(try Self.fault(folder).contains("has version 1, and this program knows 2; use the program that wrote"))
    }

    @Test func `a ledger that is cut short is refused`() throws {
        let folder = try TestFolder()
        try Self.run(folder) { stores, loop async throws in
            let changes = (1...500).map { LedgerSample.begin($0) }
            _ = await loop.commitTogether(changes, to: stores.live)
        }
        try folder.truncate("ledger.db", to: 8_192)
        #expect(try Self.fault(folder).contains("is damaged"))
        #expect(try Self.fault(folder).contains("restore it from a copy"))
    }

    @Test func `a folder that is not there is named`() throws {
        let folder = try TestFolder()
        var order = LedgerOrder(channels: [])
        order.database = "\(folder.path)/none/ledger.db"
        let loop = try EventLoop.live()
        let fault = #expect(throws: StackFault.self) {
            try loop.run { [order] () async throws in _ = try await LedgerStores.open(order, on: loop) }
        }
        #expect(try #require(fault).description.contains("is its folder there, and may this user write to it?"))
    }

    @Test func `a ledger in use is refused to a second writer`() throws {
        let folder = try TestFolder()
        try Self.run(folder) { stores, loop async throws in
            let order = StoreKind.tables.order(in: folder)
            let fault = await #expect(throws: StackFault.self) { try await LedgerStores.open(order, on: loop) }
            #expect(
                try #require(fault).description.hasSuffix("is in use by another process; end it, or name another file"))
            #expect(try await stores.live.commit(LedgerSample.begin(1)) == .done)
        }
    }

    @Test func `two files that number channels differently do not belong together`() throws {
        let folder = try TestFolder()
        try Self.run(folder, .databases, channels: ["a", "b"]) { _, _ async throws in }
        for end in ["", ".lock"] { try PlainFile.remove("\(folder.path)/ledger.db\(end)") }
        try Self.run(folder, .tables, channels: ["b", "a"]) { _, _ async throws in }
        #expect(try Self.fault(folder, .databases).contains("they do not belong together, remove one"))
    }

    @Test func `a simulated stack keeps no file`() throws {
        let folder = try TestFolder()
        let order = StoreKind.tables.order(in: folder)
        let loop = EventLoop.simulated(seed: 1)
        #expect(throws: StackFault("a simulated stack keeps its ledger in memory; name no database")) {
            try loop.run { () async throws(StackFault) in _ = try await LedgerStores.open(order, on: loop) }
        }
    }

    // MARK: The log

    /// The number in a log's header that is raised when it begins anew.
    private static func beginnings(_ folder: TestFolder) -> UInt8? {
        PlainFile.byte(15, of: "\(folder.path)/ledger.db-wal")
    }

    @Test func `a long log is moved while changes are made, and begins anew`() throws {
        let folder = try TestFolder()
        var order = LedgerFileOrder(
            path: "\(folder.path)/ledger.db", namespaces: [.live], channels: StoreKind.channels)
        (order.checkpointPages, order.durability) = (40, .process)
        let loop = try EventLoop.live()
        try loop.run { [order] () async throws in
            let store = SQLiteLedger(.live, in: try await LedgerFile(order, waitingMax: 100, on: loop))
            var number = 0
            let first = Self.beginnings(folder)
            // How long that takes is the mover's thread's to say.
            while number < 200_000, Self.beginnings(folder) == first || number < 500 {
                let changes = (1...50).map { LedgerSample.begin(number + $0) }
                number += changes.count
                #expect(await loop.commitTogether(changes, to: store).allSatisfy { $0 == .success(.done) })
            }
            #expect(Self.beginnings(folder) != first && number < 200_000)
            #expect(try await store.lines(.payments).count == number)
            await store.close()
        }
        #expect(folder.names() == ["ledger.db", "ledger.db.lock"])
    }

    // MARK: Disks

    @Test func `a full disk refuses whole groups, and loses nothing before them`() throws {
        let folder = try TestFolder()
        try Self.run(folder, pagesMax: 64) { stores, loop async throws in
            let merchant = Account.merchant(LedgerSample.merchant(1))
            var (done, credited): (Int, Int64) = (0, 0)
            var failure: StoreFailure?
            for start in stride(from: 1, through: 2_000, by: 20) where failure == nil {
                let payments = (start..<start + 20).map { LedgerSample.begin($0) }
                let credit = LedgerSample.posting(.channel(1), merchant, 5)
                let results = await loop.commitTogether([credit] + payments, to: stores.live)
                #expect(Set(results.map { $0 == .success(.done) }).count == 1)
                switch results[0] {
                case .success: (done, credited) = (done + 20, credited + 5)
                case .failure(let error): failure = error
                }
            }
            guard case .database(13, let words)? = failure?.cause else {
                Issue.record("\(String(describing: failure))")
                return
            }
            #expect(words.contains("database or disk is full"))
            #expect(try await stores.live.lines(.payments).count == done && done > 0)
            // The credit was undone with its group, also where balances are kept.
            #expect(try await stores.live.balance(merchant, LedgerSample.cny) == credited)
            let debit = LedgerSample.posting(merchant, .refunds, credited + 1)
            #expect(try await stores.live.commit(debit) == .belowFloor(merchant))
            let sums = try await stores.live.journalSums().accounts
            #expect(try await stores.live.balanceLines() == sums)
        }
    }
}

private enum PlainFile {
    /// A log may be long.
    static func byte(_ offset: Int, of path: String) -> UInt8? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        defer { close(descriptor) }
        var byte: UInt8 = 0
        return unsafe pread(descriptor, &byte, 1, offset) == 1 ? byte : nil
    }

    static func remove(_ path: String) throws {
        try #require(unsafe unlink(path) == 0)
    }
}
