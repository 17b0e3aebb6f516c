internal import SQLite
internal import StackVocabulary

/// The embedded stack's ids and accounts as people and logs write them, for queries: `id_text`, `account_text`. Texts stay as
/// they are.
enum EvidenceNames {
    static func define(on database: Database) throws(DatabaseError) {
        try database.define("id_text", arguments: 1) { arguments in
            if arguments.isNull(0) { return .null }
            guard arguments.isInteger(0) else { return .text(arguments.text(0)) }
            return .text(RecordID(bits: UInt64(bitPattern: arguments.integer(0))).description)
        }
        let channels = ChannelTexts(database)
        try database.define("account_text", arguments: 1) { arguments in
            guard arguments.isInteger(0) else { return .text(arguments.text(0)) }
            return .text(channels.account(arguments.integer(0)))
        }
    }
}

/// Names of channels, read when the first is needed: then they are there.
private final class ChannelTexts {
    private unowned let database: Database
    private var names: [Int64: String]?

    init(_ database: Database) {
        self.database = database
    }

    func account(_ bits: Int64) -> String {
        Account.name(ofBits: bits) { name(Int64($0)) }
    }

    private func name(_ number: Int64) -> String {
        let known = names ?? read()
        names = known
        return known[number] ?? "\(number)"
    }

    private func read() -> [Int64: String] {
        var names: [Int64: String] = [:]
        guard let rows = try? database.prepare("SELECT number, name FROM main.channels") else { return names }
        while (try? rows.step()) == true { names[rows.integer(0)] = rows.text(1) }
        return names
    }
}
