import ChannelProfile
import JSON
import Money
import StackVocabulary
import Testing

@testable import PaymentStack

/// Payments as a stack would make them.
enum LedgerSample {
    static let start: Int64 = 1_767_225_600_000
    static let cny = try! Currency("CNY")

    static func money(_ minor: Int64) -> Money { Money(minor: minor, cny) }

    static func id(_ number: Int, _ namespace: Namespace = .live) -> RecordID {
        RecordID(
            milliseconds: start + Int64(number / 512), namespace, shard: 0, worker: 0, sequence: number % 512)
    }

    static func key(_ number: Int) -> PaymentReference { PaymentReference("key-\(number)")! }
    static func merchant(_ number: Int) -> MerchantID { MerchantID(number: UInt32(number % 7 + 1)) }

    static func payment(_ number: Int, _ minor: Int64 = 4_900, state: PaymentState = .processing) -> Payment {
        var payment = Payment(
            id: id(number), merchant: merchant(number), key: key(number), amount: money(minor), bin: 622_202,
            capturesAtOnce: true, notify: number % 2 == 0 ? "http://127.0.0.1:9/told?é=1" : nil, createdAt: start,
            changedAt: start)
        payment.state = state
        payment.channel = 1
        payment.attempt = 1
        return payment
    }

    static func claim(_ number: Int) -> Claim {
        Claim(
            merchant: merchant(number), key: key(number), fingerprint: UInt128(number) << 64 | UInt128(UInt64.max),
            record: id(number))
    }

    static func reply(_ number: Int, _ body: String = "{\"state\": \"captured\"}") -> SavedReply {
        SavedReply(merchant: merchant(number), key: key(number), status: 201, body: Array(body.utf8))
    }

    /// The first change of a payment.
    static func begin(_ number: Int, _ minor: Int64 = 4_900) -> LedgerChange {
        var change = LedgerChange(at: start + Int64(number))
        change.claim = claim(number)
        change.payment = payment(number, minor)
        return change
    }

    /// The second: captured.
    static func capture(
        _ number: Int, _ minor: Int64 = 4_900, of amount: Int64 = 4_900, version: Int32 = 1
    ) -> LedgerChange {
        var change = LedgerChange(at: start + Int64(number) + 5)
        var payment = payment(number, amount, state: .captured)
        payment.version = version
        payment.captured = minor
        payment.changedAt = start + 7
        change.payment = payment
        change.postings = [
            Posting(account: .merchant(payment.merchant), amount: money(minor)),
            Posting(account: .channel(1), amount: money(-minor)),
        ]
        change.attempt = AttemptRecord(
            reference: BankReference(payment.id, .payment, attempt: 1), channel: 1, sentAt: start, endedAt: start + 5,
            outcome: .approved, sends: 1)
        change.notification = Notification(
            id: .init(record: payment.id, version: version + 1), url: "http://127.0.0.1:9/told",
            body: Array("{}".utf8), dueAt: start + Int64(100 - number))
        change.reply = reply(number)
        return change
    }

    static func refundChange(_ number: Int, of payment: Payment, _ minor: Int64) -> LedgerChange {
        var change = LedgerChange(at: start + 50)
        change.refund = Refund(
            id: id(number), payment: payment.id, merchant: payment.merchant, key: key(number), amount: money(minor),
            createdAt: start, changedAt: start)
        change.claim = Claim(
            merchant: payment.merchant, key: key(number), fingerprint: 7, record: id(number))
        var changed = payment
        changed.refundPending += minor
        change.payment = changed
        change.postings = [
            Posting(account: .merchant(payment.merchant), amount: money(-minor)),
            Posting(account: .refunds, amount: money(minor)),
        ]
        return change
    }

    /// A journal entry without a record.
    static func posting(_ from: Account, _ to: Account, _ minor: Int64) -> LedgerChange {
        var change = LedgerChange(at: start)
        change.postings = [
            Posting(account: to, amount: money(minor)), Posting(account: from, amount: money(-minor)),
        ]
        return change
    }
}

extension LedgerStore {
    /// Every line of a table, page by page.
    func lines(_ table: ExportTable, pageOf limit: Int = 1_000) async throws -> [JSONValue] {
        var lines: [JSONValue] = []
        var place: Int64 = 0
        while true {
            let page = try await page(table, after: place, limit: limit)
            if page.count == 0 { return lines }
            let texts = page.lines.split(separator: UInt8(ascii: "\n"))
            #expect(texts.count == page.count && page.last > place)
            for text in texts { lines.append(try JSONValue(parsing: Array(text))) }
            place = page.last
        }
    }

    /// The sums of the journal, and every change of it that does not sum to zero.
    func journalSums() async throws -> (accounts: [String: Int64], uneven: [Int64]) {
        var (accounts, changes): ([String: Int64], [Int64: Int64]) = ([:], [:])
        for line in try await lines(.journal) {
            let amount = try #require(line["amount"]?.int64)
            accounts[try #require(line["account"]?.string), default: 0] += amount
            changes[try #require(line["change"]?.int64), default: 0] += amount
        }
        return (accounts, changes.filter { $0.value != 0 }.map(\.key).sorted())
    }

    func balanceLines() async throws -> [String: Int64] {
        var balances: [String: Int64] = [:]
        for line in try await lines(.balances) {
            balances[try #require(line["account"]?.string)] = try #require(line["amount"]?.int64)
        }
        return balances
    }
}
