// Goal: every source of evidence stands in one database, and what could not be read of it is told beside it.
// Method: each source is read once, in the order in which it was written, straight into its table. A source that ends early
// leaves what it had and a row in `sources` that says so: nothing is green that was not there to be looked at.
// Not here: judging; fetching anything over a network.

package import ChannelProfile
internal import Diagnostics
internal import JSON
internal import Money
internal import SQLite
internal import StackVocabulary
internal import Timebase

package struct EvidenceImport {
    package let evidence: EvidenceDatabase
    let cards = MaskedIDs()
    var database: Database { evidence.database }

    package init(into evidence: EvidenceDatabase) {
        self.evidence = evidence
    }

    // MARK: What became of a source

    /// Reads one source to its end, or to where it breaks off.
    func take(
        _ name: String, into tables: [String], _ read: (inout Int64) throws -> Void
    ) throws(EvidenceError) {
        var standing = SourceStanding(name: name, state: .whole, tables: tables)
        do {
            try read(&standing.rows)
        } catch let error as DatabaseError where error.kind == .full || error.kind == .inputOutput {
            // No room for the evidence is no fault of the source.
            throw EvidenceError("write", EvidenceDatabase.fileName, reason: "\(error)")
        } catch {
            standing.state = .torn
            standing.fault = "\(error)"
        }
        try note(standing)
    }

    package func note(_ standing: SourceStanding) throws(EvidenceError) {
        try evidence.change { () throws(DatabaseError) in
            let insert = try database.prepare("INSERT OR REPLACE INTO sources VALUES (?, ?, ?, ?, ?)")
            insert.bind(1, standing.name)
            insert.bind(2, standing.state.rawValue)
            insert.bind(3, standing.tables.joined(separator: " "))
            insert.bind(4, standing.rows)
            insert.bind(5, masking: standing.fault)
            try insert.run()
        }
    }

    func insert(into table: String, columns: Int) throws(DatabaseError) -> Statement {
        let places = repeatElement("?", count: columns).joined(separator: ", ")
        return try database.prepare("INSERT INTO \(table) VALUES (\(places))")
    }

    // MARK: The run itself

    /// Steps, stages, events and series, and the whole record as it is.
    package func take(_ record: RunRecord) throws(EvidenceError) {
        try evidence.say("run_id", record.identity.runID)
        try evidence.say("plan", record.identity.plan)
        try evidence.say("plan_digest", record.identity.planDigest)
        try evidence.say("seed", "\(record.identity.seed)")
        try evidence.keep(record)
        try evidence.change { () throws(DatabaseError) in
            try takeSteps(record)
            try takeStages(record)
            try takeEvents(record)
            try takeTransitions()
        }
    }

    /// From each state every one that can come behind it, in one step or several.
    private func takeTransitions() throws(DatabaseError) {
        let row = try insert(into: "transitions", columns: 2)
        for state in PaymentState.allCases {
            for next in state.descendants {
                row.bind(1, state.name)
                row.bind(2, next.name)
                try row.run()
            }
        }
    }

    private func takeSteps(_ record: RunRecord) throws(DatabaseError) {
        let row = try insert(into: "steps", columns: 5)
        for (number, step) in record.steps.enumerated() {
            row.bind(1, Int64(number))
            row.bind(2, masking: step.journey)
            row.bind(3, masking: step.title)
            row.bind(4, step.priority)
            row.bind(5, step.movesMoney ? 1 : 0 as Int64)
            try row.run()
        }
    }

    private func takeStages(_ record: RunRecord) throws(DatabaseError) {
        let row = try insert(into: "stages", columns: 6)
        let histogram = try insert(into: "histograms", columns: 5)
        for (number, stage) in record.stages.enumerated() {
            row.bind(1, Int64(number))
            row.bind(2, masking: stage.name)
            row.bind(3, stage.kind)
            row.bind(4, stage.span.lowerBound.nanoseconds)
            row.bind(5, stage.span.upperBound.nanoseconds)
            row.bind(6, stage.countsForVerdicts ? 1 : 0 as Int64)
            try row.run()
            for (step, cell) in stage.cells.enumerated() {
                for (kind, packed) in [("corrected", cell.corrected), ("raw", cell.raw), ("shed", cell.shed)]
                where packed.count > 0 {
                    histogram.bind(1, Int64(number))
                    histogram.bind(2, Int64(step))
                    histogram.bind(3, kind)
                    histogram.bind(4, Int64(clamping: packed.count))
                    histogram.bind(5, blob: packed.bytes.span)
                    try histogram.run()
                }
            }
        }
    }

    private func takeEvents(_ record: RunRecord) throws(DatabaseError) {
        let row = try insert(into: "events", columns: 3)
        for event in record.events {
            row.bind(1, event.at.nanoseconds)
            row.bind(2, event.kind.rawValue)
            row.bind(3, masking: event.text)
            try row.run()
        }
        let value = try insert(into: "series", columns: 3)
        for series in record.observed {
            for (index, sample) in series.values.enumerated() {
                value.bind(1, series.name)
                value.bind(2, series.instant(of: index).nanoseconds)
                if let sample { value.bind(3, sample) } else { value.bindNull(3) }
                try value.run()
            }
        }
    }

    // MARK: What the driver sent

    /// The attempts of steps that move money. Reads are in the run's record, as series.
    package func takeSent(
        _ record: RunRecord, from journal: CollectedEvidence.Journal
    ) throws(EvidenceError) {
        try take("sent", into: ["sent"]) { rows in
            var reader = try EvidenceReader(journal, ofRun: record.identity.runID)
            let moves = record.steps.map(\.movesMoney)
            let row = try insert(into: "sent", columns: 12)
            while let attempt = try reader.next() { try take(attempt, moves, row, &rows) }
            let (found, written) = (reader.tally.records, record.generator.evidenceRecords)
            try reader.tally.check(
                journal.name, found == written ? nil : "\(found) rows of \(written) that were written")
        }
    }

    private func take(
        _ attempt: EvidenceRecord, _ moves: [Bool], _ row: Statement, _ rows: inout Int64
    ) throws(DatabaseError) {
        let intent = attempt.intent
        // A step that the record does not know may have moved anything.
        guard intent.key != 0, !moves.indices.contains(Int(intent.step)) || moves[Int(intent.step)] else { return }
        rows += 1
        row.bind(1, rows)
        row.bind(2, SentKey.text(intent.key))
        row.bind(3, Int64(intent.step))
        row.bind(4, Int64(intent.attempt))
        row.bind(5, Int64(intent.flags.rawValue))
        row.bind(6, Int64(bitPattern: intent.arrival))
        row.bind(7, intent.intendedAt.nanoseconds)
        row.bind(8, intent.sentAt.nanoseconds)
        if let ending = attempt.ending {
            row.bind(9, ending.completedAt.nanoseconds)
            row.bind(10, ending.outcome.name)
            row.bind(11, Int64(ending.status))
        } else {
            row.bindNull(9)
            row.bind(10, "unknown")
            row.bind(11, 0 as Int64)
        }
        row.bind(12, intent.amount)
        try row.run()
    }

    // MARK: What banks say

    /// - Parameter isEmbedded: references begin with the id of what they are about.
    package func takeStatement(
        of channel: String, _ namespace: String, _ form: StatementRule.Form, at place: CollectedEvidence.Place,
        isEmbedded: Bool
    ) throws(EvidenceError) {
        try take("statement \(namespace) \(channel)", into: ["statement"]) { rows in
            var reader = ChannelStatementReader(form)
            let row = try insert(into: "statement", columns: 11)
            try place.read { piece in
                for line in try reader.read(piece) { try take(line, channel, namespace, isEmbedded, row, &rows) }
            }
            try reader.finish()
        }
    }

    private func take(
        _ line: StatementLine, _ channel: String, _ namespace: String, _ isEmbedded: Bool, _ row: Statement,
        _ rows: inout Int64
    ) throws(DatabaseError) {
        rows += 1
        let reference = line.reference.description
        row.bind(1, channel)
        row.bind(2, masking: reference)
        row.bind(3, line.operation.rawValue)
        row.bind(4, line.booking.name)
        row.bind(5, line.amount)
        row.bind(6, line.currency?.code)
        row.bind(8, line.at.nanoseconds)
        row.bind(9, Int64(clamping: line.sequence))
        row.bind(10, isEmbedded ? reference.recordOfReference?.number : nil as Int64?)
        row.bind(11, namespace)
        try row.run()
    }
}

extension StepRecord {
    /// Reads change nothing, and neither does waiting.
    package var movesMoney: Bool {
        let method = title.prefix { $0 != " " }
        return isRequest && method != "GET" && method != "HEAD" && method != "OPTIONS"
    }
}

extension PaymentState {
    fileprivate var descendants: [PaymentState] {
        var found: [PaymentState] = []
        var ahead = successors
        while let state = ahead.popLast() {
            if found.contains(state) { continue }
            found.append(state)
            ahead += state.successors
        }
        return found
    }
}

extension String {
    /// `0cm9k2t4h0g21` of `0cm9k2t4h0g21-p1`; nil for what is no reference of the embedded stack.
    fileprivate var recordOfReference: RecordID? {
        let bytes = utf8Span.span
        guard (16...18).contains(bytes.count), bytes[RecordID.letterCount] == UInt8(ascii: "-") else { return nil }
        return RecordID(bytes.extracting(0..<RecordID.letterCount))
    }
}

extension RecordID {
    /// As it stands in the database: numbers are half as long as texts, and found twice as fast.
    package var number: Int64 { Int64(bitPattern: bits) }
}
