import ChannelProfile
import Diagnostics
import JSON
import PlanModel
import PlanValues

/// `outcome`: how payments end. The shares sum to all of them.
enum OutcomeGrammar {
    private static let approve = Key<Ratio?>.optional("approve", .value(), "the rest, when left out")
    private static let decline = Key<[(reason: String, share: Ratio)]>.defaulted(
        "decline", reasons, to: [], shown: "none", "reasons of your own choice, and the share of each")
    private static let pending = Key<Ratio>.defaulted(
        "pending", .value(), to: Ratio(0), shown: "0%", "of the payments, answered `pending` first, whatever their end")

    private static let reasons = Shape<[(name: Located<String>, value: Ratio)]>.names(.value()).then {
        pairs, _, _, reading in
        for pair in pairs where !isReason(pair.name.value) {
            reading.error(
                "a reason is made of lower-case letters, digits and '_', 64 at most", at: pair.name.span,
                fix: "write 'insufficient_funds'")
        }
        return pairs.map { (reason: $0.name.value, share: $0.value) }
    }

    private static func isReason(_ text: String) -> Bool {
        text.count <= 64 && text.first.map { "a"..."z" ~= $0 } ?? false
            && text.allSatisfy { "a"..."z" ~= $0 || "0"..."9" ~= $0 || $0 == "_" }
    }

    static let shape = Shape<OutcomeShares>.record(
        "outcome", "How payments end: `approve` and all of `decline` make 100%.", [approve, decline, pending]
    ) { fields, reading in
        let declined = fields[decline].reduce(0) { $0 + $1.share.value }
        guard let approved = fields[approve] else {
            if declined > 1 + tolerance {
                reading.error(
                    "the reasons to decline make \(percent(declined)), more than all payments",
                    at: fields.span(of: decline))
            }
            return shares(Ratio(min(1, max(0, 1 - declined))), fields)
        }
        let sum = approved.value + declined
        if sum > 1 + tolerance {
            reading.error(
                "'approve' and 'decline' make \(percent(sum)), more than all payments", at: fields.span(of: approve),
                fix: "leave 'approve' out for what the reasons to decline leave")
        } else if sum < 1 - tolerance {
            reading.error(
                "'approve' and 'decline' make \(percent(sum)); what becomes of the rest is not said",
                at: fields.span(of: approve),
                fix: "leave 'approve' out, or give a reason to decline \(percent(1 - sum))")
        }
        return shares(approved, fields)
    }

    /// Sums of shares as people write them are off by less than that.
    private static let tolerance = 1e-9

    private static func shares(_ approved: Ratio, _ fields: Fields) -> OutcomeShares {
        OutcomeShares(approve: approved, declines: fields[decline], pending: fields[pending])
    }

    private static func percent(_ share: Double) -> String {
        JSONValue.number((share * 1e9).rounded() / 1e7).written() + "%"
    }
}
