import ChannelProfile
import HTTPService
import JSON
import Money

/// What is asked of a bank, read in one pass over the body.
///
///     {"reference": "01J…", "amount": 4900, "currency": "CNY", "card": "4111111111111111", "merchant": "m-17",
///      "capture": true, "notify": "http://127.0.0.1:9000/callbacks"}
///     {"reference": "01K…", "payment": "01J…", "amount": 4900}
///
/// The first is an authorisation or a transfer, the second what is done to one later. Members that it does not know it
/// leaves alone, as banks do.
struct PaymentRequest {
    let operation: Operation
    let reference: PaymentReference
    /// Whose payment is captured, reversed or refunded.
    let payment: PaymentReference?
    /// Minor units; nil for all of the payment.
    let amount: Int64?
    let currency: Currency?
    /// Authorised and captured in one.
    let capturesAtOnce: Bool
    /// Places in the body.
    let card: Range<Int>?
    let merchant: Range<Int>?
    let notify: Range<Int>?

    static let notifyBytesMax = 512

    init(_ operation: Operation, body: [UInt8]) throws(Problem) {
        self.operation = operation
        let found = try Members(of: body.span)
        reference = try Self.reference(found.reference, "reference", body.span, "the name of this request's payment")
        let isNew = operation == .authorise || operation == .transfer
        payment =
            isNew
            ? nil : try Self.reference(found.payment, "payment", body.span, "the reference of what was authorised")
        amount = try Self.amount(found.amount, body.span)
        if amount == nil, isNew { throw .missing("amount", "a whole number of minor units") }
        currency = try Self.currency(found.currency, body.span)
        if currency == nil, isNew { throw .missing("currency", "three letters, such as CNY") }
        capturesAtOnce = try Self.flag(found.capture, "capture", body.span)
        card = try Self.text(found.card, "card")
        merchant = try Self.text(found.merchant, "merchant")
        notify = try Self.text(found.notify, "notify")
        if let notify, notify.count > Self.notifyBytesMax {
            throw .wrong("notify", "at most \(Self.notifyBytesMax) bytes long")
        }
    }

    /// Where the members stand that a bank knows. Of equal ones the last counts.
    private struct Members {
        var reference, payment, amount, currency, capture, card, merchant, notify: JSONPathScan.Finding?

        init(of body: Span<UInt8>) throws(Problem) {
            var scan = JSONMemberScan()
            while let member = scan.next(in: body) {
                let key = body.extracting(member.key)
                if key.equals("reference") {
                    reference = member.value
                } else if key.equals("amount") {
                    amount = member.value
                } else if key.equals("currency") {
                    currency = member.value
                } else if key.equals("payment") {
                    payment = member.value
                } else if key.equals("card") {
                    card = member.value
                } else if key.equals("merchant") {
                    merchant = member.value
                } else if key.equals("capture") {
                    capture = member.value
                } else if key.equals("notify") {
                    notify = member.value
                }
            }
            if !scan.isWhole { throw .notAnObject }
        }
    }

    private static func reference(
        _ finding: JSONPathScan.Finding?, _ name: String, _ body: Span<UInt8>, _ what: String
    ) throws(Problem) -> PaymentReference {
        guard let finding else { throw .missing(name, what) }
        guard finding.kind == .text, !finding.hasEscapes,
            let reference = PaymentReference(body.extracting(finding.range))
        else { throw .wrong(name, "a text of " + PaymentReference.form) }
        return reference
    }

    private static func amount(_ finding: JSONPathScan.Finding?, _ body: Span<UInt8>) throws(Problem) -> Int64? {
        guard let finding else { return nil }
        guard finding.kind == .number, let amount = whole(body.extracting(finding.range)), amount > 0 else {
            throw .wrong("amount", "a whole number of minor units above 0")
        }
        return amount
    }

    private static func whole(_ digits: Span<UInt8>) -> Int64? {
        guard digits.count <= 18 else { return nil }
        var value: Int64 = 0
        for index in digits.indices {
            guard 0x30...0x39 ~= digits[index] else { return nil }
            value = value &* 10 &+ Int64(digits[index] &- 0x30)
        }
        return value
    }

    private static func currency(_ finding: JSONPathScan.Finding?, _ body: Span<UInt8>) throws(Problem) -> Currency? {
        guard let finding else { return nil }
        guard finding.kind == .text, let currency = Currency(body.extracting(finding.range))
        else { throw .wrong("currency", "an active code of ISO 4217, such as CNY") }
        return currency
    }

    private static func flag(
        _ finding: JSONPathScan.Finding?, _ name: String, _ body: Span<UInt8>
    ) throws(Problem) -> Bool {
        guard let finding else { return false }
        guard finding.kind == .boolean else { throw .wrong(name, "true or false") }
        return body[finding.range.lowerBound] == UInt8(ascii: "t")
    }

    private static func text(_ finding: JSONPathScan.Finding?, _ name: String) throws(Problem) -> Range<Int>? {
        guard let finding, finding.kind != .null else { return nil }
        guard finding.kind == .text, !finding.hasEscapes else { throw .wrong(name, "a text without escapes") }
        return finding.range
    }
}
