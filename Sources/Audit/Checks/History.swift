extension AuditCheck {
    /// M4. Where a payment stands fits what was taken and given back, and what merchants were told in turn is a way that a
    /// payment can go.
    static let history = AuditCheck(
        "M4", "legal history", .money, claim: "payments go only the ways that there are, and what is settled stays so",
        [
            Question(
                "state_diff", finds: "a state that contradicts the payment's own amounts", needs: ["payments"],
                """
                SELECT id, state || ' of ' || amount || ', with ' || captured || ' captured, ' || coalesce(refunded, 0)
                  || ' refunded, ' || coalesce(refund_pending, 0) || ' under way'
                FROM payments WHERE captured IS NOT NULL AND CASE
                  WHEN captured > amount OR captured < 0 OR refunded < 0 OR refund_pending < 0 THEN 1
                  WHEN state = 'captured' THEN captured = 0 OR coalesce(refunded, 0) <> 0
                  WHEN state = 'partially_refunded' THEN coalesce(refunded, 1) NOT BETWEEN 1 AND captured - 1
                  WHEN state = 'refunded' THEN captured = 0 OR coalesce(refunded, captured) <> captured
                  ELSE captured <> 0 OR coalesce(refunded, 0) <> 0 OR coalesce(refund_pending, 0) <> 0 END
                """),
            Question(
                "illegal_step", finds: "a state that merchants were told behind one that it cannot follow",
                needs: ["webhooks"],
                """
                WITH told AS (
                  SELECT id, version, state, lag(state) OVER (PARTITION BY id ORDER BY version) AS before
                  FROM (SELECT DISTINCT id, version, state FROM webhooks
                    WHERE id IS NOT NULL AND version IS NOT NULL AND state IS NOT NULL))
                SELECT id, 'told ' || before || ', then ' || state FROM told
                WHERE before IS NOT NULL
                  AND NOT EXISTS (SELECT 1 FROM transitions t WHERE t.state = before AND t.next = told.state)
                """),
        ])
}
