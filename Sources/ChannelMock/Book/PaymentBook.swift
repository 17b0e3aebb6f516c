// Goal: what a bank knows of its payments at the moment, in memory that does not grow: enough to answer a query, to refuse
// what would pay out more than came in, and to count how often a payment was tried and booked.
// Method: entries in a ring, found by their reference; beyond `paymentsMax` the oldest is forgotten, and counted. What
// was booked stands in the journal, which forgets nothing.
// Not here: fates, faults, and what is answered.

import ChannelProfile
import EventLoop
import Money
import Timebase

package struct PaymentBook {
    /// Some 200 MB where so many have come.
    package static let paymentsMax = 1_000_000

    private var entries: [Payment] = []
    private var places: [PaymentReference: Int32] = [:]
    private var oldest = 0
    private let paymentsMax: Int
    private(set) var forgotten: UInt64 = 0

    init(paymentsMax: Int = PaymentBook.paymentsMax) {
        self.paymentsMax = paymentsMax
    }

    var count: Int { entries.count }

    /// Its place, which stands until it is the oldest of `paymentsMax`.
    func place(of reference: PaymentReference) -> Int? { places[reference].map(Int.init) }

    /// The same for who has known the place before, and may have waited since.
    func place(of reference: PaymentReference, oncePlace place: Int) -> Int? {
        entries[place].reference == reference ? place : self.place(of: reference)
    }

    /// Its place, and how often it has been asked for with this time.
    mutating func noteAttempt(
        _ reference: PaymentReference, _ operation: Operation, at now: Instant
    ) -> (place: Int, attempt: UInt16) {
        let place = placeOrNew(reference, operation)
        if entries[place].attempts == 0 { entries[place].firstSeenAt = now }
        if entries[place].attempts < .max { entries[place].attempts += 1 }
        return (place, entries[place].attempts)
    }

    mutating func placeOrNew(_ reference: PaymentReference, _ operation: Operation) -> Int {
        // Where a new one goes is known before the dictionary is asked, so that it is asked once.
        let next = entries.count < paymentsMax ? entries.count : oldest
        let place = Int(Self.read(&places[reference, default: Int32(next)]))
        if place != next { return place }
        let payment = Payment(reference: reference, operation: operation)
        if place == entries.count {
            entries.append(payment)
            return place
        }
        if entries[place].reference == reference { return place }
        places[entries[place].reference] = nil
        forgotten += 1
        entries[place] = payment
        oldest = (oldest + 1) % paymentsMax
        return place
    }

    /// Reads where a new value was put if there was none: subscripts that write look the key up once for both.
    @inline(__always)
    private static func read(_ place: inout Int32) -> Int32 { place }

    subscript(place: Int) -> Payment {
        _read { yield entries[place] }
        _modify { yield &entries[place] }
    }
}

/// One payment, or what was done to one, under its own reference.
struct Payment {
    /// Nothing yet: tried at most, or not decided.
    ///
    ///     none -> pending -> authorised -> captured -> refunded
    ///                     |             -> reversed
    ///                     -> declined
    enum State: UInt8 {
        case none, pending, declined, authorised, captured, reversed, refunded, transferred
    }

    let reference: PaymentReference
    /// Of the first request that was booked.
    var operation: Operation
    var state = State.none
    /// How often it was asked for.
    var attempts: UInt16 = 0
    var queries: UInt16 = 0
    /// How often money moved for it: more than once is what a drill looks for.
    var bookings: UInt16 = 0
    var currency: Currency?
    var authorised: Int64 = 0
    var captured: Int64 = 0
    var refunded: Int64 = 0
    var firstSeenAt = Instant.zero
    var declinedFor: String?

    init(reference: PaymentReference, operation: Operation) {
        self.reference = reference
        self.operation = operation
    }
}
