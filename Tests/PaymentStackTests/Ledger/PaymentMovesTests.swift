import ChannelProfile
import Money
import StackVocabulary
import Testing

@testable import PaymentStack

/// Every state with every finding: what is booked sums to zero, and what is settled stays.
struct PaymentMovesTests {
    private static let findings: [Finding] = [
        .authorized, .captured(1_000), .captured(400), .declined("no"), .pending, .unknown, .unknownOfMany,
        .amendmentUnknown(.capture),
        .refused("overloaded"),
        .reversed,
    ]

    static func payment(_ state: PaymentState, captured: Int64 = 0) throws -> Payment {
        var payment = Payment(
            id: RecordID(milliseconds: 1_767_225_600_000, .shadow, shard: 0, worker: 0, sequence: 1),
            merchant: MerchantID(number: 7), key: PaymentReference("key-1")!,
            amount: Money(minor: 1_000, try Currency("EUR")), bin: 411_111, capturesAtOnce: true, notify: nil,
            createdAt: 0, changedAt: 0)
        payment.state = state
        payment.channel = 2
        payment.attempt = 1
        payment.version = 1
        payment.captured = captured
        return payment
    }

    @Test(arguments: PaymentState.allCases)
    func `what is booked sums to zero and follows the state graph`(state: PaymentState) throws {
        for finding in Self.findings {
            let before = try Self.payment(state, captured: state.wasCaptured ? 1_000 : 0)
            guard case .moves(let next) = before.consequence(of: finding) else { continue }
            #expect(state.mayBecome(next), "\(state.name) + \(finding)")
            var after = before
            let postings = after.move(to: next, by: finding, at: 5)
            #expect(postings.reduce(0) { $0 + $1.amount.minor } == 0)
            #expect(after.state == next)
            #expect(after.changedAt == 5)
        }
    }

    @Test(arguments: PaymentState.allCases.filter(\.isSettled))
    func `what is settled is moved by nothing that a bank says`(state: PaymentState) throws {
        let payment = try Self.payment(state, captured: state.wasCaptured ? 1_000 : 0)
        for finding in Self.findings {
            if case .moves = payment.consequence(of: finding) { Issue.record("\(state.name) moves by \(finding)") }
        }
    }

    @Test func `an unknown payment is in suspense until somebody knows`() throws {
        var payment = try Self.payment(.processing)
        #expect(booked(payment.move(to: .unknown, by: .unknown, at: 1)) == ["suspense 2 1000", "channel 2 -1000"])
        let known = booked(payment.move(to: .captured, by: .captured(1_000), at: 2))
        #expect(known == ["suspense 2 -1000", "merchant 7 1000"])
        #expect(payment.captured == 1_000)
    }

    @Test func `a part that is captured of what was unknown leaves the rest nowhere`() throws {
        var payment = try Self.payment(.unknown)
        let booked = booked(payment.move(to: .captured, by: .captured(400), at: 2))
        #expect(booked == ["suspense 2 -1000", "channel 2 600", "merchant 7 400"])
    }

    @Test func `more than was asked for is contradicted, never booked`() throws {
        #expect(try Self.payment(.processing).consequence(of: .captured(1_001)) == .contradicts)
        #expect(try Self.payment(.captured, captured: 1_000).consequence(of: .captured(999)) == .contradicts)
        #expect(try Self.payment(.captured, captured: 1_000).consequence(of: .captured(1_000)) == .none)
        #expect(try Self.payment(.captured, captured: 1_000).consequence(of: .declined("late")) == .contradicts)
        #expect(try Self.payment(.failed).consequence(of: .captured(1_000)) == .contradicts)
    }

    @Test func `unknown is not ended by another refusal`() throws {
        #expect(try Self.payment(.unknown).consequence(of: .refused("overloaded")) == .none)
        #expect(try Self.payment(.unknown).consequence(of: .pending) == .none)
    }

    // MARK: Refunds

    @Test func `what is being given back counts as gone`() throws {
        var payment = try Self.payment(.captured, captured: 1_000)
        let part = Money(minor: 600, payment.amount.currency)
        #expect(payment.fault(in: part) == nil)
        #expect(booked(payment.reserve(part, at: 1)) == ["refunds 0 600", "merchant 7 -600"])
        #expect(payment.fault(in: part) == .exceeds(left: 400))
        #expect(booked(payment.complete(part, at: 2)) == ["channel 2 600", "refunds 0 -600"])
        #expect(payment.state == .partiallyRefunded)
        let rest = Money(minor: 400, payment.amount.currency)
        _ = payment.reserve(rest, at: 3)
        #expect(booked(payment.giveUp(rest, at: 4)) == ["merchant 7 400", "refunds 0 -400"])
        _ = payment.reserve(rest, at: 5)
        _ = payment.complete(rest, at: 6)
        #expect(payment.state == .refunded)
        #expect(payment.fault(in: rest) == .exceeds(left: 0))
    }

    @Test func `money goes back in its currency, and of what was captured`() throws {
        let payment = try Self.payment(.captured, captured: 1_000)
        #expect(payment.fault(in: Money(minor: 1, try Currency("USD"))) == .otherCurrency)
        #expect(try Self.payment(.unknown).fault(in: payment.amount) == .notCaptured(.unknown))
    }

    private func booked(_ postings: [Posting]) -> [String] {
        postings.map { "\($0.account.kind) \($0.account.number) \($0.amount.minor)" }
    }
}

extension PaymentState {
    fileprivate var wasCaptured: Bool { [.captured, .partiallyRefunded, .refunded].contains(self) }
}
