extension AuditCheck {
    /// M10.
    static let identity = AuditCheck(
        "M10", "identity", .money, claim: "every id is given once, and says where and when it belongs",
        [
            Question(
                "id_twice", finds: "an id that was given more than once", needs: ["payments"],
                """
                SELECT id, 'given ' || count(*) || ' times' FROM payments GROUP BY id HAVING count(*) > 1
                UNION ALL
                SELECT id, 'given ' || count(*) || ' times' FROM refunds GROUP BY id HAVING count(*) > 1
                UNION ALL
                SELECT r.id, 'given to a payment and a refund' FROM refunds r WHERE EXISTS (
                  SELECT 1 FROM payments p WHERE p.id = r.id)
                """),
            Question(
                "misplaced", finds: "an id that says another place or time than where and when it was given",
                needs: ["payments"],
                """
                SELECT id, id_fault(id, namespace, created_ms) AS fault FROM payments WHERE fault IS NOT NULL
                UNION ALL
                SELECT id, id_fault(id, namespace, created_ms) AS fault FROM refunds WHERE fault IS NOT NULL
                """),
        ])
}
