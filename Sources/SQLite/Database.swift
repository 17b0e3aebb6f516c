// Goal: SQLite for ledgers and evidence, without a pointer outside this module.
// Method: one object for a connection, one for a prepared statement, errors that say what was being done.
// Not here: pools, mapping of rows to types, threads: a connection belongs to whoever made it, one thread at a time.

internal import CSQLite
package import Timebase

/// One connection to one file.
@safe package final class Database {
    package enum Access: Sendable {
        case reading
        case writing
        /// Makes the file where there is none.
        case creating
    }

    package let path: String
    let handle: OpaquePointer
    private let logPages: UnsafeMutablePointer<Int32>
    /// Alive as long as the library may ask it.
    private var interruption: Interruption?

    /// SQLite reads nothing of the file yet: that it is none of a database is found by the first statement.
    /// - Parameter patience: how long a statement waits for another connection's lock.
    package init(_ path: String, _ access: Access, patience: TimeSpan = .seconds(5)) throws(DatabaseError) {
        var handle: OpaquePointer?
        Self.leaveMemoryUncounted
        // NOMUTEX: one thread at a time uses it. EXRESCODE: errors say which of their kind they are.
        let flags = Self.flags(access) | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
        let code = unsafe sqlite3_open_v2(path, &handle, flags, nil)
        guard code == SQLITE_OK, let handle = unsafe handle else {
            let words = unsafe String(cString: sqlite3_errstr(code))
            _ = unsafe sqlite3_close_v2(handle)
            throw DatabaseError("open '\(path)'", code: code, words)
        }
        self.path = path
        unsafe self.handle = handle
        unsafe logPages = .allocate(capacity: 1)
        unsafe logPages.initialize(to: 0)
        let milliseconds = Int32(clamping: patience.nanoseconds / 1_000_000)
        _ = unsafe sqlite3_busy_timeout(handle, milliseconds)
    }

    /// Statements that are still held keep the connection until they go.
    deinit {
        _ = unsafe sqlite3_wal_hook(handle, nil, nil)
        unsafe sqlite3_progress_handler(handle, 0, nil, nil)
        _ = unsafe sqlite3_close_v2(handle)
        unsafe logPages.deallocate()
    }

    /// The library counts what it allocates under one lock for all connections, and nobody asks for the sum.
    private static let leaveMemoryUncounted: Void = { _ = spillway_sqlite_leave_memory_uncounted() }()

    private static func flags(_ access: Access) -> Int32 {
        switch access {
        case .reading: SQLITE_OPEN_READONLY
        case .writing: SQLITE_OPEN_READWRITE
        case .creating: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
        }
    }

    /// Runs one statement or several, and passes over the rows that they give.
    package func run(_ sql: String) throws(DatabaseError) {
        let code = unsafe sqlite3_exec(handle, sql, nil, nil, nil)
        if code != SQLITE_OK { throw error(Self.brief(sql), code) }
    }

    /// For a statement that is used many times.
    package func prepare(_ sql: String) throws(DatabaseError) -> Statement {
        try Statement(sql, on: self)
    }

    /// For what others wrote: one statement that gives rows and changes nothing.
    package func prepareQuery(_ sql: String) throws(DatabaseError) -> Statement {
        try Statement(query: sql, on: self)
    }

    /// The first column of the first row as a number: `PRAGMA user_version`. Nil where there is no row, or a NULL in it.
    package func integer(_ sql: String) throws(DatabaseError) -> Int64? {
        let statement = try prepare(sql)
        guard try statement.step(), !statement.isNull(0) else { return nil }
        return statement.integer(0)
    }

    package func text(_ sql: String) throws(DatabaseError) -> String? {
        let statement = try prepare(sql)
        guard try statement.step(), !statement.isNull(0) else { return nil }
        return statement.text(0)
    }

    /// Rows that the last statement inserted, changed or deleted.
    package var changedRows: Int { unsafe Int(sqlite3_changes64(handle)) }

    package var isInTransaction: Bool { unsafe sqlite3_get_autocommit(handle) == 0 }

    /// Some failures roll a transaction back, some do not; afterwards there is none.
    package func rollBack() {
        if isInTransaction { try? run("ROLLBACK") }
    }

    // MARK: Foreign statements

    /// From now on a statement ends with the error `interrupted` once this says so. It is asked every few thousand steps
    /// of the library's machine, some tens of microseconds apart, on the thread that runs the statement.
    package func interrupt(when isOver: @escaping () -> Bool) {
        let interruption = Interruption(isOver)
        self.interruption = interruption
        unsafe sqlite3_progress_handler(
            handle, Self.stepsBetweenLooks,
            { context in
                guard let context = unsafe context else { return 0 }
                return unsafe Unmanaged<Interruption>.fromOpaque(context).takeUnretainedValue().isOver() ? 1 : 0
            }, Unmanaged.passUnretained(interruption).toOpaque())
    }

    private static let stepsBetweenLooks: Int32 = 4_096

    private final class Interruption {
        let isOver: () -> Bool

        init(_ isOver: @escaping () -> Bool) {
            self.isOver = isOver
        }
    }

    // MARK: Write-ahead log

    /// From now on commits of this connection never move pages from the log into the file; whoever asked for it does.
    package func keepLog() {
        _ = unsafe sqlite3_wal_hook(
            handle,
            { counter, _, _, pages in
                unsafe counter?.assumingMemoryBound(to: Int32.self).pointee = pages
                return SQLITE_OK
            }, logPages)
    }

    /// Pages in the log after the last commit of this connection; 0 without `keepLog`.
    package var pagesInLog: Int { unsafe Int(logPages.pointee) }

    package enum Checkpoint: Sendable {
        /// As much as readers and writers leave free.
        case passive
        /// Waits for them, and cuts the log to nothing.
        case truncating
    }

    /// Moves pages of the log into the file. Without a log it does nothing.
    @discardableResult
    package func checkpoint(_ checkpoint: Checkpoint) throws(DatabaseError) -> (inLog: Int, moved: Int) {
        var (inLog, moved): (Int32, Int32) = (0, 0)
        let mode = checkpoint == .passive ? SQLITE_CHECKPOINT_PASSIVE : SQLITE_CHECKPOINT_TRUNCATE
        let code = unsafe sqlite3_wal_checkpoint_v2(handle, nil, mode, &inLog, &moved)
        if code != SQLITE_OK { throw error("checkpoint", code) }
        return (max(0, Int(inLog)), max(0, Int(moved)))
    }

    // MARK: Errors

    func error(_ operation: String, _ code: Int32) -> DatabaseError {
        DatabaseError(operation, code: code, unsafe String(cString: sqlite3_errmsg(handle)))
    }

    /// The beginning of a statement, for errors.
    static func brief(_ sql: String) -> String {
        let words = sql.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return words.count <= briefMax ? words : "\(words.prefix(briefMax))..."
    }

    private static let briefMax = 80
}
