// The books of the embedded stack, as its database holds them (docs/formats/ledger.md): read where they stand, since ten
// million rows that are moved inside the library take a third of the time of rows that come out of it and go in again.

internal import SQLite
internal import StackVocabulary

extension EvidenceImport {
    static let stackTables = ["payments", "refunds", "attempts", "journal", "balances", "notifications"]

    /// - Parameter path: of the ledger; the shadow's own file stands beside it where the two are apart.
    package func takeLedger(_ path: String, shadowPath: String?) throws(EvidenceError) {
        try evidence.change { () throws(DatabaseError) in try defineKeys() }
        for namespace in Namespace.allCases {
            let place = namespace == .shadow ? shadowPath ?? path : path
            try take("stack \(namespace.name)", into: Self.stackTables) { rows in
                try attach(place)
                defer { detach() }
                let channels = try channelNames()
                try note(channels)
                let ledger = LedgerTexts(namespace, channels: channels)
                for (table, selection) in ledger.selections {
                    try database.run("INSERT INTO main.\(table) \(selection)")
                    rows += Int64(database.changedRows)
                }
            }
        }
    }

    private func attach(_ path: String) throws(DatabaseError) {
        // What is attached belongs to no transaction that is under way.
        try database.run("COMMIT")
        defer { try? database.run("BEGIN") }
        let attach = try database.prepare("ATTACH ? AS ledger")
        attach.bind(1, path)
        try attach.run()
    }

    private func detach() {
        try? database.run("COMMIT")
        try? database.run("DETACH ledger")
        try? database.run("BEGIN")
    }

    private func channelNames() throws(DatabaseError) -> [(number: Int64, name: String)] {
        let rows = try database.prepare("SELECT number, name FROM ledger.channels ORDER BY number")
        var names: [(Int64, String)] = []
        while try rows.step() { names.append((rows.integer(0), rows.text(1))) }
        return names
    }

    private func note(_ channels: [(number: Int64, name: String)]) throws(DatabaseError) {
        let row = try database.prepare("INSERT OR REPLACE INTO channels VALUES (?, ?)")
        for channel in channels {
            row.bind(1, channel.number)
            row.bind(2, channel.name)
            try row.run()
        }
    }

    func defineKeys() throws(DatabaseError) {
        try database.define("sent_key", arguments: 1) { arguments in
            arguments.isNull(0) ? .null : .text(SentKey.found(in: arguments.text(0)))
        }
    }
}

/// What the ledger's numbers stand for.
private struct LedgerTexts {
    let prefix: String
    let namespace: String
    let channels: [(number: Int64, name: String)]

    init(_ namespace: Namespace, channels: [(number: Int64, name: String)]) {
        prefix = "ledger.\(namespace.name)_"
        self.namespace = "'\(namespace.name)'"
        self.channels = channels
    }

    private func words(_ column: String, _ words: [(number: Int64, name: String)]) -> String {
        if words.isEmpty { return "NULL" }
        return "CASE \(column) " + words.map { "WHEN \($0.number) THEN '\($0.name)'" }.joined(separator: " ") + " END"
    }

    private func words(_ column: String, _ names: [String]) -> String {
        words(column, names.enumerated().map { (Int64($0.offset), $0.element) })
    }

    private static let outcomes = ["approved", "declined", "pending", "unknown", "refused"]

    var selections: [(table: String, selection: String)] {
        [
            (
                "payments",
                """
                SELECT id, key, '\(MerchantID.prefix)' || merchant, currency, amount,
                  \(words("state", PaymentState.allCases.map(\.name))), version, \(words("channel", channels)), captured,
                  refunded, refund_pending, created_ms, changed_ms, \(namespace),
                  CASE length(key) WHEN 26 THEN key ELSE sent_key(key) END
                FROM \(prefix)payments
                """
            ),
            (
                "refunds",
                """
                SELECT id, payment, key, currency, amount,
                  \(words("state", ["pending", "unknown", "refunded", "failed"])), version, created_ms, changed_ms,
                  \(namespace), CASE length(key) WHEN 26 THEN key ELSE sent_key(key) END
                FROM \(prefix)refunds
                """
            ),
            (
                "attempts",
                """
                SELECT char(kind) || attempt, record,
                  \(words("channel", channels)), \(words("outcome", Self.outcomes)), sends, sent_ms, ended_ms, \(namespace)
                FROM \(prefix)attempts
                """
            ),
            (
                "journal",
                """
                SELECT number, change, record, account, currency, amount, at_ms, \(namespace)
                FROM \(prefix)journal
                """
            ),
            (
                "balances",
                """
                SELECT account, currency, amount + coalesce((
                    SELECT sum(j.amount) FROM \(prefix)journal j
                    WHERE j.number > (SELECT flushed FROM \(prefix)progress)
                      AND j.account = b.account AND j.currency = b.currency), 0), \(namespace)
                FROM \(prefix)balances b
                """
            ),
            (
                "notifications",
                """
                SELECT record, version, \(words("state", ["waiting", "delivered", "given_up"])), attempts, url,
                  \(namespace) FROM \(prefix)notifications
                """
            ),
        ]
    }
}
