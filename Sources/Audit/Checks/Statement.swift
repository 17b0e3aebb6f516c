extension AuditCheck {
    /// M3. The stack's payments and refunds against what banks say, both ways.
    static let statement = AuditCheck(
        "M3", "statement", .money, claim: "stack and banks agree on every payment and refund",
        [
            Question(
                "channel_only", finds: "money that a bank moved, and of which the stack knows nothing",
                needs: ["payments", "statement"], presumes: ["payments"],
                """
                SELECT b.record, 'a bank took ' || b.taken || ', holds ' || (b.held - b.released) || ', gave ' || b.given
                  || ' ' || coalesce(b.currency, '')
                FROM effects b WHERE b.takes + b.holds + b.gives > 0
                  AND NOT EXISTS (SELECT 1 FROM payments p WHERE p.id = b.record)
                  AND NOT EXISTS (SELECT 1 FROM refunds r WHERE r.id = b.record)
                UNION ALL
                SELECT reference, channel || ' ' || booking || ' ' || amount || ' ' || coalesce(currency, '')
                FROM statement WHERE record IS NULL AND booking IN ('authorised', 'captured', 'transferred', 'refunded')
                """),
            Question(
                "stack_only", finds: "money that the stack says was moved, and of which its bank knows nothing",
                needs: ["payments", "statement"], presumes: ["statement"],
                """
                SELECT p.id, p.state || ' here, and no bank took anything' FROM payments p
                WHERE p.state IN \(takenStates)
                  AND NOT EXISTS (SELECT 1 FROM effects b WHERE b.record = p.id AND b.takes > 0)
                UNION ALL
                SELECT p.id, 'authorised here, and at no bank' FROM payments p WHERE p.state = 'authorized'
                  AND NOT EXISTS (SELECT 1 FROM effects b WHERE b.record = p.id AND b.holds > 0)
                UNION ALL
                SELECT r.id, 'refunded here, and at no bank' FROM refunds r WHERE r.state = 'refunded'
                  AND NOT EXISTS (SELECT 1 FROM effects b WHERE b.record = r.id AND b.gives > 0)
                """),
            Question(
                "amount_diff", finds: "an amount or a currency that is another at the bank",
                needs: ["payments", "statement"], presumes: ["statement"],
                """
                SELECT p.id, 'taken ' || coalesce(p.captured, p.amount) || ' ' || p.currency || ' here, ' || b.taken || ' '
                  || coalesce(b.currency, '') || ' at the bank'
                FROM payments p CROSS JOIN effects b ON b.record = p.id AND b.takes > 0
                WHERE p.state IN \(takenStates)
                  AND (b.taken <> coalesce(p.captured, p.amount) OR b.currency <> p.currency)
                UNION ALL
                SELECT r.id, 'refund of ' || r.amount || ' ' || r.currency || ' here, ' || b.given || ' at the bank'
                FROM refunds r CROSS JOIN effects b ON b.record = r.id AND b.gives > 0
                WHERE r.state = 'refunded' AND b.given <> r.amount
                """),
            Question(
                "status_diff",
                finds: "a payment or refund that the bank has done, and that ended otherwise in the stack",
                needs: ["payments", "statement"], presumes: ["payments"],
                done(whereOpen: false)),
            Question(
                "done_and_open",
                finds: "a payment or refund that the bank has done, and that is still open in the stack",
                needs: ["payments", "statement"], presumes: ["payments"], refutes: false,
                done(whereOpen: true)),
        ])

    /// Whoever does not know yet has not said anything wrong: what is open leaves the claim open.
    private static func done(whereOpen isOpen: Bool) -> String {
        """
        SELECT p.id, p.state || ' here, and its bank ' ||
          CASE WHEN b.taken > 0 THEN 'took ' || b.taken ELSE 'holds ' || (b.held - b.released) END
        FROM payments p CROSS JOIN effects b ON b.record = p.id
        WHERE p.state \(isOpen ? "" : "NOT ")IN \(openStates) AND p.state NOT IN \(takenStates)
          AND (b.taken > 0 OR (p.state <> 'authorized' AND b.held > b.released))
        UNION ALL
        SELECT r.id, 'refund ' || r.state || ' here, and its bank gave back ' || b.given
        FROM refunds r CROSS JOIN effects b ON b.record = r.id AND b.gives > 0
        WHERE r.state <> 'refunded' AND r.state \(isOpen ? "" : "NOT ")IN ('pending', 'unknown')
        """
    }
}
