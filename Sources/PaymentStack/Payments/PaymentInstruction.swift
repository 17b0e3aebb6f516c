import Diagnostics
import HTTPService
import JSON
import Money
import StackVocabulary

/// What a merchant asks for, read in one pass over the body.
///
///     {"amount": 4900, "currency": "CNY", "card": "4111111111111111", "capture": true, "notify": "http://…"}
///
/// Members that it does not know it leaves alone.
struct PaymentInstruction {
    let amount: Money
    let card: CardNumber?
    let capturesAtOnce: Bool
    let notify: String?

    static let notifyBytesMax = 512

    init(of body: [UInt8]) throws(Problem) { try self.init(body.span) }

    private init(_ body: Span<UInt8>) throws(Problem) {
        var amount: JSONPathScan.Finding?
        var currency: JSONPathScan.Finding?
        var card: JSONPathScan.Finding?
        var capture: JSONPathScan.Finding?
        var notify: JSONPathScan.Finding?
        var scan = JSONMemberScan()
        while let member = scan.next(in: body) {
            let key = body.extracting(member.key)
            if key.equals("amount") {
                amount = member.value
            } else if key.equals("currency") {
                currency = member.value
            } else if key.equals("card") {
                card = member.value
            } else if key.equals("capture") {
                capture = member.value
            } else if key.equals("notify") {
                notify = member.value
            }
        }
        guard scan.isWhole else { throw .notAnObject }
        self.amount = try BodyField.money(amount, currency, body)
        self.card = try BodyField.card(card, body)
        capturesAtOnce = try BodyField.flag(capture, "capture", body) ?? true
        self.notify = try BodyField.address(notify, body)
    }
}

/// What a merchant wants back: `{"payment": "…", "amount": 4900, "currency": "CNY"}`; all of it, when no amount is said.
struct RefundInstruction {
    let payment: RecordID
    let amount: Int64?
    let currency: Currency?

    init(of body: [UInt8]) throws(Problem) { try self.init(body.span) }

    private init(_ body: Span<UInt8>) throws(Problem) {
        var payment: JSONPathScan.Finding?
        var amount: JSONPathScan.Finding?
        var currency: JSONPathScan.Finding?
        var scan = JSONMemberScan()
        while let member = scan.next(in: body) {
            let key = body.extracting(member.key)
            if key.equals("payment") {
                payment = member.value
            } else if key.equals("amount") {
                amount = member.value
            } else if key.equals("currency") {
                currency = member.value
            }
        }
        guard scan.isWhole else { throw .notAnObject }
        guard let payment else { throw .missing("payment", "the id of what is to be given back") }
        guard payment.kind == .text, !payment.hasEscapes, let id = RecordID(body.extracting(payment.range)) else {
            throw .wrong("payment", "the id of a payment")
        }
        self.payment = id
        self.amount = try BodyField.amount(amount, body)
        self.currency = try BodyField.currency(currency, body)
    }
}

/// `{"amount": 4900}`, or nothing: of a capture.
struct CaptureInstruction {
    let amount: Int64?

    init(of body: [UInt8]) throws(Problem) { try self.init(body.span) }

    private init(_ body: Span<UInt8>) throws(Problem) {
        var amount: JSONPathScan.Finding?
        if body.count > 0 {
            var scan = JSONMemberScan()
            while let member = scan.next(in: body) {
                if body.extracting(member.key).equals("amount") { amount = member.value }
            }
            guard scan.isWhole else { throw .notAnObject }
        }
        self.amount = try BodyField.amount(amount, body)
    }
}

/// One member each, or what is wrong with it.
enum BodyField {
    /// Nine hundred trillion units of a currency with two decimals.
    static let amountDigitsMax = 17

    static func money(
        _ amount: JSONPathScan.Finding?, _ currency: JSONPathScan.Finding?, _ body: Span<UInt8>
    ) throws(Problem) -> Money {
        guard let minor = try self.amount(amount, body) else {
            throw .missing("amount", "a whole number of minor units")
        }
        guard let currency = try self.currency(currency, body) else {
            throw .missing("currency", "three letters, such as CNY")
        }
        return Money(minor: minor, currency)
    }

    static func amount(_ finding: JSONPathScan.Finding?, _ body: Span<UInt8>) throws(Problem) -> Int64? {
        guard let finding else { return nil }
        guard finding.kind == .number, let amount = whole(body.extracting(finding.range)), amount > 0 else {
            throw .wrong("amount", "a whole number of minor units above 0, of at most \(amountDigitsMax) digits")
        }
        return amount
    }

    private static func whole(_ digits: Span<UInt8>) -> Int64? {
        guard 1...amountDigitsMax ~= digits.count else { return nil }
        var value: Int64 = 0
        for index in digits.indices {
            guard 0x30...0x39 ~= digits[index] else { return nil }
            value = value &* 10 &+ Int64(digits[index] &- 0x30)
        }
        return value
    }

    static func currency(_ finding: JSONPathScan.Finding?, _ body: Span<UInt8>) throws(Problem) -> Currency? {
        guard let finding else { return nil }
        guard finding.kind == .text, let currency = Currency(body.extracting(finding.range)) else {
            throw .wrong("currency", "an active code of ISO 4217, such as CNY")
        }
        return currency
    }

    static func card(_ finding: JSONPathScan.Finding?, _ body: Span<UInt8>) throws(Problem) -> CardNumber? {
        guard let finding, finding.kind != .null else { return nil }
        guard finding.kind == .text, let card = CardNumber(body.extracting(finding.range)) else {
            throw .wrong("card", "a text of \(CardNumber.digitsMin) to \(CardNumber.digitsMax) digits")
        }
        return card
    }

    static func flag(
        _ finding: JSONPathScan.Finding?, _ name: String, _ body: Span<UInt8>
    ) throws(Problem) -> Bool? {
        guard let finding else { return nil }
        guard finding.kind == .boolean else { throw .wrong(name, "true or false") }
        return body[finding.range.lowerBound] == UInt8(ascii: "t")
    }

    static func address(_ finding: JSONPathScan.Finding?, _ body: Span<UInt8>) throws(Problem) -> String? {
        guard let finding, finding.kind != .null else { return nil }
        let text = body.extracting(finding.range)
        guard finding.kind == .text, !finding.hasEscapes, text.count <= PaymentInstruction.notifyBytesMax,
            text.starts(with: "http://") || text.starts(with: "https://")
        else { throw .wrong("notify", "an http address of at most \(PaymentInstruction.notifyBytesMax) bytes") }
        guard CardMask.first(in: text) == nil else {
            throw .wrong("notify", "an address in which no card's number stands")
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        for index in text.indices { bytes.append(text[index]) }
        return String(decoding: bytes, as: UTF8.self)
    }
}
