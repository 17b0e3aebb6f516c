import EventLoop
import SQLite
import StackVocabulary
import TestFolders
import Testing

@testable import PaymentStack

/// A drill's rows go, and nothing else does.
@Suite struct LedgerPurgeTests {
    private static let drill = 0..<10
    private static let other = 10..<20

    /// The drill's payments beside another's, and live ones; all of them captured.
    private static func ledger(
        in folder: TestFolder, _ kind: StoreKind = .tables,
        _ more: @escaping (LedgerStores) async throws -> Void = { _ in }
    ) throws {
        try run(folder, kind) { stores in
            for number in Array(drill) + other {
                for store in number < 10 ? [stores.shadow, stores.live] : [stores.shadow] {
                    _ = try await store.commit(LedgerSample.begin(number))
                    _ = try await store.commit(LedgerSample.capture(number))
                }
            }
            try await more(stores)
        }
    }

    private static func run(
        _ folder: TestFolder, _ kind: StoreKind = .tables, _ body: @escaping (LedgerStores) async throws -> Void
    ) throws {
        let order = kind.order(in: folder)
        let loop = try EventLoop.live()
        try loop.run { [order] () async throws in
            let stores = try await LedgerStores.open(order, on: loop)
            do { try await body(stores) } catch {
                await stores.close()
                throw error
            }
            await stores.close()
        }
    }

    private static func purge(
        _ folder: TestFolder, _ keys: [String], changes: Bool = true, file: String = "ledger.db"
    ) throws -> LedgerPurge {
        let purge = try LedgerPurge("\(folder.path)/\(file)", changes: changes)
        try purge.name(inner: { $0 }) { add in for key in keys { add(key) } }
        return purge
    }

    private static var keys: [String] { drill.map { "key-\($0)" } }

    private static func rows(_ folder: TestFolder, _ query: String, file: String = "ledger.db") throws -> Int64 {
        try Database("\(folder.path)/\(file)", .reading).integer(query) ?? -1
    }

    /// Every row of every table, in words.
    private static func dump(_ folder: TestFolder, _ prefix: String) throws -> [String] {
        let database = try Database("\(folder.path)/ledger.db", .reading)
        let tables: [(name: String, columns: String)] = [
            ("payments", "id, key, state, version"), ("claims", "key, merchant, number"), ("replies", "claim, status"),
            ("attempts", "number, record"), ("journal", "number, record, account, amount"),
            ("balances", "number, account, amount"), ("notifications", "number, record, state"),
            ("refunds", "id, state"),
        ]
        var lines: [String] = []
        for table in tables {
            let text = table.columns.split(separator: ", ").joined(separator: " || ' ' || ")
            let rows = try database.prepare("SELECT \(text) FROM \(prefix)\(table.name) ORDER BY 1")
            while try rows.step() { lines.append("\(table.name) \(rows.text(0))") }
        }
        return lines
    }

    private static let expected: [(String, Int64)] = [
        ("balances", 8), ("replies", 10), ("claims", 10), ("attempts", 10), ("notifications", 10), ("journal", 20),
        ("refunds", 0), ("payments", 10),
    ]

    // MARK: What goes

    @Test func `a look counts every table and changes no byte`() throws {
        let folder = try TestFolder()
        try Self.ledger(in: folder)
        let before = folder.bytes(of: "ledger.db")
        let manifest = try Self.purge(folder, Self.keys, changes: false).manifest()
        #expect(manifest.counts == Self.expected.map { LedgerPurge.Count("shadow_" + $0.0, $0.1) })
        #expect(folder.bytes(of: "ledger.db") == before && !before.isEmpty)
    }

    @Test(arguments: StoreKind.files)
    func `the drill's rows go, the others' and the live ones stay, and the books are even`(kind: StoreKind) throws {
        let folder = try TestFolder()
        try Self.ledger(in: folder, kind)
        let file = kind == .databases ? "ledger.db.shadow" : "ledger.db"
        let live = try Self.dump(folder, "live_")
        let purge = try Self.purge(folder, Self.keys, file: file)
        try purge.purge(purge.manifest())
        #expect(try purge.manifest().isEmpty)
        #expect(try Self.rows(folder, "SELECT count(*) FROM shadow_payments", file: file) == 10)
        #expect(try Self.dump(folder, "live_") == live && live.count > 60)
    }

    @Test(arguments: [true, false])
    func `balances are right when the ledger is opened again, flushed before or not`(isFlushed: Bool) throws {
        let folder = try TestFolder()
        try Self.ledger(in: folder)
        if !isFlushed {
            let file = try Database("\(folder.path)/ledger.db", .writing)
            try file.run("UPDATE shadow_progress SET flushed = 13")
            try file.run(
                """
                UPDATE shadow_balances SET amount = coalesce((SELECT sum(amount) FROM shadow_journal AS line
                  WHERE line.account = shadow_balances.account AND number <= 13), 0)
                """)
        }
        do {
            let purge = try Self.purge(folder, Self.keys)
            try purge.purge(purge.manifest())
        }
        try Self.run(folder) { stores in
            let (accounts, uneven) = try await stores.shadow.journalSums()
            let balances = try await stores.shadow.balanceLines()
            #expect(uneven == [])
            #expect(balances.filter { $0.value != 0 } == accounts.filter { $0.value != 0 } && !accounts.isEmpty)
            // The next payment finds its place.
            _ = try await stores.shadow.commit(LedgerSample.begin(50))
            _ = try await stores.shadow.commit(LedgerSample.capture(50))
        }
    }

    @Test func `keys of another run take nothing of this one with them`() throws {
        let folder = try TestFolder()
        try Self.ledger(in: folder)
        let before = try Self.dump(folder, "shadow_")
        let purge = try Self.purge(folder, ["key-700", "key-1x", "", "key"])
        let manifest = try purge.manifest()
        #expect(manifest.isEmpty)
        try purge.purge(manifest)
        #expect(try Self.dump(folder, "shadow_") == before)
    }

    // MARK: What keeps it from going

    @Test(arguments: [
        "INSERT INTO shadow_notifications SELECT 9001, record, 9, 0, 0, 0, '', body FROM shadow_notifications LIMIT 1",
        "DELETE FROM shadow_attempts WHERE number = (SELECT min(number) FROM shadow_attempts)",
        "DELETE FROM shadow_payments WHERE key = 'key-3'",
    ])
    func `it is all rolled back where the rows are not those of the manifest`(_ planted: String) throws {
        let folder = try TestFolder()
        try Self.ledger(in: folder)
        let purge = try Self.purge(folder, Self.keys)
        let manifest = try purge.manifest()
        try Database("\(folder.path)/ledger.db", .writing).run(planted)
        let before = try Self.dump(folder, "shadow_")
        let fault = #expect(throws: LedgerFault.self) { try purge.purge(manifest) }
        #expect(fault?.words.hasSuffix("nothing was changed") == true, "\(fault.map(\.description) ?? "")")
        #expect(try Self.dump(folder, "shadow_") == before)
    }

    @Test func `books that would be uneven behind it stay as they are`() throws {
        let folder = try TestFolder()
        try Self.ledger(in: folder)
        // A line of the drill's change that bears another's record.
        try Database("\(folder.path)/ledger.db", .writing).run(
            """
            UPDATE shadow_journal SET record = (SELECT id FROM shadow_payments WHERE key = 'key-15')
            WHERE number = (SELECT min(number) FROM shadow_journal)
            """)
        let purge = try Self.purge(folder, Self.keys)
        let before = try Self.dump(folder, "shadow_")
        let fault = #expect(throws: LedgerFault.self) { try purge.purge(purge.manifest()) }
        #expect(fault?.words == "would not be even behind it; nothing was changed")
        #expect(try Self.dump(folder, "shadow_") == before)
    }

    @Test(arguments: [["key-1"], ["key-90"]])
    func `a refund and its payment go together or not at all`(keys: [String]) throws {
        let folder = try TestFolder()
        try Self.ledger(in: folder) { stores in
            guard let payment = try await stores.shadow.payment(LedgerSample.id(1)) else {
                Issue.record("no payment")
                return
            }
            _ = try await stores.shadow.commit(LedgerSample.refundChange(90, of: payment, 100))
        }
        let purge = try Self.purge(folder, keys)
        #expect(
            try purge.manifest().counts.first { $0.table == "shadow_payments" }?.rows == (keys == ["key-1"] ? 1 : 0))
        let fault = #expect(throws: LedgerFault.self) { try purge.purge(purge.manifest()) }
        #expect(fault?.words.contains("has 1 refunds") == true, "\(fault.map(\.description) ?? "")")
        let both = keys + ["key-1", "key-90"]
        try purge.name(inner: { $0 }) { add in for key in both { add(key) } }
        try purge.purge(purge.manifest())
        #expect(try purge.manifest().isEmpty)
    }

    @Test func `a ledger that another has is left alone, also by a look`() throws {
        let folder = try TestFolder()
        try Self.ledger(in: folder) { _ in
            for changes in [true, false] {
                let fault = #expect(throws: LedgerFault.self) { try Self.purge(folder, Self.keys, changes: changes) }
                #expect(fault?.words.hasPrefix("is in use by another process") == true)
            }
            #expect(LedgerLock.isHeld("\(folder.path)/ledger.db"))
        }
        #expect(!LedgerLock.isHeld("\(folder.path)/ledger.db"))
    }

    @Test func `what is no ledger is refused, and nothing is made beside it`() throws {
        let folder = try TestFolder()
        #expect(throws: LedgerFault.self) { try Self.purge(folder, Self.keys) }
        try folder.write([UInt8](repeating: 7, count: 4_096), as: "ledger.db")
        let fault = #expect(throws: LedgerFault.self) { try Self.purge(folder, Self.keys) }
        #expect(fault?.words.hasPrefix("is no database") == true)
        #expect(folder.names() == ["ledger.db"])
    }
}
