internal import CSQLite

/// What the database library could not do, and why in its own words.
package struct DatabaseError: Error, Sendable, Equatable {
    package let operation: String
    /// Extended, as in <https://www.sqlite.org/rescode.html>.
    package let code: Int32
    package let message: String

    package init(_ operation: String, code: Int32, _ message: String) {
        self.operation = operation
        self.code = code
        self.message = message
    }

    /// What is asked of the library is not what this module is for.
    init(misused operation: String, _ message: String) {
        self.init(operation, code: SQLITE_MISUSE, message)
    }

    package enum Kind: Sendable, Equatable {
        /// Another connection holds it, and did so for as long as one was ready to wait.
        case busy
        /// No room on the disk, or no more pages than it may have.
        case full
        case corrupt
        /// The file is none of a database.
        case notADatabase
        case constraint
        case cannotOpen
        case readOnly
        case inputOutput
        /// Whoever watched the statement wanted no more of it.
        case interrupted
        case other
    }

    package var kind: Kind {
        switch code & 0xFF {
        case SQLITE_BUSY, SQLITE_LOCKED: .busy
        case SQLITE_FULL: .full
        case SQLITE_CORRUPT: .corrupt
        case SQLITE_NOTADB: .notADatabase
        case SQLITE_CONSTRAINT: .constraint
        case SQLITE_CANTOPEN: .cannotOpen
        case SQLITE_READONLY: .readOnly
        case SQLITE_IOERR: .inputOutput
        case SQLITE_INTERRUPT: .interrupted
        default: .other
        }
    }
}

extension DatabaseError: CustomStringConvertible {
    package var description: String { "\(operation): \(message) (\(code))" }
}
