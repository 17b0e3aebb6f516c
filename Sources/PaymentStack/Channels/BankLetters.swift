import HTTPService
import HTTPWire
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
    /// `,"notify":"http://..."}`, or the brace alone.
    private let ending: [UInt8]
    private let hasKey: Bool
    private var body: [UInt8] = []

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
        var ending: [UInt8] = []
        if let notify {
            precondition(!notify.utf8.contains { $0 < 0x21 || $0 == 0x22 || $0 == 0x5C }, "a URL that wants escapes")
            ending.append(",\"notify\":\"")
            ending.append(contentsOf: notify.utf8)
            ending.append("\"")
        }
        ending.append("}")
        self.ending = ending
    }

    mutating func authorisation(_ order: BankOrder, as reference: BankReference, marks: [UInt8]) -> HTTPRequest {
        begin(reference)
        add(order.amount)
        body.append(",\"merchant\":\"")
        body.append(MerchantID.prefix)
        body.appendDecimal(UInt64(order.merchant.number))
        body.append(UInt8(ascii: "\""))
        if let card = order.card {
            body.append(",\"card\":\"")
            card.append(to: &body)
            body.append(UInt8(ascii: "\""))
        }
        if order.capturesAtOnce { body.append(",\"capture\":true") }
        body.append(contentsOf: ending)
        return whole(authorise, reference, marks)
    }

    mutating func amendment(_ amendment: BankAmendment, as reference: BankReference, marks: [UInt8]) -> HTTPRequest {
        begin(reference)
        body.append(",\"payment\":\"")
        amendment.payment.append(to: &body)
        body.append(UInt8(ascii: "\""))
        if reference.kind != .reverse { add(amendment.amount) }
        body.append(UInt8(ascii: "}"))
        let head =
            switch reference.kind {
            case .capture: capture
            case .reverse: reverse
            case .refund: refund
            case .payment: preconditionFailure("\(reference) amends nothing")
            }
        return whole(head, reference, marks)
    }

    func query(_ reference: BankReference, marks: [UInt8]) -> HTTPRequest {
        var wire: [UInt8] = []
        wire.reserveCapacity(Self.room)
        wire.append(contentsOf: query)
        reference.append(to: &wire)
        wire.append(contentsOf: behindQuery)
        wire.append(contentsOf: marks)
        HeadEncoder.end(into: &wire)
        return HTTPRequest(.get, wire: wire)
    }

    private mutating func begin(_ reference: BankReference) {
        body.removeAll(keepingCapacity: true)
        body.append("{\"reference\":\"")
        reference.append(to: &body)
        body.append(UInt8(ascii: "\""))
    }

    private mutating func add(_ amount: Money) {
        precondition(amount.minor > 0, "\(amount)")
        body.append(",\"amount\":")
        body.appendDecimal(UInt64(amount.minor))
        body.append(",\"currency\":\"")
        let letters = amount.currency.letters
        body.append(UInt8(truncatingIfNeeded: letters &>> 16))
        body.append(UInt8(truncatingIfNeeded: letters &>> 8))
        body.append(UInt8(truncatingIfNeeded: letters))
        body.append(UInt8(ascii: "\""))
    }

    private func whole(_ head: [UInt8], _ reference: BankReference, _ marks: [UInt8]) -> HTTPRequest {
        var wire: [UInt8] = []
        wire.reserveCapacity(head.count + marks.count + body.count + 64)
        wire.append(contentsOf: head)
        if hasKey {
            reference.append(to: &wire)
            HeadEncoder.end(into: &wire)
        }
        wire.append(contentsOf: marks)
        HeadEncoder.endWithLength(body.count, into: &wire)
        wire.append(contentsOf: body)
        return HTTPRequest(.post, wire: wire)
    }
}
