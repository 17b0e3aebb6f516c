import ChannelProfile
import Diagnostics
import EventLoop
import HTTPService
import HTTPWire
import JSON
import StackVocabulary
import Timebase

/// What a request's head says of who asks.
struct Caller {
    let context: RequestContext
    let urgency: Urgency
    let merchant: MerchantID?
    let key: PaymentReference?

    static let deadlineMax = TimeSpan.seconds(300)

    /// - Parameter merchants: those that have an account have numbers up to this.
    init(
        _ exchange: HTTPExchange, _ namespace: Namespace, marks: FieldBlock, _ setting: StackSetting
    ) throws(Problem) {
        let bytes = exchange.headBytes
        let fields = exchange.head.fields
        let patience = try fields.first("x-deadline-ms", in: bytes.span).map { (slice) throws(Problem) in
            try Self.patience(bytes.span.extracting(slice.range))
        }
        let deadline = exchange.loop.now + (patience ?? setting.deadline)
        context = namespace == .live ? .live(until: deadline) : .shadow(marks, until: deadline)
        urgency =
            try fields.first("x-priority", in: bytes.span).map { (slice) throws(Problem) in
                try Self.urgency(bytes.span.extracting(slice.range))
            } ?? .normal
        merchant = try fields.first("x-merchant", in: bytes.span).map { (slice) throws(Problem) in
            try Self.merchant(bytes.span.extracting(slice.range), of: setting.merchants)
        }
        key = try fields.first("idempotency-key", in: bytes.span).map { (slice) throws(Problem) in
            try Self.key(bytes.span.extracting(slice.range))
        }
    }

    private static func patience(_ text: Span<UInt8>) throws(Problem) -> TimeSpan {
        guard let milliseconds = text.decimal else {
            throw .wrong("X-Deadline-Ms", "the milliseconds that are left, a whole number")
        }
        guard milliseconds > 0 else {
            throw Problem(
                status: 408, kind: "deadline-passed", detail: "the sender's deadline had passed already",
                field: "X-Deadline-Ms")
        }
        return min(.milliseconds(min(milliseconds, 1_000_000)), deadlineMax)
    }

    private static func urgency(_ text: Span<UInt8>) throws(Problem) -> Urgency {
        if text.equals("critical") { return .critical }
        if text.equals("normal") { return .normal }
        if text.equals("low") { return .low }
        throw .wrong("X-Priority", "critical, normal or low")
    }

    private static func merchant(_ text: Span<UInt8>, of count: Int) throws(Problem) -> MerchantID {
        guard let merchant = MerchantID(text), 1...UInt32(count) ~= merchant.number else {
            throw Problem(
                status: 422, kind: "unknown-merchant",
                detail: "this merchant has no account; there are merchant-1 to merchant-\(count)", field: "X-Merchant")
        }
        return merchant
    }

    private static func key(_ text: Span<UInt8>) throws(Problem) -> PaymentReference {
        guard let key = PaymentReference(text) else { throw .wrong("Idempotency-Key", PaymentReference.form) }
        // A key is kept as it is; so it is not taken.
        guard CardMask.first(in: text) == nil else { throw .wrong("Idempotency-Key", Self.keyWithoutCard) }
        return key
    }

    private static let keyWithoutCard = "a name in which no card's number stands"
}
