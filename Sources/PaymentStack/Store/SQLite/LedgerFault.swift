import SQLite

/// Why a file cannot serve as a ledger, and what to do about it.
package struct LedgerFault: Error, Sendable, CustomStringConvertible {
    let path: String
    let words: String

    init(_ path: String, _ words: String) {
        self.path = path
        self.words = words
    }

    init(_ path: String, _ error: DatabaseError) {
        self.path = path
        words =
            switch error.kind {
            case .corrupt:
                "is damaged (\(error)); restore it from a copy together with its -wal file, or name another file"
            case .notADatabase: "is no database; name another file, or remove it"
            case .cannotOpen: "cannot be opened (\(error)); is its folder there, and may this user write to it?"
            case .readOnly: "cannot be written to (\(error)); the ledger needs a file and a folder of its own"
            case .full: "has no room to grow (\(error)); make room on the disk"
            case .busy: "is held by another program (\(error)); end it"
            case .constraint, .inputOutput, .interrupted, .other: "cannot be used: \(error)"
            }
    }

    package var description: String { "the ledger '\(path)' \(words)" }
}
