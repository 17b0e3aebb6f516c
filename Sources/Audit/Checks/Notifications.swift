extension AuditCheck {
    /// M6. What merchants were to be told came to them, and was true.
    static let notifications = AuditCheck(
        "M6", "notification", .money, claim: "merchants were told of every payment, and what they were told last is so",
        [
            Question(
                "untold", finds: "a notification that never came", needs: ["notifications", "webhooks"],
                presumes: ["webhooks"],
                """
                SELECT n.record, 'version ' || n.version || ' is ' || n.state || ' after ' || coalesce(n.attempts, 0)
                  || ' attempts, and never came'
                FROM notifications n
                WHERE n.url LIKE (SELECT value || '%' FROM about WHERE name = 'webhooks') AND NOT EXISTS (
                  SELECT 1 FROM webhooks w WHERE w.id = n.record AND w.version = n.version
                    AND w.status BETWEEN 200 AND 299)
                """),
            Question(
                "told_otherwise", finds: "a payment that stands otherwise than what was told last",
                needs: ["payments", "webhooks"], presumes: ["payments", "webhooks"],
                """
                SELECT p.id, 'told ' || w.state || ' last, and ' || p.state
                FROM (SELECT id, max(version) AS version, state FROM webhooks
                  WHERE id IS NOT NULL AND version IS NOT NULL AND state IS NOT NULL GROUP BY id) w
                JOIN payments p ON p.id = w.id
                WHERE w.state <> p.state AND p.state IN (
                  'captured', 'failed', 'authorized', 'cancelled', 'refunded', 'partially_refunded', 'expired')
                """),
            Question(
                "of_nobody", finds: "a notification of something that is not in the books",
                needs: ["payments", "webhooks"], presumes: ["payments"],
                """
                SELECT w.id, w.event || ' of what is not in the books' FROM webhooks w WHERE w.id IS NOT NULL
                  AND NOT EXISTS (SELECT 1 FROM payments p WHERE p.id = w.id)
                  AND NOT EXISTS (SELECT 1 FROM refunds r WHERE r.id = w.id)
                GROUP BY w.id
                """),
            Question(
                "two_contents", finds: "a notification that came again and said something else", needs: ["webhooks"],
                """
                SELECT id, 'version ' || version || ' came with ' || count(DISTINCT digest) || ' contents'
                FROM webhooks WHERE id IS NOT NULL AND version IS NOT NULL GROUP BY id, version
                HAVING count(DISTINCT digest) > 1
                """),
        ])
}
