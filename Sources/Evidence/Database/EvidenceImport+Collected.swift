internal import ChannelProfile
internal import JSON
internal import Money
internal import SQLite
internal import StackVocabulary
internal import Timebase

/// What an import needs to know beside the sources.
package struct ImportFacts: Sendable {
    /// Of the run's first instant, since 1970.
    package var beginMilliseconds: Int64
    /// Where the run's own sink of webhooks is reached.
    package var webhookURL: String?
    /// The run had the embedded stack.
    package var isEmbedded: Bool
    /// As it was run, with its secrets unresolved.
    package var planText: String
    /// What was set beside it, as `path=value`.
    package var planOverrides: [String] = []

    package init(beginMilliseconds: Int64, webhookURL: String?, isEmbedded: Bool, planText: String) {
        self.beginMilliseconds = beginMilliseconds
        self.webhookURL = webhookURL
        self.isEmbedded = isEmbedded
        self.planText = planText
    }
}

extension EvidenceImport {
    /// All that a run has left, and the indexes behind it.
    ///
    /// - Parameter isOver: asked while foreign sources are read.
    package func take(
        _ record: RunRecord, _ collected: CollectedEvidence, _ facts: ImportFacts,
        isOver: @escaping () -> Bool
    ) throws(EvidenceError) {
        try take(record)
        try say(facts)
        try takeIsolation(record, facts)
        try takeRequests(record, collected)
        try takeStack(collected)
        for channel in collected.channels { try take(channel, facts) }
        try takeWebhooks(collected, facts)
        try takeCounters(collected)
        for log in collected.logs { try takeLog(log) }
        for source in collected.sources { try take(source, isOver: isOver) }
        if !facts.isEmbedded { try joinStatements() }
        try evidence.index()
        try align()
    }

    private func say(_ facts: ImportFacts) throws(EvidenceError) {
        try evidence.say("begin_ms", "\(facts.beginMilliseconds)")
        try evidence.say("plan_text", facts.planText)
        let overrides = JSONValue.texts(facts.planOverrides)
        try evidence.say("plan_overrides", String(decoding: overrides.bytes(.compact), as: UTF8.self))
        if facts.isEmbedded { try evidence.say("stack", "embedded") }
        if let url = facts.webhookURL { try evidence.say("webhooks", url) }
    }

    // MARK: The driver

    private func takeRequests(_ record: RunRecord, _ collected: CollectedEvidence) throws(EvidenceError) {
        try takeSent(record, from: collected.requests)
        try mark("sent", ["sent"], collected.requestsState)
    }

    /// What was torn or missing when it was collected is no better for having been read, and no worse than what reading it
    /// has shown.
    private func mark(
        _ name: String, _ tables: [String], _ state: CollectedEvidence.State
    ) throws(EvidenceError) {
        switch state {
        case .whole: return
        case .torn(let reason):
            let read = try evidence.sources().first { $0.name == name }
            let faults = [reason, read?.fault ?? ""].filter { !$0.isEmpty }
            try note(
                SourceStanding(
                    name: name, state: .torn, tables: tables, rows: read?.rows ?? 0,
                    fault: faults.joined(separator: "; ")))
        case .missing(let reason):
            try note(SourceStanding(name: name, state: .missing, tables: tables, fault: reason))
        }
    }

    // MARK: The stack

    private func takeStack(_ collected: CollectedEvidence) throws(EvidenceError) {
        switch collected.stack {
        case .none: return
        case .missing(let reason):
            try note(SourceStanding(name: "stack", state: .missing, tables: Self.stackTables, fault: reason))
        case .ledger(let path, let state):
            try takeLedger(path, shadowPath: EvidenceFiles.isThere("\(path).shadow") ? "\(path).shadow" : nil)
            for namespace in Namespace.allCases { try mark("stack \(namespace.name)", Self.stackTables, state) }
        case .exports(let exports):
            for export in exports { try take(export) }
        }
    }

    private func take(_ export: CollectedEvidence.Export) throws(EvidenceError) {
        let name = "stack \(export.namespace.name) \(export.table)"
        if case .missing = export.state { return try mark(name, [export.table], export.state) }
        try take(name, into: [export.table]) { rows in try take(export, &rows) }
        try mark(name, [export.table], export.state)
    }

    private func takeLog(_ log: CollectedEvidence.Export) throws(EvidenceError) {
        let name = "stack \(log.namespace.name) log"
        if case .missing = log.state { return try mark(name, ["log"], log.state) }
        try take(name, into: ["log"]) { rows in
            let row = try insert(into: "log", columns: 2)
            var text: [UInt8] = []
            // It is short.
            try log.place.read { text += $0 }
            for line in text.split(separator: UInt8(ascii: "\n")) {
                row.bind(1, log.namespace.name)
                row.bind(
                    2, masking: (try? JSONValue(parsing: Array(line)))?.string ?? String(decoding: line, as: UTF8.self))
                try row.run()
                rows += 1
            }
        }
        try mark(name, ["log"], log.state)
    }

    // MARK: Banks

    private func take(_ channel: CollectedEvidence.Channel, _ facts: ImportFacts) throws(EvidenceError) {
        let namespace = channel.namespace.name
        let name = "statement \(namespace) \(channel.name)"
        if case .missing = channel.statementState {
            try mark(name, ["statement"], channel.statementState)
        } else {
            try takeStatement(
                of: channel.name, namespace, channel.statementForm, at: channel.statement, isEmbedded: facts.isEmbedded)
            try mark(name, ["statement"], channel.statementState)
        }
        try takeJournal(of: channel)
    }

    private func takeJournal(of channel: CollectedEvidence.Channel) throws(EvidenceError) {
        let name = "journal \(channel.namespace.name) \(channel.name)"
        if case .missing = channel.journalState {
            return try mark(name, ["channel_requests"], channel.journalState)
        }
        try take(name, into: ["channel_requests"]) { rows in
            var sight = ChannelSight(channel.name, channel.namespace, runID: try evidence.about("run_id") ?? "")
            let stray = try insert(into: "stray_requests", columns: 7)
            var reader = try ChannelJournalReader(channel.journal)
            while let entry = try reader.next() { rows += try sight.take(entry, stray) ? 1 : 0 }
            try reader.tally.check(channel.journal.name)
            try sight.write(try insert(into: "channel_requests", columns: 7))
            try sight.writeCalls(try insert(into: "channel_calls", columns: 6))
        }
        try mark(name, ["channel_requests"], channel.journalState)
    }

    // MARK: Merchants

    private func takeWebhooks(_ collected: CollectedEvidence, _ facts: ImportFacts) throws(EvidenceError) {
        guard let journal = collected.webhooks else {
            // Where nobody was to be told, nobody was told too little.
            let told: Int64 = try evidence.reading { () throws(DatabaseError) in
                try database.integer("SELECT count(*) FROM notifications") ?? 0
            }
            let state: SourceStanding.State = facts.isEmbedded && told == 0 ? .whole : .none
            return try note(SourceStanding(name: "webhooks", state: state, tables: ["webhooks"]))
        }
        try take("webhooks", into: ["webhooks"]) { rows in
            let row = try insert(into: "webhooks", columns: 11)
            var reader = try WebhookJournalReader(journal)
            while let entry = try reader.next() { try take(entry, row, &rows) }
            try reader.tally.check(journal.name)
        }
        try mark("webhooks", ["webhooks"], collected.webhooksState)
    }

    private func take(_ entry: WebhookEntry, _ row: Statement, _ rows: inout Int64) throws(DatabaseError) {
        rows += 1
        row.bind(1, entry.at.nanoseconds)
        if let id = RecordID(entry.id.text) {
            row.bind(2, id.number)
        } else {
            row.bind(2, entry.id.text.isEmpty ? nil : entry.id.text)
        }
        row.bind(3, entry.event.text)
        row.bind(4, entry.version.map { Int64($0) })
        row.bind(5, entry.state.text.isEmpty ? nil : entry.state.text)
        row.bind(6, entry.captured)
        row.bind(7, entry.refunded)
        row.bind(8, entry.signature.name)
        row.bind(9, entry.isMarked ? 1 : 0 as Int64)
        row.bind(10, Int64(entry.status))
        row.bind(11, String(entry.digest, radix: 16))
        try row.run()
    }

    // MARK: Counters and isolation

    private func takeCounters(_ collected: CollectedEvidence) throws(EvidenceError) {
        try take("counters", into: ["counters"]) { rows in
            let row = try insert(into: "counters", columns: 3)
            for counter in collected.counters {
                row.bind(1, counter.name)
                if let before = counter.before { row.bind(2, before) } else { row.bindNull(2) }
                if let after = counter.after { row.bind(3, after) } else { row.bindNull(3) }
                try row.run()
                rows += 1
            }
        }
        try mark("counters", ["counters"], collected.countersState)
    }

    private func takeIsolation(_ record: RunRecord, _ facts: ImportFacts) throws(EvidenceError) {
        try evidence.change { () throws(DatabaseError) in
            let canary = try insert(into: "canaries", columns: 2)
            let keys = CanaryKeys(runID: record.identity.runID)
            for probe in CanaryKeys.Probe.allCases {
                canary.bind(1, keys[probe])
                canary.bind(2, probe.purpose)
                try canary.run()
            }
            let egress = try insert(into: "egress", columns: 4)
            for place in record.egress {
                egress.bind(1, place.by.rawValue)
                egress.bind(2, place.origin)
                egress.bind(3, place.purpose)
                egress.bind(4, place.requests.map { Int64(clamping: $0) })
                try egress.run()
            }
        }
        // Whom a stack of others contacts, nobody sees.
        try note(
            SourceStanding(
                name: "egress", state: facts.isEmbedded ? .whole : .none, tables: ["egress"],
                rows: Int64(record.egress.count)))
        guard let before = record.snapshots.first(where: { $0.moment == .before }),
            let after = record.snapshots.last(where: { $0.moment == .after })
        else { return }
        try take("snapshots", into: ["snapshots"]) { rows in
            let row = try insert(into: "snapshots", columns: 4)
            for (namespace, old, new) in [
                ("live", before.live, after.live), ("shadow", before.shadow, after.shadow),
            ] {
                for table in new.tables {
                    row.bind(1, namespace)
                    row.bind(2, table.name)
                    row.bind(3, old[table.name].map { Int64(clamping: $0) })
                    row.bind(4, Int64(clamping: table.rows))
                    try row.run()
                    rows += 1
                }
            }
        }
    }

    /// What a line of a statement is about: by what the stack says it called its banks with, or by its own name.
    private func joinStatements() throws(EvidenceError) {
        try evidence.change { () throws(DatabaseError) in
            try database.run(
                """
                CREATE INDEX attempts_reference ON attempts (reference);
                UPDATE statement SET record = coalesce(
                  (SELECT record FROM attempts a WHERE a.reference = statement.reference LIMIT 1), reference)
                WHERE record IS NULL
                """)
        }
    }

    /// The banks' clocks began at an instant of their own. No call that was answered ended before it was booked: the least
    /// distance of the two is what lies between the clocks, a millisecond more or less.
    private func align() throws(EvidenceError) {
        // The drill's own banks first: their twins for live traffic may have begun at another instant.
        var offset = try leastDistance(of: .shadow)
        if offset == nil { offset = try leastDistance(of: .live) }
        if let offset { try evidence.say("bank_offset_ns", "\(offset)") }
    }

    /// In a ledger that is read in its file a reference is what stands behind its record's id.
    private func leastDistance(of namespace: Namespace) throws(EvidenceError) -> Int64? {
        let begin = try evidence.about("begin_ms").flatMap { Int64($0) } ?? 0
        return try evidence.reading { () throws(DatabaseError) in
            try database.integer(
                """
                SELECT min(distance) FROM (
                  SELECT (a.ended_ms - \(begin)) * 1000000 - s.at_ns AS distance
                  FROM statement s CROSS JOIN
                    (SELECT record, reference, outcome, ended_ms FROM attempts
                     WHERE outcome IN ('approved', 'pending', 'declined') AND coalesce(sends, 1) = 1
                       AND namespace = '\(namespace.name)' LIMIT 1000) a
                    ON a.record = s.record AND (a.outcome = 'approved' OR a.outcome = s.booking)
                    AND (a.reference = s.reference OR '-' || a.reference = substr(s.reference, -1 - length(a.reference)))
                  WHERE s.at_ns IS NOT NULL AND s.namespace = '\(namespace.name)' LIMIT 200)
                """)
        }
    }
}

/// What one bank saw: all requests in numbers, and each that should not have come.
private struct ChannelSight {
    private struct Kind: Hashable {
        let kind: ChannelEntry.Kind
        let operation: Operation
        let tag: ChannelEntry.Tag

        /// The order in which they are written.
        var words: (String, String, String) { ("\(kind)", operation.rawValue, "\(tag)") }
    }

    private let channel: String
    private let namespace: Namespace
    private let canaries: CanaryKeys
    private var counts: [Kind: (requests: Int64, booked: Int64)] = [:]
    private var calls = ChannelCalls()

    init(_ channel: String, _ namespace: Namespace, runID: String) {
        self.channel = channel
        self.namespace = namespace
        canaries = CanaryKeys(runID: runID)
    }

    /// True for a request, as against what happened to a payment later.
    mutating func take(_ entry: ChannelEntry, _ stray: Statement) throws(DatabaseError) -> Bool {
        guard entry.kind == .request || entry.kind == .stray else { return false }
        let kind = Kind(kind: entry.kind, operation: entry.operation, tag: entry.tag)
        counts[kind, default: (0, 0)].requests += 1
        if entry.booking != .none { counts[kind, default: (0, 0)].booked += 1 }
        calls.take(entry)
        let isExpected = namespace == .shadow ? entry.tag == .verified : entry.tag == .untagged
        if isExpected { return true }
        stray.bind(1, channel)
        stray.bind(2, namespace.name)
        stray.bind(3, entry.at.nanoseconds)
        stray.bind(4, entry.operation.rawValue)
        stray.bind(5, "\(entry.tag)")
        stray.bind(6, masking: name(of: entry))
        stray.bind(7, entry.booking.name)
        try stray.run()
        return true
    }

    /// A probe is known by its key as well.
    private func name(of entry: ChannelEntry) -> String? {
        let digests = [entry.payment, entry.key]
        let probe = CanaryKeys.Probe.allCases.first { digests.contains(canaries.digest($0)) }
        return probe.map { canaries[$0] } ?? entry.reference?.description
    }

    /// Of the drill's banks: what the live ones see is not judged.
    func writeCalls(_ row: Statement) throws(DatabaseError) {
        if namespace == .shadow { try calls.write(row, channel) }
    }

    func write(_ row: Statement) throws(DatabaseError) {
        for kind in counts.keys.sorted(by: { $0.words < $1.words }) {
            let words = kind.words
            row.bind(1, channel)
            row.bind(2, namespace.name)
            row.bind(3, words.0)
            row.bind(4, words.1)
            row.bind(5, words.2)
            row.bind(6, counts[kind]?.requests ?? 0)
            row.bind(7, counts[kind]?.booked ?? 0)
            try row.run()
        }
    }
}
