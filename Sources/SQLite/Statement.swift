internal import CSQLite

/// A prepared statement: compiled once, run with other values again and again.
///
///     ready --bind*--> step -> row ... -> done --reset--> ready
///
/// Texts and blobs that are bound are copied into memory of the statement, which is allocated once: for short ones
/// that is a tenth of what the library's own copy costs. What is read is copied out. Places of parameters count
/// from 1, columns from 0, as in SQL and in the library.
@safe package final class Statement {
    private let handle: OpaquePointer
    private let sql: String
    private let database: Database
    private let shelf: UnsafeMutableRawBufferPointer
    private var shelfUsed = 0

    private static let shelfBytes = 2_048

    init(_ sql: String, on database: Database) throws(DatabaseError) {
        var handle: OpaquePointer?
        let code = unsafe sqlite3_prepare_v3(database.handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &handle, nil)
        guard code == SQLITE_OK else { throw database.error("prepare '\(Database.brief(sql))'", code) }
        guard let handle = unsafe handle else { preconditionFailure("no statement: '\(sql)'") }
        unsafe self.handle = handle
        self.sql = sql
        self.database = database
        unsafe shelf = .allocate(byteCount: Self.shelfBytes, alignment: 8)
    }

    /// For what others wrote.
    convenience init(query sql: String, on database: Database) throws(DatabaseError) {
        let operation = "prepare '\(Database.brief(sql))'"
        try Self.checkAlone(sql, on: database, operation)
        try self.init(sql, on: database)
        guard unsafe sqlite3_stmt_readonly(handle) != 0 else {
            throw DatabaseError(misused: operation, "it would change the database")
        }
        guard unsafe sqlite3_column_count(handle) > 0 else {
            throw DatabaseError(misused: operation, "it gives no rows")
        }
    }

    /// Whether there is one statement, and nothing behind it.
    private static func checkAlone(
        _ sql: String, on database: Database, _ operation: String
    ) throws(DatabaseError) {
        var rest = Array(sql.utf8CString)
        var count = 0
        // What is left is prepared in its turn, since a comment is no statement.
        while count < 2, rest.count > 1 {
            let (code, isStatement, taken) = unsafe rest.withUnsafeBufferPointer { text -> (Int32, Bool, Int) in
                var handle: OpaquePointer?
                var tail: UnsafePointer<CChar>?
                let code = unsafe sqlite3_prepare_v2(database.handle, text.baseAddress, -1, &handle, &tail)
                defer { _ = unsafe sqlite3_finalize(handle) }
                guard let start = text.baseAddress, let end = unsafe tail else {
                    return unsafe (code, handle != nil, 0)
                }
                return unsafe (code, handle != nil, end - start)
            }
            guard code == SQLITE_OK else { throw database.error(operation, code) }
            if isStatement { count += 1 }
            guard taken > 0 else { break }
            rest.removeFirst(taken)
        }
        guard count == 1 else {
            throw DatabaseError(misused: operation, count == 0 ? "it is empty" : "it is more than one statement")
        }
    }

    deinit {
        _ = unsafe sqlite3_finalize(handle)
        unsafe shelf.deallocate()
    }

    // MARK: Values

    package func bind(_ place: Int32, _ value: Int64) {
        check(unsafe sqlite3_bind_int64(handle, place, value), place)
    }

    package func bind(_ place: Int32, _ value: Double) {
        check(unsafe sqlite3_bind_double(handle, place, value), place)
    }

    package func bindNull(_ place: Int32) {
        check(unsafe sqlite3_bind_null(handle, place), place)
    }

    package func bind(_ place: Int32, _ text: String) {
        bind(place, text: text.utf8Span.span)
    }

    package func bind(_ place: Int32, _ text: String?) {
        if let text { bind(place, text) } else { bindNull(place) }
    }

    package func bind(_ place: Int32, _ value: Int64?) {
        if let value { bind(place, value) } else { bindNull(place) }
    }

    /// - Parameter text: UTF-8.
    package func bind(_ place: Int32, text: Span<UInt8>) {
        let code = unsafe text.withUnsafeBytes { bytes in
            let (start, owner) = unsafe kept(bytes)
            return unsafe sqlite3_bind_text64(
                handle, place, start?.assumingMemoryBound(to: CChar.self), UInt64(bytes.count), owner,
                UInt8(SQLITE_UTF8))
        }
        check(code, place)
    }

    package func bind(_ place: Int32, blob: Span<UInt8>) {
        let code = unsafe blob.withUnsafeBytes { bytes in
            let (start, owner) = unsafe kept(bytes)
            return unsafe sqlite3_bind_blob64(handle, place, start, UInt64(bytes.count), owner)
        }
        check(code, place)
    }

    /// Where the bytes stand until the next reset: on the shelf, or in a copy that the library makes.
    private func kept(_ bytes: UnsafeRawBufferPointer) -> (UnsafeRawPointer?, sqlite3_destructor_type?) {
        guard bytes.count <= Self.shelfBytes - shelfUsed, let shelf = unsafe shelf.baseAddress else {
            return unsafe (bytes.baseAddress, Self.transient)
        }
        let place = unsafe shelf + shelfUsed
        if let from = bytes.baseAddress { unsafe place.copyMemory(from: from, byteCount: bytes.count) }
        shelfUsed += bytes.count
        // Never nil: that would bind NULL for what is empty.
        return (UnsafeRawPointer(place), nil)
    }

    /// The library's name for "make a copy", which is a macro of a cast.
    private static var transient: sqlite3_destructor_type { unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self) }

    private func check(_ code: Int32, _ place: Int32) {
        precondition(code == SQLITE_OK, "value \(place) of '\(sql)': \(code)")
    }

    // MARK: Running

    /// Whether there is a row. At the end the statement is ready for its next use, its values included.
    package func step() throws(DatabaseError) -> Bool {
        let code = unsafe sqlite3_step(handle)
        if code == SQLITE_ROW { return true }
        guard code == SQLITE_DONE else {
            let error = database.error("run '\(Database.brief(sql))'", code)
            reset()
            throw error
        }
        reset()
        return false
    }

    /// Steps to the end, and passes over rows.
    package func run() throws(DatabaseError) {
        while try step() {}
    }

    /// For who leaves before the end. Values stay bound, those on the shelf are to be bound again.
    package func reset() {
        _ = unsafe sqlite3_reset(handle)
        shelfUsed = 0
    }

    // MARK: The row

    /// The names of what it gives, as the statement says them.
    package var columns: [String] {
        let count = unsafe sqlite3_column_count(handle)
        return (0..<count).map { column in
            unsafe sqlite3_column_name(handle, column).map { unsafe String(cString: $0) } ?? ""
        }
    }

    package enum Kind: Sendable { case null, integer, real, text, blob }

    /// What a value is, before anyone asks for it as something else.
    package func kind(_ column: Int32) -> Kind {
        switch unsafe sqlite3_column_type(handle, column) {
        case SQLITE_INTEGER: .integer
        case SQLITE_FLOAT: .real
        case SQLITE_TEXT: .text
        case SQLITE_BLOB: .blob
        default: .null
        }
    }

    /// The value as UTF-8, behind what the buffer already holds.
    package func append(_ column: Int32, to bytes: inout [UInt8]) {
        guard let start = unsafe sqlite3_column_text(handle, column) else { return }
        let count = unsafe Int(sqlite3_column_bytes(handle, column))
        unsafe bytes.append(contentsOf: UnsafeBufferPointer(start: start, count: count))
    }

    package func isNull(_ column: Int32) -> Bool { unsafe sqlite3_column_type(handle, column) == SQLITE_NULL }

    package func isInteger(_ column: Int32) -> Bool {
        unsafe sqlite3_column_type(handle, column) == SQLITE_INTEGER
    }

    package func integer(_ column: Int32) -> Int64 { unsafe sqlite3_column_int64(handle, column) }

    package func double(_ column: Int32) -> Double { unsafe sqlite3_column_double(handle, column) }

    package func text(_ column: Int32) -> String {
        guard let start = unsafe sqlite3_column_text(handle, column) else { return "" }
        let count = unsafe Int(sqlite3_column_bytes(handle, column))
        return unsafe String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }

    package func bytes(_ column: Int32) -> [UInt8] {
        guard let start = unsafe sqlite3_column_blob(handle, column) else { return [] }
        let count = unsafe Int(sqlite3_column_bytes(handle, column))
        return unsafe [UInt8](UnsafeRawBufferPointer(start: start, count: count))
    }
}
