/// Keys of which every attempt was shed.
private let shedOnly = """
    (SELECT key, count(*) AS attempts FROM sent a WHERE outcome = 'shed'
      AND NOT EXISTS (SELECT 1 FROM sent o WHERE o.key = a.key AND o.outcome <> 'shed') GROUP BY key)
    """

extension AuditCheck {
    /// R. A key of which every attempt was shed has moved nothing.
    static let rejection = AuditCheck(
        "R", "rejected means nothing", .money, claim: "what was refused at the door left no trace",
        [
            Question(
                "effect", finds: "a payment whose every attempt was shed, and that was done all the same",
                needs: ["sent", "payments"],
                """
                SELECT p.id, 'refused each of ' || k.attempts || ' times, and ' || p.state
                FROM \(shedOnly) k CROSS JOIN payments p ON p.sent_key = k.key WHERE p.state <> 'failed'
                UNION ALL
                SELECT r.id, 'refused each of ' || k.attempts || ' times, and ' || r.state
                FROM \(shedOnly) k CROSS JOIN refunds r ON r.sent_key = k.key WHERE r.state <> 'failed'
                """),
            Question(
                "bank_effect", finds: "a payment whose every attempt was shed, and that a bank booked",
                needs: ["sent", "payments", "statement"],
                """
                SELECT p.id, 'refused each of ' || k.attempts || ' times, and ' || s.booking || ' at the bank'
                FROM \(shedOnly) k CROSS JOIN payments p ON p.sent_key = k.key
                CROSS JOIN statement s ON s.record = p.id AND s.booking IN ('authorised', 'captured', 'transferred')
                """),
        ])

    /// U. What nobody knows is no failure and no success.
    static let resolution = AuditCheck(
        "U", "unknowns resolved", .money, claim: "of everything that was asked for it is known what became of it",
        [
            Question(
                "unresolved", finds: "a payment or refund that is still open", needs: ["payments"], refutes: false,
                """
                SELECT id, kind || ' of ' || amount || ' ' || currency || ' is ' || state || ', for '
                  || ((SELECT max(changed_ms) FROM payments) - created_ms) || ' ms'
                FROM unresolved ORDER BY created_ms
                """)
        ])
}
