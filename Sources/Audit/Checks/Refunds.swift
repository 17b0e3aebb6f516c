extension AuditCheck {
    /// M5. Never more is given back than was taken, at no instant and nowhere.
    static let refunds = AuditCheck(
        "M5", "refunds", .money, claim: "no more is given back than was taken, and each refund once",
        [
            Question(
                "over_refunded", finds: "a payment of which more was given back, or is about to be, than was taken",
                needs: ["payments"],
                """
                SELECT id, coalesce(refunded, 0) || ' refunded and ' || coalesce(refund_pending, 0) || ' under way of '
                  || captured FROM payments
                WHERE captured IS NOT NULL AND coalesce(refunded, 0) + coalesce(refund_pending, 0) > captured
                """),
            Question(
                "sum_diff", finds: "refunds that together are more than was taken, or other than the payment says",
                needs: ["payments", "refunds"],
                """
                SELECT p.id, 'refunds of ' || r.asked || ', of them ' || r.done || ' done; the payment says '
                  || coalesce(p.refunded, 0) || ' of ' || coalesce(p.captured, p.amount)
                FROM (SELECT payment, total(CASE WHEN state <> 'failed' THEN amount END) AS asked,
                    total(CASE WHEN state = 'refunded' THEN amount END) AS done FROM refunds GROUP BY payment) r
                JOIN payments p ON p.id = r.payment
                WHERE r.asked > coalesce(p.captured, p.amount) OR (p.refunded IS NOT NULL AND r.done <> p.refunded)
                """),
            Question(
                "instant", finds: "an instant at which more was set aside for refunds than was taken",
                needs: ["payments", "refunds", "journal"],
                """
                WITH moves AS (
                  SELECT r.payment, j.number, -j.amount AS held FROM refunds r
                  CROSS JOIN journal j ON j.record = r.id AND \(isMerchant)),
                running AS (
                  SELECT payment, sum(held) OVER (PARTITION BY payment ORDER BY number) AS held FROM moves)
                SELECT p.id, max(r.held) || ' was set aside at one instant, of ' || p.captured
                FROM running r JOIN payments p ON p.id = r.payment GROUP BY p.id HAVING max(r.held) > p.captured
                """),
            Question(
                "promised", finds: "an instant at which refunds of more than was taken had been accepted",
                needs: ["payments", "refunds"],
                """
                SELECT p.id, 'refunds of ' || r.promised || ' stood at one instant, of ' || coalesce(p.captured, p.amount)
                FROM (SELECT a.payment, max(a.amount + (SELECT total(b.amount) FROM refunds b WHERE b.payment = a.payment
                      AND b.rowid <> a.rowid AND b.created_ms <= a.created_ms
                      AND (b.state <> 'failed' OR b.changed_ms > a.created_ms))) AS promised
                  FROM refunds a WHERE a.created_ms IS NOT NULL GROUP BY a.payment) r
                JOIN payments p ON p.id = r.payment WHERE r.promised > coalesce(p.captured, p.amount)
                """),
            Question(
                "given_twice", finds: "a refund that a bank made more than once", needs: ["refunds", "statement"],
                """
                SELECT r.id, 'its bank gave back ' || b.given || ' in ' || b.gives || ' bookings, of ' || r.amount
                FROM refunds r CROSS JOIN effects b ON b.record = r.id WHERE b.given > r.amount OR b.gives > 1
                """),
        ])
}
