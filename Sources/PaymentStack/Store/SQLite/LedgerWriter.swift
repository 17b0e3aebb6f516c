import EventLoop
import SQLite
import StackVocabulary
import Timebase

/// How far a change that was acknowledged is safe.
enum Durability: Sendable, CaseIterable {
    /// From the end of the process, `kill -9` included, but not from a power cut: the kernel has it, the disk may not.
    /// After a power cut the ledger is whole and ends at an earlier change.
    case process
    /// From a power cut as well: the log is synchronised before a group is acknowledged.
    case power
}

/// What became of one change.
struct LedgerAnswer: Sendable {
    let slot: Int?
    let namespace: Namespace
    let handedAt: Instant
    let result: Result<CommitOutcome, StoreFailure>
    let rows: UInt64

    init(_ item: QueuedChange, _ result: Result<CommitOutcome, StoreFailure>) {
        slot = item.slot
        namespace = item.namespace
        handedAt = item.handedAt
        self.result = result
        rows = result == .success(.done) ? item.change.rowCount : 0
    }
}

/// What a file is opened with.
struct LedgerFileOrder: Sendable {
    let path: String
    let namespaces: [Namespace]
    let channels: [String]
    var durability = Durability.power
    var groupMax = 1_024
    var defects: DefectSwitches = []
    /// Pages in the log at which they are moved into the file; 80 MB.
    var checkpointPages = 20_000
    /// No file grows beyond it; nil: as far as the disk goes.
    var pagesMax: Int64?
}

/// The one writer of a ledger's file, on a thread of its own.
///
///     take what waits -> BEGIN -> apply each -> COMMIT -> one letter to the loop -> have a long log moved (`LogMover`)
///
/// While a group is on its way to the disk the next one gathers, so groups grow with the load and a change waits for two
/// of them at most.
final class LedgerWriter {
    private let order: LedgerFileOrder
    private let lock: LedgerLock
    private let database: Database
    private let tables: [LedgerTables]
    private let begin, end: Statement
    let channels: ChannelNames
    private var line: ChangeLine
    /// Of the mover, over one log.
    private var passes = 0

    init(_ order: LedgerFileOrder) throws(LedgerFault) {
        self.order = order
        lock = try LedgerLock(order.path)
        LedgerLock.makePrivate(order.path)
        do throws(DatabaseError) {
            database = try Database(order.path, .creating)
        } catch {
            throw LedgerFault(order.path, error)
        }
        try LedgerSchema.check(database)
        try Self.set(database, order)
        try LedgerSchema.make(database, order.namespaces)
        channels = try LedgerSchema.channels(database, adding: order.channels)
        line = ChangeLine(groupMax: order.groupMax, order.defects)
        do throws(DatabaseError) {
            begin = try database.prepare("BEGIN IMMEDIATE")
            end = try database.prepare("COMMIT")
            var tables: [LedgerTables] = []
            for namespace in order.namespaces {
                tables.append(try LedgerTables(namespace, in: database, order.defects))
            }
            self.tables = tables
        } catch {
            throw LedgerFault(order.path, error)
        }
    }

    private static func set(_ database: Database, _ order: LedgerFileOrder) throws(LedgerFault) {
        let synchronous = order.durability == .power ? "FULL" : "NORMAL"
        do throws(DatabaseError) {
            try database.run(
                """
                PRAGMA journal_mode = WAL; PRAGMA synchronous = \(synchronous); PRAGMA temp_store = MEMORY;
                PRAGMA cache_size = -\(cacheKilobytes)
                """)
            if let pages = order.pagesMax { try database.run("PRAGMA max_page_count = \(pages)") }
        } catch {
            throw LedgerFault(order.path, error)
        }
        database.keepLog()
    }

    private static let cacheKilobytes = 65_536

    /// Balances that were made good from the journal when the file was opened.
    var repaired: Int { tables.reduce(0) { $0 + $1.repaired } }

    // MARK: Groups

    /// Until the queue is closed and empty.
    func serve(_ queue: ThreadQueue<QueuedChange>, _ deliver: ([LedgerAnswer]) -> Void) {
        let mover = startMover()
        while true {
            if line.count == 0 {
                guard let changes = queue.next() else { break }
                line.append(contentsOf: changes)
            } else if line.count < order.groupMax {
                line.append(contentsOf: queue.takeAll())
            }
            deliver(commit(line.takeGroup()))
            moveLog(mover?.0)
        }
        mover?.0.close()
        mover?.1.join()
        finish()
    }

    private func commit(_ group: [QueuedChange]) -> [LedgerAnswer] {
        do throws(DatabaseError) {
            let answers = try write(group)
            for table in tables { table.committed() }
            return answers
        } catch {
            database.rollBack()
            for table in tables { table.rolledBack() }
            let failure = StoreFailure(operation: "commit", cause: .database(code: error.code, error.description))
            return group.map { LedgerAnswer($0, .failure(failure)) }
        }
    }

    private func write(_ group: [QueuedChange]) throws(DatabaseError) -> [LedgerAnswer] {
        var answers: [LedgerAnswer] = []
        answers.reserveCapacity(group.count)
        try begin.run()
        for item in group {
            answers.append(LedgerAnswer(item, .success(try table(item.namespace).apply(item.change))))
        }
        for table in tables { try table.endGroup(group.count) }
        try end.run()
        return answers
    }

    private func table(_ namespace: Namespace) -> LedgerTables {
        guard let table = tables.first(where: { $0.namespace == namespace }) else {
            preconditionFailure("'\(order.path)' holds no \(namespace.name) ledger")
        }
        return table
    }

    // MARK: The log

    private func startMover() -> (LogMover, ForeignThread)? {
        guard let mover = try? LogMover(order.path) else { return nil }
        guard let thread = try? ForeignThread("ledger-log", { mover.serve() }) else { return nil }
        return (mover, thread)
    }

    /// A reader may hold the end of the log; then it is begun anew later.
    private func moveLog(_ mover: LogMover?) {
        let pages = database.pagesInLog
        guard pages >= order.checkpointPages else { return }
        switch mover?.stage {
        case .idle:
            passes = 1
            mover?.start()
        case .moving: break
        case .moved(let moved) where pages - moved > Self.lastPieceMax && passes < Self.passesMax:
            passes += 1
            mover?.start()
        case .moved, nil:
            _ = try? database.checkpoint(.passive)
            mover?.rest()
        }
    }

    /// Pages that the writer moves itself, unless the mover was too slow so many times.
    private static let lastPieceMax = 1_000
    private static let passesMax = 8

    /// Everything is durable already; this is for who opens it next.
    private func finish() {
        do throws(DatabaseError) {
            try begin.run()
            for table in tables { try table.flush() }
            try end.run()
            for table in tables { table.committed() }
            try database.checkpoint(.truncating)
        } catch {
            database.rollBack()
        }
    }
}
