/// A step whose path names something else than the request's own id is about what was made before, and makes nothing that
/// could bear its key: a cancellation, a capture.
private let isAboutAnother = "instr(replace(s.title, '${id}', ''), '${') > 0"

extension AuditCheck {
    /// M2. A key is one payment; a payment is taken once, at the bank and in the journal; who was told "done" is in the books
    /// as done, and who was told "no" is not.
    ///
    /// The journal of a stack of others may name its merchants' accounts as it likes: then any line about a payment will do.
    /// One whose lines say nothing of payments at all cannot be asked for them.
    static let exactlyOnce = AuditCheck(
        "M2", "exactly once", .money, claim: "what was asked for once was done once, and told as it was done",
        [
            Question(
                "key_twice", finds: "a key with more than one payment, or more than one refund", needs: ["payments"],
                """
                SELECT min(id), 'key ' || sent_key || ' has ' || count(*) || ' payments' FROM payments
                WHERE sent_key IS NOT NULL AND sent_key <> '' GROUP BY sent_key HAVING count(*) > 1
                UNION ALL
                SELECT min(id), 'key ' || sent_key || ' has ' || count(*) || ' refunds' FROM refunds
                WHERE sent_key IS NOT NULL AND sent_key <> '' GROUP BY sent_key HAVING count(*) > 1
                """),
            Question(
                "taken_twice", finds: "a payment of which a bank took more than it is of",
                needs: ["payments", "statement"],
                """
                SELECT p.id, 'its bank took ' || b.taken || ' in ' || b.takes || ' bookings of a payment of ' || p.amount
                  || ' ' || p.currency
                FROM payments p CROSS JOIN effects b ON b.record = p.id WHERE b.taken > p.amount
                """),
            Question(
                "held_twice", finds: "a payment that a bank authorised more than once",
                needs: ["payments", "statement"],
                """
                SELECT record, 'authorised ' || holds || ' times' FROM effects WHERE holds > 1
                """),
            Question(
                "booked_twice", finds: "a payment that the journal credits with something else than what was captured",
                needs: ["payments", "journal"],
                """
                SELECT p.id, 'the journal credits ' || j.credited || ', and ' || p.captured || ' was captured'
                FROM (SELECT record, sum(amount) AS credited FROM journal
                  WHERE \(isMerchant) AND record IS NOT NULL GROUP BY record) j
                JOIN payments p ON p.id = j.record WHERE j.credited <> p.captured
                """),
            Question(
                "unposted", finds: "a payment that was captured, and that the journal credits to nobody",
                needs: ["payments", "journal"], presumes: ["journal"],
                """
                SELECT p.id, p.state || ' of ' || p.amount || ' ' || p.currency || ', and the journal knows nothing of it'
                FROM payments p
                WHERE coalesce(p.captured, CASE WHEN p.state IN \(takenStates) THEN p.amount END) > 0
                  AND p.id NOT IN (SELECT record FROM journal WHERE record IS NOT NULL
                    AND (\(isMerchant) OR NOT EXISTS (SELECT 1 FROM journal WHERE \(isMerchant))))
                  AND (EXISTS (SELECT 1 FROM journal WHERE record IS NOT NULL) OR NOT EXISTS (SELECT 1 FROM journal))
                """),
            Question(
                "told_and_not_there", finds: "a success that was answered, and of which the books know nothing",
                needs: ["sent", "payments"], presumes: ["payments"],
                """
                SELECT key, 'answered with ' || min(status) || ', and neither a payment nor a refund bears its key'
                FROM sent a WHERE outcome = 'ok' AND status IN (200, 201)
                  AND NOT EXISTS (SELECT 1 FROM payments p WHERE p.sent_key = a.key)
                  AND NOT EXISTS (SELECT 1 FROM refunds r WHERE r.sent_key = a.key)
                  AND NOT EXISTS (SELECT 1 FROM steps s WHERE s.number = a.step AND \(isAboutAnother))
                GROUP BY key
                """),
            Question(
                "told_done", finds: "a success that was answered, and that failed in the books",
                needs: ["sent", "payments"],
                """
                SELECT p.id, 'answered with 201, and ' || p.state FROM payments p
                WHERE p.state IN ('failed', 'expired')
                  AND EXISTS (SELECT 1 FROM sent a WHERE a.key = p.sent_key AND a.outcome = 'ok' AND a.status = 201)
                  AND (SELECT count(DISTINCT a.step) FROM sent a WHERE a.key = p.sent_key) = 1
                """),
            Question(
                "told_no", finds: "a decline that was answered, and that was taken all the same",
                needs: ["sent", "payments"],
                """
                SELECT p.id, 'answered as declined, and ' || p.state FROM sent a
                JOIN payments p ON p.sent_key = a.key AND p.state IN \(takenStates)
                WHERE a.outcome = 'declined'
                  AND NOT EXISTS (SELECT 1 FROM sent o WHERE o.key = a.key AND o.outcome <> 'declined')
                """),
        ])
}
