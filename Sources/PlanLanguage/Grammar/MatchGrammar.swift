import ChannelProfile
import Diagnostics
import PlanModel
import PlanValues

/// `where`: which payments a fault is about.
enum MatchGrammar {
    private static let bin = Key<String?>.optional(
        "bin",
        .phrase("the first digits of cards", pattern: "^[0-9]{1,19}$", examples: ["4111"]) { text in
            !text.isEmpty && text.count <= 19 && text.allSatisfy { "0"..."9" ~= $0 } ? text : nil
        }, "what the card's number begins with")
    private static let merchant = Key<String?>.optional("merchant", .text, "payments to this merchant")
    private static let amount = Key<ClosedRange<Int64>?>.optional("amount", amountShape, "in minor units")
    private static let operations = Key<[Operation]>.defaulted(
        "operation", .oneOrMany(.word), to: [], shown: "all", "what is asked of the channel")

    static let shape = Shape<PaymentMatch>.record(
        "faults.where", "Only some payments.", [bin, merchant, amount, operations]
    ) { fields, _ in
        PaymentMatch(
            bin: fields[bin], merchant: fields[merchant], amount: fields[amount], operations: fields[operations])
    }

    private static let least = Key<Int>.defaulted("at least", .integer(0 ... .max), to: 0, shown: "0", "this or more")
    private static let most = Key<Int>.defaulted(
        "at most", .integer(0 ... .max), to: .max, shown: "no limit", "this or less")
    private static let amountShape = Shape<ClosedRange<Int64>>.record(
        "faults.where.amount", "A range of amounts.", [least, most]
    ) { fields, reading in
        guard fields[least] <= fields[most] else {
            reading.error("no amount is in this range", at: fields.span)
            return nil
        }
        return Int64(fields[least])...Int64(fields[most])
    }
}
