import ChannelProfile
package import EventLoop
import Money
import StackVocabulary
package import Timebase

/// What a store alone takes, for benchmarks: payments as the stack makes them, two changes each (claim and payment; then
/// outcome, two postings, notification and saved reply), by many callers who wait for each change.
package struct LedgerTrial {
    /// Nil: in memory.
    package var database: String?
    package var callers = 256
    package var payments = 100_000
    package var merchants = 10_000
    package var channels = 4
    /// Safe from a power cut, beside the end of the process.
    package var synchronises = true
    /// Keys of no order, as senders who draw them at random make.
    package var scatteredKeys = false

    package init() {}

    package struct Figures: Sendable {
        package let changes: UInt64
        package let groups: UInt64
        package let took: TimeSpan
        /// From handing over to being durable, of every change, in order.
        package let latencies: [TimeSpan]
    }

    package func run(on loop: EventLoop) async throws(StackFault) -> Figures {
        var order = LedgerOrder(channels: (0..<channels).map { "channel-\($0)" })
        order.database = database
        order.durability = synchronises ? .power : .process
        let stores = try await LedgerStores.open(order, on: loop)
        var latencies: [TimeSpan] = []
        latencies.reserveCapacity(payments * 2)
        var next = 0
        let began = loop.now
        let tasks = (0..<callers).map { _ in
            loop.spawn {
                while next < payments {
                    next += 1
                    for change in [begin(next), end(next)] {
                        let handedOver = loop.now
                        let outcome = try? await stores.live.commit(change)
                        precondition(outcome == .done, "\(String(describing: outcome))")
                        latencies.append(loop.now - handedOver)
                    }
                }
            }
        }
        for task in tasks { await task.join() }
        let took = loop.now - began
        let figures = stores.live.figures
        await stores.close()
        return Figures(changes: figures.changes, groups: figures.groups, took: took, latencies: latencies.sorted())
    }

    // MARK: Payments

    private func payment(_ number: Int) -> Payment {
        Payment(
            id: RecordID(
                milliseconds: Self.start + Int64(number / 40), .live, shard: 0, worker: 0, sequence: number % 40),
            merchant: MerchantID(number: UInt32(number % merchants + 1)), key: key(number),
            amount: Money(minor: 4_900, Self.currency), bin: 622_202, capturesAtOnce: true,
            notify: "http://127.0.0.1:9000/told", createdAt: at(number), changedAt: at(number))
    }

    private func key(_ number: Int) -> PaymentReference {
        let bits = UInt64(number) &* 0x9E37_79B9_7F4A_7C15
        let digits = scatteredKeys ? String(bits, radix: 36) : String(number + 1_000_000_000)
        guard let key = PaymentReference("key-\(digits)-0123456789") else { preconditionFailure("no key: \(digits)") }
        return key
    }

    private func at(_ number: Int) -> Int64 { Self.start + Int64(number / 40) }

    private func begin(_ number: Int) -> LedgerChange {
        var change = LedgerChange(at: at(number))
        var payment = payment(number)
        payment.state = .processing
        payment.channel = UInt8(number % channels)
        payment.attempt = 1
        change.claim = Claim(
            merchant: payment.merchant, key: payment.key, fingerprint: UInt128(number) << 70, record: payment.id)
        change.payment = payment
        return change
    }

    private func end(_ number: Int) -> LedgerChange {
        var change = LedgerChange(at: at(number))
        var payment = payment(number)
        payment.state = .captured
        payment.channel = UInt8(number % channels)
        payment.attempt = 1
        payment.version = 1
        payment.captured = payment.amount.minor
        change.payment = payment
        change.postings = [
            Posting(account: .merchant(payment.merchant), amount: payment.amount),
            Posting(
                account: .channel(UInt8(number % channels)),
                amount: Money(minor: -payment.amount.minor, Self.currency)),
        ]
        change.attempt = AttemptRecord(
            reference: BankReference(payment.id, .payment, attempt: 1), channel: UInt8(number % channels),
            sentAt: payment.createdAt, endedAt: payment.changedAt, outcome: .approved, sends: 1)
        change.notification = Notification(
            id: .init(record: payment.id, version: 2), url: "http://127.0.0.1:9000/told", body: Self.body,
            dueAt: change.at)
        change.reply = SavedReply(merchant: payment.merchant, key: payment.key, status: 201, body: Self.body)
        return change
    }

    private static let start: Int64 = 1_767_225_600_000
    /// As long as the answer to a payment.
    private static let body = [UInt8](repeating: UInt8(ascii: "x"), count: 220)
    private static let currency: Currency = {
        guard let currency = Currency("CNY".utf8Span.span) else { preconditionFailure("no CNY") }
        return currency
    }()
}
