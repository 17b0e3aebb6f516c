internal import Evidence
internal import SQLite
internal import StackVocabulary
internal import Timebase

/// Brings together what all ledgers say of some payments and refunds, in the order of time. All of them at once: each ledger
/// is gone through once, however many are asked for.
struct Tracer {
    private let evidence: EvidenceDatabase

    init(_ evidence: EvidenceDatabase) {
        self.evidence = evidence
    }

    /// For each subject (an id, a key) its events; what is none of them has none.
    func traces(of subjects: [String]) throws(EvidenceError) -> [String: [TraceEvent]] {
        try evidence.running(
            "DROP TABLE IF EXISTS temp.traced; CREATE TEMP TABLE traced (subject TEXT, id ANY, key TEXT)")
        for subject in Set(subjects).sorted() { try find(subject) }
        try evidence.running("CREATE INDEX temp.traced_id ON traced (id); CREATE INDEX temp.traced_key ON traced (key)")
        var traces: [String: [TraceEvent]] = [:]
        for (ledger, sql) in Self.questions {
            try evidence.asking(sql) { row in
                let at = row.isNull(1) ? nil : TimeSpan(nanoseconds: row.integer(1))
                guard !row.isNull(2) else { return }
                traces[row.text(0), default: []].append(TraceEvent(ledger: ledger, at: at, text: row.text(2)))
            }
        }
        return traces.mapValues { events in
            Array(events.enumerated().sorted { Self.isBefore($0, $1) }.map(\.element).prefix(Auditor.traceEventsMax))
        }
    }

    /// What has no instant stands last; what has the same stays in the order of ledgers.
    private static func isBefore(
        _ one: (offset: Int, element: TraceEvent), _ other: (offset: Int, element: TraceEvent)
    ) -> Bool {
        let (left, right) = (one.element.at?.nanoseconds ?? .max, other.element.at?.nanoseconds ?? .max)
        return (left, one.offset) < (right, other.offset)
    }

    /// The payment that a subject is about, its refunds, and their keys.
    private func find(_ subject: String) throws(EvidenceError) {
        let number = RecordID(subject).map(\.number)
        let id = number.map { "\($0)" } ?? "?1"
        try evidence.running(
            """
            INSERT INTO traced
            WITH own AS (
              SELECT id FROM payments WHERE id = \(id) OR sent_key = ?1
              UNION SELECT payment FROM refunds WHERE id = \(id) OR sent_key = ?1
              UNION SELECT \(id)),
            family AS (SELECT id FROM own UNION SELECT r.id FROM own CROSS JOIN refunds r ON r.payment = own.id)
            SELECT ?1, f.id, NULL FROM family f
            UNION SELECT ?1, NULL, p.sent_key FROM family f CROSS JOIN payments p ON p.id = f.id
            UNION SELECT ?1, NULL, r.sent_key FROM family f CROSS JOIN refunds r ON r.id = f.id
            UNION SELECT ?1, NULL, ?1
            """, [subject])
    }

    private static let questions: [(ledger: String, sql: String)] = [
        (
            "driver",
            """
            SELECT t.subject, a.sent_ns, 'sent ' || s.title || ' of ' || a.amount || ', attempt ' || a.attempt
              || CASE WHEN a.flags & 4 THEN ', without marks' ELSE '' END
            FROM traced t CROSS JOIN sent a ON a.key = t.key JOIN steps s ON s.number = a.step
            UNION ALL
            SELECT t.subject, a.ended_ns, a.outcome || CASE WHEN a.status THEN ' ' || a.status ELSE '' END
            FROM traced t CROSS JOIN sent a ON a.key = t.key
            """
        ),
        (
            "stack",
            """
            SELECT t.subject, (p.created_ms - begin_ms()) * 1000000, p.namespace || ' payment ' || id_text(p.id) || ' of '
              || p.amount || ' ' || p.currency FROM traced t CROSS JOIN payments p ON p.id = t.id
            UNION ALL
            SELECT t.subject, (r.created_ms - begin_ms()) * 1000000, r.namespace || ' refund ' || id_text(r.id) || ' of '
              || r.amount FROM traced t CROSS JOIN refunds r ON r.id = t.id
            UNION ALL
            SELECT t.subject, (a.sent_ms - begin_ms()) * 1000000, 'asked ' || a.channel || ' as ' || a.reference
              FROM attempts a CROSS JOIN traced t ON t.id = a.record
            UNION ALL
            SELECT t.subject, (a.ended_ms - begin_ms()) * 1000000, a.channel || ': ' || a.outcome || ', sent '
              || coalesce(a.sends, 1) || ' times' FROM attempts a CROSS JOIN traced t ON t.id = a.record
            UNION ALL
            SELECT t.subject, (p.changed_ms - begin_ms()) * 1000000, 'payment is ' || p.state || ', version '
              || coalesce(p.version, 0) FROM traced t CROSS JOIN payments p ON p.id = t.id
            UNION ALL
            SELECT t.subject, (r.changed_ms - begin_ms()) * 1000000, 'refund is ' || r.state
              FROM traced t CROSS JOIN refunds r ON r.id = t.id
            """
        ),
        (
            "journal",
            """
            SELECT t.subject, (j.at_ms - begin_ms()) * 1000000, account_text(j.account) || ' ' || j.amount || ' '
              || j.currency FROM journal j CROSS JOIN traced t ON t.id = j.record ORDER BY j.number
            """
        ),
        (
            "bank",
            """
            SELECT t.subject, CASE WHEN s.at_ns IS NOT NULL THEN s.at_ns + bank_offset_ns()
                ELSE (s.at_ms - begin_ms()) * 1000000 END,
              s.channel || ' ' || s.booking || ' ' || s.amount || ' ' || coalesce(s.currency, '') || ' as ' || s.reference
            FROM statement s CROSS JOIN traced t ON t.id = s.record ORDER BY s.sequence
            """
        ),
        (
            "webhook",
            """
            SELECT t.subject, w.at_ns, w.event || coalesce(', version ' || w.version, '') || ', answered ' || w.status
            FROM traced t CROSS JOIN webhooks w ON w.id = t.id
            """
        ),
    ]
}
