/// Flags of `sent`: 4 is a request without the drill's marks, sent on purpose.
private let isUntagged = "flags & 4 <> 0"

extension AuditCheck {
    /// M7.
    static let shadowOutOfLive = AuditCheck(
        "M7", "shadow out of live", .isolation, claim: "nothing of the drill is in the live stores and logs",
        [
            Question(
                "drill_in_live", finds: "a live payment or refund that bears a key of the drill",
                needs: ["sent", "payments"],
                """
                SELECT p.id, 'live, with the drill''s key ' || p.sent_key FROM payments p WHERE p.namespace = 'live'
                  AND EXISTS (SELECT 1 FROM sent a WHERE a.key = p.sent_key AND NOT \(isUntagged))
                UNION ALL
                SELECT r.id, 'live, with the drill''s key ' || r.sent_key FROM refunds r WHERE r.namespace = 'live'
                  AND EXISTS (SELECT 1 FROM sent a WHERE a.key = r.sent_key AND NOT \(isUntagged))
                """),
            Question(
                "lines_in_live", finds: "a line of the live journal about something of the drill",
                needs: ["journal"],
                """
                SELECT record, 'line ' || number || ' of the live journal' FROM journal
                WHERE namespace = 'live' AND id_namespace(record) = 'shadow'
                """),
            Question(
                "log", finds: "a line of the live log about something of the drill", needs: ["log"],
                """
                SELECT 'log', line FROM log WHERE namespace = 'live' AND namespaces_in(line) LIKE '%shadow%'
                """),
            Question(
                "counters", finds: "live rows that no live request explains", needs: ["snapshots", "sent"],
                """
                SELECT name, 'live ' || name || ' grew by ' || (after - before) || ', and ' || (
                  SELECT count(DISTINCT key) FROM sent WHERE \(isUntagged)) || ' live keys were sent'
                FROM snapshots WHERE namespace = 'live' AND name IN ('payments', 'claims')
                  AND after - before > (SELECT count(DISTINCT key) FROM sent WHERE \(isUntagged))
                """),
        ])

    /// M8.
    static let liveOutOfShadow = AuditCheck(
        "M8", "live out of shadow", .isolation, claim: "nothing of live traffic is in the shadow stores",
        [
            Question(
                "live_in_shadow", finds: "a shadow payment or refund that bears a key of live traffic",
                needs: ["sent", "payments"],
                """
                SELECT p.id, 'shadow, with the live key ' || p.sent_key
                FROM (SELECT DISTINCT key FROM sent WHERE \(isUntagged)) a
                CROSS JOIN payments p ON p.sent_key = a.key AND p.namespace = 'shadow'
                UNION ALL
                SELECT r.id, 'shadow, with the live key ' || r.sent_key
                FROM (SELECT DISTINCT key FROM sent WHERE \(isUntagged)) a
                CROSS JOIN refunds r ON r.sent_key = a.key AND r.namespace = 'shadow'
                """),
            Question(
                "lines_in_shadow", finds: "a line of the shadow journal about a live payment", needs: ["journal"],
                """
                SELECT record, 'line ' || number || ' of the shadow journal' FROM journal
                WHERE namespace = 'shadow' AND id_namespace(record) = 'live'
                """),
        ])

    /// M9.
    static let silence = AuditCheck(
        "M9", "external silence", .isolation,
        claim:
            "every request that left the stack for a shadow bank bore the mark, and live banks heard of live traffic only",
        [
            Question(
                "unmarked", finds: "a request at a shadow bank without the run's mark",
                needs: ["channel_requests", "egress"],
                """
                SELECT coalesce(reference, channel), channel || ' was sent a ' || operation || ' that was ' || tag
                FROM stray_requests WHERE namespace = 'shadow'
                  AND NOT EXISTS (SELECT 1 FROM canaries c WHERE c.key = reference)
                """),
            Question(
                "live_bank", finds: "something of the drill at a live bank", needs: ["channel_requests"],
                """
                SELECT coalesce(reference, channel), 'the live ' || channel || ' was sent a ' || operation || ' that was '
                  || tag
                FROM stray_requests WHERE namespace = 'live'
                  AND NOT EXISTS (SELECT 1 FROM canaries c WHERE c.key = reference)
                """),
            Question(
                "live_statement", finds: "a booking of a live bank about a payment of the drill", needs: ["statement"],
                """
                SELECT coalesce(record, reference), 'the live ' || channel || ' booked ' || booking FROM statement
                WHERE namespace = 'live' AND id_namespace(record) = 'shadow'
                """),
            Question(
                "unmarked_webhook", finds: "a notification of the drill without its mark", needs: ["webhooks"],
                """
                SELECT id, event || ' came without the run''s mark' FROM webhooks
                WHERE marked = 0 AND id_namespace(id) = 'shadow'
                """),
        ])
}
