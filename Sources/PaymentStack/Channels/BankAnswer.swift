import HTTPService
import JSON
import Money

/// What a bank says of one thing that it was asked to do, read in one pass over the body, without a tree.
///
///     {"reference":"…","operation":"authorise","status":"captured","amount":4900,"currency":"CNY","channel":"icbc"}
///
/// Members that are not known here are left alone.
struct BankAnswer: Sendable {
    enum Status: Sendable {
        case pending, declined, authorised, captured, reversed, refunded
    }

    let status: Status
    let reference: BankReference
    let amount: Int64
    let currency: Currency
    /// Of a payment that was asked for: how much of it.
    let captured: Int64
    let refunded: Int64
    private let reason: Range<Int>?

    /// Nil for what is no such answer.
    init?(_ body: Span<UInt8>) {
        var members = Members()
        guard members.read(body), let status = members.status.flatMap({ Status(body.extracting($0)) }),
            let reference = members.reference.flatMap({ BankReference(body.extracting($0)) }),
            let amount = members.amount.flatMap({ body.extracting($0).decimal }),
            let currency = members.currency.flatMap({ Currency(body.extracting($0)) })
        else { return nil }
        self.status = status
        self.reference = reference
        self.amount = amount
        self.currency = currency
        captured = members.captured.flatMap { body.extracting($0).decimal } ?? 0
        refunded = members.refunded.flatMap { body.extracting($0).decimal } ?? 0
        reason = members.reason
    }

    private static let reasonBytesMax = 64

    /// Why it was declined: the bank's word, as far as it is one.
    func reason(in body: Span<UInt8>) -> String {
        guard let reason, 1...Self.reasonBytesMax ~= reason.count else { return "declined" }
        let word = body.extracting(reason)
        var letters: [UInt8] = []
        for index in word.indices {
            guard 0x21...0x7E ~= word[index] else { return "declined" }
            letters.append(word[index])
        }
        return String(decoding: letters, as: UTF8.self)
    }

    /// Where the members stand that are known here. Of equal ones the last counts.
    private struct Members {
        var reference, status, amount, currency, reason, captured, refunded: Range<Int>?

        /// False for what is not one object, or has a member of another kind than it is to be.
        mutating func read(_ body: Span<UInt8>) -> Bool {
            var scan = JSONMemberScan()
            while let member = scan.next(in: body) {
                guard take(body.extracting(member.key), member.value) else { return false }
            }
            return scan.isWhole
        }

        private mutating func take(_ key: Span<UInt8>, _ value: JSONPathScan.Finding) -> Bool {
            let isText = value.kind == .text && !value.hasEscapes
            if key.equals("reference") {
                reference = value.range
                return isText
            } else if key.equals("status") {
                status = value.range
                return isText
            } else if key.equals("amount") {
                amount = value.range
                return value.kind == .number
            } else if key.equals("currency") {
                currency = value.range
                return isText
            } else if key.equals("reason") {
                reason = isText ? value.range : nil
            } else if key.equals("captured") {
                captured = value.range
                return value.kind == .number
            } else if key.equals("refunded") {
                refunded = value.range
                return value.kind == .number
            }
            return true
        }
    }
}

extension BankAnswer.Status {
    init?(_ word: Span<UInt8>) {
        if word.equals("captured") {
            self = .captured
        } else if word.equals("authorised") {
            self = .authorised
        } else if word.equals("declined") {
            self = .declined
        } else if word.equals("pending") {
            self = .pending
        } else if word.equals("refunded") {
            self = .refunded
        } else if word.equals("reversed") {
            self = .reversed
        } else {
            return nil
        }
    }
}
