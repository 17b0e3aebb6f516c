import ChannelProfile
import Cryptography
import HTTPService
import HTTPWire
import JSON

/// One attempt to tell: the request that carries it.
struct CallbackLetter {
    let order: CallbackOrder
    let channel: String
    /// 1 for the first.
    let attempt: Int

    /// Members in one order, so that equal callbacks have equal bytes.
    var body: [UInt8] {
        JSONValue.present([
            ("event", .text(order.event)), ("payment", order.payment.map(JSONValue.text)),
            ("reference", .text(order.reference.description)), ("status", .text(order.status)),
            ("amount", .integer(order.amount)), ("currency", .text(order.currency)), ("channel", .text(channel)),
            ("attempt", .count(attempt)),
        ]).bytes(.compact)
    }

    func request(
        to target: String, host: String, second: Int64, key: HMACKey
    ) throws(WireError) -> HTTPRequest {
        let body = body
        let stamp = String(second)
        var fields = order.marks
        try fields.add("content-type", "application/json")
        try fields.add(StampedSignature.timestampField, stamp)
        try fields.add(
            StampedSignature.signatureField,
            StampedSignature.of(body.span, stamp: stamp.utf8Span.span, key: key).hexadecimal)
        return try HTTPRequest(.post, target, host: host, fields: fields, body: body)
    }
}
