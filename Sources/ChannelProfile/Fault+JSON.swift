import Diagnostics
package import JSON
import PlanValues
package import Timebase

extension Fault {
    /// As a profile would write it in JSON: what is read from it again is the same fault.
    package var json: JSONValue {
        .object(
            [
                ("at", .text(at.value.description)), ("for", .text(span.description)),
                ("channel", .text(channel.value)),
            ] + (rate.value < 1 ? [("rate", .text(rate.description))] : [])
                + (match.isForAll ? [] : [("where", match.json)]) + effects.flatMap(\.members))
    }

    /// The same fault that begins at another instant of a clock without stages.
    package func beginning(at offset: TimeSpan) -> Fault {
        Fault(
            at: .init(DrillInstant(offset: offset), at: at.span), span: span, channel: channel, match: match,
            rate: rate, effects: effects)
    }
}

extension PaymentMatch {
    fileprivate var json: JSONValue {
        let amounts = amount.map { amount in
            JSONValue.object(
                [("at least", .integer(amount.lowerBound))]
                    + (amount.upperBound == .max ? [] : [("at most", .integer(amount.upperBound))]))
        }
        return .present([
            ("bin", bin.map(JSONValue.text)), ("merchant", merchant.map(JSONValue.text)), ("amount", amounts),
            ("operation", operations.isEmpty ? nil : .texts(operations.map(\.rawValue))),
        ])
    }
}

extension Effect {
    fileprivate var members: [(String, JSONValue)] {
        switch self {
        case .latency(let multiply, let add):
            [
                (
                    "latency",
                    .present([
                        ("multiply", multiply.map { .text($0.description) }),
                        ("add", add.map { .text($0.description) }),
                    ])
                )
            ]
        case .stall: [("stall", .boolean(true))]
        case .timeout(let rate, let charged):
            [("timeout", .object([("rate", .text(rate.description)), ("charged", .text(charged.description))]))]
        case .connection(let before, let after, let empty):
            [
                (
                    "connection",
                    .object([
                        ("reset-before-reply", .text(before.description)),
                        ("reset-after-commit", .text(after.description)), ("empty-reply", .text(empty.description)),
                    ])
                )
            ]
        case .error(let status, let rate):
            [("error", .object([("status", .integer(Int64(status))), ("rate", .text(rate.description))]))]
        case .truncatedBody: [("body", .text("truncated"))]
        case .malformedBody: [("body", .text("malformed"))]
        case .wrongLength: [("body", .text("wrong-length"))]
        case .drippingBody(let rate): [("body", .object([("drip", .text(rate.description))]))]
        case .heldCallbacks: [("callback", .object([("hold-then-flood", .boolean(true))]))]
        case .maintenance(let status): [("maintenance", .object([("status", .integer(Int64(status)))]))]
        case .refusal: [("refuse", .boolean(true))]
        case .deafness: [("never-read", .boolean(true))]
        }
    }
}
