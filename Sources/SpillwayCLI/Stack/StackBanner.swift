import PaymentStack
import StackVocabulary

/// What somebody is told who starts the stack by hand: what listens where, and what to paste.
struct StackBanner {
    let start: StackStart
    let addresses: PaymentStack.Places
    /// Where it was made here; one from the environment is told nobody.
    let token: String?
    /// Of shadow traffic, to play with.
    let mark: String

    static let markSeconds: Int64 = 8 * 3_600

    private var front: String { "http://\(addresses.front)" }
    private var desk: String { "http://\(addresses.operatorDesk)" }

    /// For scripts, too.
    var places: [String] {
        let banks = start.banks.map { bank in
            "channel   \(bank.name)  "
                + [bank.shadow.map { "shadow \($0)" }, bank.live.map { "live \($0)" }].compactMap(\.self)
                .joined(separator: "  ")
        }
        return [
            "front     \(front)  payments, callbacks of banks, /metrics, /healthz",
            "operator  \(desk)  exports and defects, with the token",
            "ledger    \(start.database ?? "in memory, gone with the process")",
        ] + (banks.isEmpty ? ["channels  none: nothing can be paid; name banks with --channels"] : banks)
    }

    var talk: [String] {
        let warning = Defect.warning(of: start.setting).map { ["", $0] } ?? []
        return warning + ["", "to play (another terminal):"] + commands.map { "  \($0)" }
            + ["the mark is good for eight hours, and for nobody but this stack's shadow; Ctrl-C ends it", ""]
    }

    private var commands: [String] {
        let bearer =
            token.map { "-H 'Authorization: Bearer \($0)'" }
            ?? "-H \"Authorization: Bearer $\(StackSecrets.tokenVariable)\""
        let mark = "-H 'X-Shadow: \(mark)'"
        let isLive = start.banks.contains { $0.live != nil } && !start.banks.contains { $0.shadow != nil }
        let payment = #"'{"amount":4900,"currency":"EUR"}'"#
        return [
            "curl \(isLive ? "" : mark + " ")-H 'X-Merchant: merchant-1' -H 'Idempotency-Key: k-1' \(front)/v1/payments -d \(payment)",
            "curl \(front)/metrics",
            "curl \(bearer) '\(desk)/admin/export/payments?shadow=\(isLive ? 0 : 1)'",
            "curl -X PUT \(bearer) \(desk)/admin/defects -d '[\"no-limiter\"]'",
        ]
    }
}
