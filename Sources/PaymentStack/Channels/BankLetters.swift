import HTTPService
import HTTPWire
import JSON
import Money
import StackVocabulary

/// The requests to one bank, put together from pieces that were checked once.
///
///     POST /v1/authorise ... idempotency-key: | 0cm9k2t4h0g21-p1 | marks | content-length: 123 | body
struct BankLetters: Sendable {
    private let authorise: [UInt8]
    private let capture: [UInt8]
    private let reverse: [UInt8]
    private let refund: [UInt8]
    private let query: [UInt8]
    private let behindQuery: [UInt8]
    private let notify: String?
    private let hasKey: Bool

    private static let room = 512

    /// - Parameters:
    ///   - keyField: what carries the idempotency key; nil for a bank that has none.
    ///   - notify: where callbacks go.
    init(host: String, keyField: String?, notify: String?) throws(WireError) {
        hasKey = keyField != nil
        func head(_ operation: String) throws(WireError) -> [UInt8] {
            var bytes: [UInt8] = []
            try HeadEncoder.requestLine(.post, target: "/v1/\(operation)", into: &bytes)
            try HeadEncoder.field("host", host, into: &bytes)
            try HeadEncoder.field("content-type", "application/json", into: &bytes)
            if let keyField {
                try HeadEncoder.field(keyField, "", into: &bytes)
                // The value follows, and its line's end.
                bytes.removeLast(2)
            }
            return bytes
        }
        authorise = try head("authorise")
        capture = try head("capture")
        reverse = try head("reverse")
        refund = try head("refund")
        query = Array("GET /v1/payments/".utf8)
        var behind = Array(" HTTP/1.1\r\n".utf8)
        try HeadEncoder.field("host", host, into: &behind)
        behindQuery = behind
        if let notify {
            precondition(!notify.utf8.contains { $0 < 0x21 || $0 == 0x22 || $0 == 0x5C }, "a URL that wants escapes")
        }
        self.notify = notify
    }

    func authorisation(_ order: BankOrder, as reference: BankReference, marks: FieldBlock) -> HTTPRequest {
        var body = begin(reference)
        add(order.amount, to: &body)
        body.add(
            "merchant",
            plainBy: {
                $0.append(contentsOf: Self.merchantPrefix)
                $0.appendDecimal(UInt64(order.merchant.number))
            })
        if let card = order.card { body.add("card", plainBy: { card.append(to: &$0) }) }
        if order.capturesAtOnce { body.add("capture", true) }
        if let notify { body.add("notify", plain: notify) }
        return whole(authorise, reference, marks, body.end())
    }

    func amendment(_ amendment: BankAmendment, as reference: BankReference, marks: FieldBlock) -> HTTPRequest {
        var body = begin(reference)
        body.add("payment", plainBy: { amendment.payment.append(to: &$0) })
        if reference.kind != .reverse { add(amendment.amount, to: &body) }
        let head =
            switch reference.kind {
            case .capture: capture
            case .reverse: reverse
            case .refund: refund
            case .payment: preconditionFailure("\(reference) amends nothing")
            }
        return whole(head, reference, marks, body.end())
    }

    func query(_ reference: BankReference, marks: FieldBlock) -> HTTPRequest {
        var wire: [UInt8] = []
        wire.reserveCapacity(Self.room)
        wire.append(contentsOf: query)
        reference.append(to: &wire)
        wire.append(contentsOf: behindQuery)
        HeadEncoder.fields(marks, into: &wire)
        HeadEncoder.end(into: &wire)
        return HTTPRequest(.get, wire: wire)
    }

    private static let merchantPrefix = Array("\(MerchantID.prefix)".utf8)

    private func begin(_ reference: BankReference) -> JSONObjectText {
        var body = JSONObjectText(room: 320)
        body.add("reference", plainBy: { reference.append(to: &$0) })
        return body
    }

    private func add(_ amount: Money, to body: inout JSONObjectText) {
        precondition(amount.minor > 0, "\(amount)")
        body.add("amount", amount.minor)
        body.add("currency", plainBy: { amount.currency.append(to: &$0) })
    }

    private func whole(_ head: [UInt8], _ reference: BankReference, _ marks: FieldBlock, _ body: [UInt8]) -> HTTPRequest
    {
        var wire: [UInt8] = []
        wire.reserveCapacity(head.count + marks.bytes.count + body.count + 64)
        wire.append(contentsOf: head)
        if hasKey {
            reference.append(to: &wire)
            HeadEncoder.end(into: &wire)
        }
        HeadEncoder.fields(marks, into: &wire)
        HeadEncoder.endWithLength(body.count, into: &wire)
        wire.append(contentsOf: body)
        return HTTPRequest(.post, wire: wire)
    }
}
