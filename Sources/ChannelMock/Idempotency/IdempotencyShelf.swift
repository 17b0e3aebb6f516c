// Goal: a channel remembers the keys that it has seen, as the provider whose preset it plays does: what is replayed, what
// is refused, what is carried out again.
// Method: one record for each key, found by the digest of its text with one look into a dictionary:
//
//     (unknown) --claim: execute--> running --finish, saved-----> saved --lifetime over, or no room--> (unknown)
//                                      |    --finish, not saved--> (unknown)
//                                      |    --abandon------------> (unknown)
//     claim while running: running (409);  while saved: replay;  with another request: mismatch
//
// Bounded in keys and in bytes of their answers: the answer that was saved first is forgotten first, and counted. A key
// whose request is still at work is never forgotten: its duplicate would be carried out beside it. When all of them are
// at work, a new key is not remembered, and that is counted as well.
// Not here: HTTP, and what is done for a payment.

package import ChannelProfile
import Containers
package import Timebase

package struct IdempotencyShelf {
    /// Leave to carry a request out. It is given back once, with `finish` or `abandon`.
    package struct Ticket: Sendable, Equatable {
        fileprivate let place: Int32
        fileprivate let generation: UInt32
        /// Of a key that found no room.
        fileprivate static let unremembered = Ticket(place: -1, generation: 0)

        var isUnremembered: Bool { self == .unremembered }
    }

    package struct SavedAnswer: Sendable, Equatable {
        package let status: UInt16
        package let body: [UInt8]
    }

    package enum Claim: Sendable, Equatable {
        case execute(Ticket)
        case replay(SavedAnswer)
        /// Its first request is at work: the preset's `conflict`.
        case running
        /// The key came with another request before: the preset's `mismatch`.
        case mismatch
        /// Carry it out; nothing is remembered.
        case unkeyed
    }

    package struct Counters: Sendable, Equatable {
        package var executed: UInt64 = 0
        package var replayed: UInt64 = 0
        package var conflicts: UInt64 = 0
        package var mismatches: UInt64 = 0
        package var unkeyed: UInt64 = 0
        /// Answers that the preset does not keep.
        package var unsaved: UInt64 = 0
        package var abandoned: UInt64 = 0
        /// Keys that came again, or were met, after their lifetime.
        package var expired: UInt64 = 0
        /// Answers that made room for others before their time: their duplicates are carried out again.
        package var forgotten: UInt64 = 0
        /// Keys that found no room, since all others were at work.
        package var unremembered: UInt64 = 0
        /// Answers that are larger than all that may be kept.
        package var tooLarge: UInt64 = 0
    }

    private struct Record {
        let key: UInt128
        var fingerprint: UInt64
        var claimedAt: Instant
        /// Nil while its request is at work.
        var answer: SavedAnswer?

        static let blank = Record(key: 0, fingerprint: 0, claimedAt: Instant(nanoseconds: 0))
    }

    package static let answerBytesMax = 64 * 1024 * 1024

    package let preset: IdempotencyPreset
    private let keysMax: Int
    private let bytesMax: Int
    private var places: [UInt128: Int32]
    /// In line are those that have an answer, in the order in which they got it.
    private var records: AgedSlots<Record>
    /// Where the next new key goes: known before the dictionary is asked, so that it is asked once.
    private var spare: Int32
    private var answerBytes = 0
    package private(set) var counters = Counters()

    /// The room for all keys is taken here: a table that grew under load would stop the loop for as long as it takes to
    /// move all that it holds.
    package init(_ preset: IdempotencyPreset, keysMax: Int, bytesMax: Int = IdempotencyShelf.answerBytesMax) {
        precondition(keysMax > 0 && bytesMax > 0, "a shelf for \(keysMax) keys and \(bytesMax) bytes")
        self.preset = preset
        self.keysMax = keysMax
        self.bytesMax = bytesMax
        let room = preset == .none ? 1 : keysMax + 1
        places = Dictionary(minimumCapacity: room)
        records = AgedSlots(room: room)
        spare = records.put(.blank)
    }

    /// Keys that are remembered, those at work included.
    package var count: Int { places.count }
    package var savedBytes: Int { answerBytes }

    // MARK: The machine

    /// `fingerprint` is of the operation and its body. No key is `unkeyed`, as every key is for the preset `none`.
    package mutating func claim(key: UInt128?, fingerprint: UInt64, at now: Instant) -> Claim {
        guard let key, preset != .none else {
            counters.unkeyed += 1
            return .unkeyed
        }
        let place = Self.read(&places[key, default: spare])
        if place == spare { return .execute(remember(key, fingerprint, at: now)) }
        let record = records[place]
        if let answer = record.answer, now - record.claimedAt >= preset.lifetime {
            counters.expired += 1
            counters.executed += 1
            answerBytes -= answer.body.count
            records.leaveLine(place)
            records[place] = Record(key: key, fingerprint: fingerprint, claimedAt: now)
            return .execute(ticket(of: place))
        }
        return again(record, fingerprint)
    }

    /// The work is done; the preset decides whether its answer is kept.
    package mutating func finish(_ ticket: Ticket, status: UInt16, body: [UInt8], at now: Instant) {
        guard let place = take(ticket) else { return }
        guard preset.saves(status) else {
            counters.unsaved += 1
            return free(place)
        }
        guard body.count <= bytesMax else {
            counters.tooLarge += 1
            return free(place)
        }
        records[place].answer = SavedAnswer(status: status, body: body.withoutSpareRoom)
        records.enterLine(place)
        answerBytes += body.count
        while answerBytes > bytesMax { forgetOldest() }
        dropExpired(at: now)
    }

    /// The work was never begun: the key is free again.
    package mutating func abandon(_ ticket: Ticket) {
        guard let place = take(ticket) else { return }
        counters.abandoned += 1
        free(place)
    }

    // MARK: Its parts

    /// Reads where a new value was put if there was none: subscripts that write look the key up once for both.
    @inline(__always)
    private static func read(_ place: inout Int32) -> Int32 { place }

    private mutating func again(_ record: Record, _ fingerprint: UInt64) -> Claim {
        if preset.comparesRequests, record.fingerprint != fingerprint {
            counters.mismatches += 1
            return .mismatch
        }
        guard let answer = record.answer else {
            counters.conflicts += 1
            return .running
        }
        counters.replayed += 1
        return .replay(answer)
    }

    /// The dictionary knows it already.
    private mutating func remember(_ key: UInt128, _ fingerprint: UInt64, at now: Instant) -> Ticket {
        counters.executed += 1
        if places.count > keysMax {
            guard records.oldest != nil else {
                places[key] = nil
                counters.unremembered += 1
                return .unremembered
            }
            forgetOldest()
        }
        let place = spare
        records[place] = Record(key: key, fingerprint: fingerprint, claimedAt: now)
        spare = records.put(.blank)
        return ticket(of: place)
    }

    private func ticket(of place: Int32) -> Ticket {
        Ticket(place: place, generation: records.generation(of: place))
    }

    private func take(_ ticket: Ticket) -> Int32? {
        if ticket == .unremembered { return nil }
        precondition(
            records.generation(of: ticket.place) == ticket.generation && !records.isInLine(ticket.place),
            "a ticket of the shelf came back twice")
        return ticket.place
    }

    private mutating func free(_ place: Int32) {
        places[records[place].key] = nil
        records.giveBack(place)
    }

    private mutating func forgetOldest() {
        guard let oldest = records.oldest else { return }
        counters.forgotten += 1
        drop(oldest)
    }

    private mutating func drop(_ place: Int32) {
        answerBytes -= records[place].answer?.body.count ?? 0
        free(place)
    }

    /// Answers are in the order of their saving, and expire in that of their claiming: one that took long to be carried
    /// out may keep others behind it a little longer here. Nobody sees it, for every claim looks at the time itself.
    private mutating func dropExpired(at now: Instant) {
        for _ in 0..<2 {
            guard let oldest = records.oldest, now - records[oldest].claimedAt >= preset.lifetime else { return }
            counters.expired += 1
            drop(oldest)
        }
    }
}

extension [UInt8] {
    /// The array of a connection's buffer has room that a saved answer needs no more.
    fileprivate var withoutSpareRoom: [UInt8] {
        if capacity <= count + 64 { return self }
        var tight: [UInt8] = []
        tight.reserveCapacity(count)
        tight.append(contentsOf: self)
        return tight
    }
}
