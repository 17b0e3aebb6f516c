// Goal: what is wrong with a bank at an instant, and what that does to a request.
// Method: faults lie on the bank's clock, which begins when the bank does; some come from the profile, others are put up
// at run time. The board keeps those that are up, and the instant at which that changes next, so a request on a good day
// costs one comparison.
// Not here: playing it (`MockBank`), and what concerns the listener rather than a request (`refuse`, `never-read`), of
// which the board only says that it is so.

package import ChannelProfile
import Diagnostics
import EventLoop
import PlanValues
package import Timebase

package struct FaultBoard {
    static let faultsMax = 10_000

    package struct Posted {
        /// Where its draws lie; never used twice.
        let number: Int
        package let from: Instant
        package let until: Instant
        package let fault: Fault
    }

    private var posted: [Posted] = []
    private var up: [Posted] = []
    private var numbersTaken = 0
    /// When `up` is true no more.
    private(set) var nextChange = Instant.never

    /// At most `faultsMax`.
    mutating func post(_ faults: [Fault], from began: Instant, now: Instant) {
        look(at: now)
        precondition(posted.count + faults.count <= Self.faultsMax, "more than \(Self.faultsMax) faults")
        for fault in faults {
            let from = began + fault.at.value.offset
            posted.append(Posted(number: numbersTaken, from: from, until: from + fault.span, fault: fault))
            numbersTaken += 1
        }
        look(at: now)
    }

    /// Takes down all.
    mutating func clear(at now: Instant) {
        posted.removeAll()
        look(at: now)
    }

    func all(at now: Instant) -> [Posted] { posted.filter { $0.until > now } }

    mutating func upFaults(at now: Instant) -> [Posted] {
        if now >= nextChange { look(at: now) }
        return up
    }

    private mutating func look(at now: Instant) {
        posted.removeAll { $0.until <= now }
        up = posted.filter { $0.from <= now }
        nextChange = posted.map { $0.from > now ? $0.from : $0.until }.min() ?? .never
    }

    // MARK: What concerns the bank as a whole

    mutating func has(_ effect: Effect, at now: Instant) -> Bool {
        upFaults(at: now).contains { $0.fault.effects.contains(effect) }
    }

    // MARK: What concerns a request

    mutating func trouble(
        of request: PaymentRequest, _ body: [UInt8], attempt: Int, _ fate: Fate, at now: Instant
    ) -> Trouble {
        if now >= nextChange { look(at: now) }
        return trouble(attempt: attempt, fate) { request.matches($0, body) }
    }

    /// Of a query only its payment's reference is known, so faults of some cards, merchants or amounts do not meet it.
    mutating func troubleOfQuery(attempt: Int, _ fate: Fate, at now: Instant) -> Trouble {
        if now >= nextChange { look(at: now) }
        return trouble(attempt: Self.queries + attempt, fate) { $0.concernsQueries }
    }

    /// Attempts of payments count to 65,535: a query's draws are others than its payment's.
    private static let queries = 1 << 16

    private func trouble(attempt: Int, _ fate: Fate, where matches: (PaymentMatch) -> Bool) -> Trouble {
        var trouble = Trouble()
        for posted in up where matches(posted.fault.match) {
            let draw = { (use: Int) in fate.drawn(fault: posted.number, attempt: attempt, use: use) }
            guard posted.fault.rate.value >= 1 || draw(0) < posted.fault.rate.value else { continue }
            for effect in posted.fault.effects { trouble.add(effect, until: posted.until, draw) }
        }
        return trouble
    }
}

extension PaymentMatch {
    fileprivate var concernsQueries: Bool {
        bin == nil && merchant == nil && amount == nil && (operations.isEmpty || operations.contains(.query))
    }
}

/// What faults do to one attempt. Of several endings the first counts, slowness adds up.
struct Trouble: Equatable {
    enum Ending: Equatable {
        case answer
        /// Instead of the work.
        case error(status: Int), maintenance(status: Int, until: Instant)
        case resetBeforeReply, emptyReply
        /// The work is done, if at all, and nobody hears of it.
        case silence(charged: Bool)
        case resetAfterCommit
        /// The work is done, and the answer is broken.
        case truncatedBody, malformedBody, wrongLength
        case drip(bytesPerSecond: Int)

        /// Nothing at all comes back.
        var isUnheard: Bool {
            switch self {
            case .silence, .resetAfterCommit: true
            default: false
            }
        }
    }

    /// Many faults at a time are no longer than any drill; beyond it numbers would overflow.
    private static let addMax = TimeSpan.seconds(1_000_000_000)
    private static let multiplyMax = 1e9

    var multiply = 1.0
    var add = TimeSpan.zero
    /// Nothing is answered before.
    var stalledUntil = Instant.zero
    var ending = Ending.answer

    func time(_ service: TimeSpan) -> TimeSpan {
        if multiply == 1, add == .zero { return service }
        return TimeSpan(nanoseconds: Int64(min(Double(service.nanoseconds) * multiply, 1e18))) + add
    }

    mutating func add(_ effect: Effect, until end: Instant, _ draw: (_ use: Int) -> Double) {
        switch effect {
        case .latency(let multiply, let add):
            self.multiply = min(self.multiply * min(multiply?.value ?? 1, Self.multiplyMax), Self.multiplyMax)
            self.add = min(self.add + min(add ?? .zero, Self.addMax), Self.addMax)
        case .stall: stalledUntil = max(stalledUntil, end)
        case .timeout(let rate, let charged):
            if draw(1) < rate.value { claim(.silence(charged: draw(2) < charged.value)) }
        case .connection(let before, let after, let empty):
            let drawn = draw(3)
            if drawn < before.value {
                claim(.resetBeforeReply)
            } else if drawn < before.value + after.value {
                claim(.resetAfterCommit)
            } else if drawn < before.value + after.value + empty.value {
                claim(.emptyReply)
            }
        case .error(let status, let rate): if draw(4) < rate.value { claim(.error(status: status)) }
        case .maintenance(let status): claim(.maintenance(status: status, until: end))
        case .truncatedBody: claim(.truncatedBody)
        case .malformedBody: claim(.malformedBody)
        case .wrongLength: claim(.wrongLength)
        case .drippingBody(let rate): claim(.drip(bytesPerSecond: max(1, Int(rate.perSecond.bytes))))
        case .heldCallbacks, .refusal, .deafness: break
        }
    }

    private mutating func claim(_ ending: Ending) {
        if self.ending == .answer { self.ending = ending }
    }
}

extension PaymentRequest {
    func matches(_ match: PaymentMatch, _ body: [UInt8]) -> Bool {
        if match.isForAll { return true }
        if !match.operations.isEmpty, !match.operations.contains(operation) { return false }
        if let range = match.amount, !(amount.map(range.contains) ?? false) { return false }
        if let merchant = match.merchant, !(self.merchant.map { body[$0].elementsEqual(merchant.utf8) } ?? false) {
            return false
        }
        if let bin = match.bin, !(card.map { body[$0].starts(with: bin.utf8) } ?? false) { return false }
        return true
    }
}
