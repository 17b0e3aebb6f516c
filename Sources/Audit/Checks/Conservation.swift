internal import StackVocabulary

private let isSuspense = Account.Kind.suspense.names("name")
private let isRefunds = Account.Kind.refunds.names("name")

extension AuditCheck {
    /// M1. Each change's lines sum to zero; what an account holds is what was posted to it; nobody owes what cannot be owed;
    /// what stands in between is exactly what is open. (`totals` is the view `accounts`, gone through once.)
    static let conservation = AuditCheck(
        "M1", "conservation", .money, claim: "no money is made or lost inside the books",
        preparing: "DROP TABLE IF EXISTS temp.totals; CREATE TEMP TABLE totals AS SELECT * FROM accounts",
        [
            Question(
                "unbalanced", finds: "a change whose debits are not its credits", needs: ["journal"],
                """
                SELECT coalesce(id_text(max(record)), 'change ' || change),
                  namespace || ' change ' || change || ' sums to ' || sum(amount) || ' ' || currency
                FROM journal WHERE (namespace, change) IN (
                  SELECT namespace, change FROM journal GROUP BY namespace, change
                  HAVING sum(amount) <> 0 OR min(currency) <> max(currency))
                GROUP BY namespace, change, currency HAVING sum(amount) <> 0
                """),
            Question(
                "balance_diff", finds: "an account that holds something else than what was posted to it",
                needs: ["journal", "balances"],
                """
                SELECT account_text(b.account), b.namespace || ' ' || account_text(b.account) || ' holds ' || b.amount || ' ' || b.currency
                  || ', and ' || coalesce(a.total, 0) || ' was posted'
                FROM balances b
                LEFT JOIN totals a ON a.namespace = b.namespace AND a.account = b.account AND a.currency = b.currency
                WHERE b.amount <> coalesce(a.total, 0)
                """),
            Question(
                "below_floor", finds: "a merchant, suspense or refunds account below zero", needs: ["journal"],
                """
                SELECT name, namespace || ' ' || name || ' holds ' || total || ' ' || currency FROM totals
                WHERE total < 0 AND \(hasFloor)
                """),
            Question(
                "suspense_diff", finds: "money in suspense that belongs to no unknown payment, or the other way",
                needs: ["journal", "payments"],
                """
                WITH open AS (
                  SELECT namespace, '\(Account.Kind.suspense.prefix)' || channel AS account, currency,
                    sum(amount) AS amount FROM payments WHERE state = 'unknown' GROUP BY 1, 2, 3),
                held AS (SELECT namespace, name AS account, currency, total FROM totals WHERE \(isSuspense))
                SELECT coalesce(h.account, o.account), coalesce(h.namespace, o.namespace) || ' '
                  || coalesce(h.account, o.account) || ' holds ' || coalesce(h.total, 0) || ', and '
                  || coalesce(o.amount, 0) || ' ' || coalesce(h.currency, o.currency) || ' is unknown'
                FROM held h FULL JOIN open o
                  ON o.namespace = h.namespace AND o.account = h.account AND o.currency = h.currency
                WHERE coalesce(h.total, 0) <> coalesce(o.amount, 0)
                  AND EXISTS (SELECT 1 FROM totals WHERE \(isSuspense) OR \(isRefunds))
                """),
        ])
}
