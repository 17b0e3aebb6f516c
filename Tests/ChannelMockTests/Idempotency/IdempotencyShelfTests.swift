import ChannelProfile
import SeededRandom
import Testing
import Timebase

@testable import ChannelMock

@Suite struct IdempotencyShelfTests {
    private let now = Instant(nanoseconds: 5_000_000_000)

    private func ticket(_ claim: IdempotencyShelf.Claim) throws -> IdempotencyShelf.Ticket {
        guard case .execute(let ticket) = claim else {
            throw Unexpected(claim: "\(claim)")
        }
        return ticket
    }

    private struct Unexpected: Error { let claim: String }

    private func saved(_ keys: ClosedRange<UInt128>, in shelf: inout IdempotencyShelf, bytes: Int = 1) throws {
        for key in keys {
            let ticket = try ticket(shelf.claim(key: key, fingerprint: 1, at: now))
            shelf.finish(ticket, status: 201, body: [UInt8](repeating: 9, count: bytes), at: now)
        }
    }

    private func isReplayed(_ key: UInt128, _ shelf: IdempotencyShelf) -> Bool {
        var copy = shelf
        if case .replay = copy.claim(key: key, fingerprint: 1, at: now) { return true }
        return false
    }

    @Test func `what was saved first is forgotten first, and counted`() throws {
        var shelf = IdempotencyShelf(.stripeV1, keysMax: 3)
        try saved(1...5, in: &shelf)
        #expect(shelf.count == 3)
        #expect((1...5).map { isReplayed($0, shelf) } == [false, false, true, true, true])
        #expect(shelf.counters.forgotten == 2)
        #expect(shelf.savedBytes == 3)
    }

    @Test func `a key whose request is at work is not forgotten`() throws {
        var shelf = IdempotencyShelf(.stripeV1, keysMax: 2)
        let first = try ticket(shelf.claim(key: 1, fingerprint: 1, at: now))
        try saved(2...20, in: &shelf)
        #expect(shelf.claim(key: 1, fingerprint: 1, at: now) == .running)
        shelf.finish(first, status: 200, body: [1], at: now)
        #expect(isReplayed(1, shelf))
    }

    @Test func `a new key finds no room when all others are at work, and is carried out all the same`() throws {
        var shelf = IdempotencyShelf(.stripeV1, keysMax: 2)
        let tickets = try [1, 2].map { try ticket(shelf.claim(key: $0, fingerprint: 1, at: now)) }
        let third = try ticket(shelf.claim(key: 3, fingerprint: 1, at: now))
        #expect(shelf.counters.unremembered == 1)
        #expect(shelf.count == 2)
        shelf.finish(third, status: 201, body: [3], at: now)
        #expect(!isReplayed(3, shelf))
        for ticket in tickets { shelf.finish(ticket, status: 201, body: [1], at: now) }
        #expect(isReplayed(1, shelf) && isReplayed(2, shelf))
    }

    @Test func `answers are bounded in bytes as well, and one that is larger than all is not kept`() throws {
        var shelf = IdempotencyShelf(.stripeV1, keysMax: 1_000, bytesMax: 1_000)
        try saved(1...20, in: &shelf, bytes: 100)
        #expect(shelf.savedBytes == 1_000)
        #expect(shelf.counters.forgotten == 10)
        #expect((1...20).map { isReplayed($0, shelf) } == (1...20).map { $0 > 10 })
        try saved(21...21, in: &shelf, bytes: 1_001)
        #expect(shelf.counters.tooLarge == 1)
        #expect(!isReplayed(21, shelf) && isReplayed(20, shelf))
    }

    @Test func `a saved answer does not keep the room of the buffer that it came in`() throws {
        var shelf = IdempotencyShelf(.stripeV1, keysMax: 4)
        var body: [UInt8] = []
        body.reserveCapacity(64 * 1024)
        body += [1, 2, 3]
        let ticket = try ticket(shelf.claim(key: 1, fingerprint: 1, at: now))
        shelf.finish(ticket, status: 200, body: body, at: now)
        guard case .replay(let answer) = shelf.claim(key: 1, fingerprint: 1, at: now) else {
            Issue.record("no replay")
            return
        }
        #expect(answer.body == [1, 2, 3])
        #expect(answer.body.capacity < 256)
    }

    @Test func `an answer that was not saved leaves its key free for another request`() throws {
        var shelf = IdempotencyShelf(.checkout, keysMax: 4)
        let first = try ticket(shelf.claim(key: 1, fingerprint: 1, at: now))
        shelf.finish(first, status: 402, body: [1], at: now)
        #expect(shelf.counters.unsaved == 1)
        #expect(shelf.count == 0)
        _ = try ticket(shelf.claim(key: 1, fingerprint: 2, at: now))
    }

    @Test func `what has expired makes room without being asked for`() throws {
        var shelf = IdempotencyShelf(.stripeV1, keysMax: 100)
        try saved(1...10, in: &shelf)
        let later = now + IdempotencyPreset.stripeV1.lifetime
        for key in UInt128(11)...15 {
            let ticket = try ticket(shelf.claim(key: key, fingerprint: 1, at: later))
            shelf.finish(ticket, status: 201, body: [1], at: later)
        }
        #expect(shelf.count == 5)
        #expect(shelf.counters.expired == 10)
        #expect(shelf.counters.forgotten == 0)
    }

    @Test func `the lifetime counts from the first request, not from its answer`() throws {
        var shelf = IdempotencyShelf(.stripeV1, keysMax: 4)
        let first = try ticket(shelf.claim(key: 1, fingerprint: 1, at: now))
        shelf.finish(first, status: 201, body: [1], at: now + .seconds(3600))
        _ = try ticket(shelf.claim(key: 1, fingerprint: 1, at: now + IdempotencyPreset.stripeV1.lifetime))
    }

    @Test func `keys differ by their bytes, and by operation where the preset says so`() throws {
        for preset in [IdempotencyPreset.stripeV1, .stripeV2, .checkout] {
            let one = try preset.key("k-1".utf8Span.span, of: .authorise)
            #expect(try preset.key("k-1".utf8Span.span, of: .authorise) == one)
            #expect(try preset.key("k-2".utf8Span.span, of: .authorise) != one)
            #expect((try preset.key("k-1".utf8Span.span, of: .refund) != one) == preset.isKeyOfOneOperation)
        }
    }

    @Test func `counts hold for any order of events`() throws {
        // What is claimed is carried out, replayed, in conflict, mismatched; and what was carried out came to an end.
        var random = SeededRandom(Seed(20_261_121))
        var shelf = IdempotencyShelf(.stripeV2, keysMax: 40, bytesMax: 300)
        var open: [(key: UInt128, ticket: IdempotencyShelf.Ticket)] = []
        var instant = now
        var claims: UInt64 = 0
        for step in 0..<50_000 {
            instant = instant + .seconds(Int64(random.below(6_000)))
            if random.unit() < 0.6 || open.isEmpty {
                claims += 1
                let key = UInt128(random.below(100))
                let isOpen = open.contains { $0.key == key }
                switch shelf.claim(key: key, fingerprint: random.below(10) == 0 ? 2 : 1, at: instant) {
                case .execute(let ticket):
                    #expect(
                        !isOpen || ticket.isUnremembered || open.contains { $0.ticket.isUnremembered }, "step \(step)")
                    open.append((key, ticket))
                case .running: #expect(isOpen, "step \(step)")
                default: break
                }
            } else {
                let ended = open.remove(at: Int(random.below(UInt64(open.count))))
                let body = [UInt8](repeating: 1, count: Int(random.below(40)))
                switch random.below(4) {
                case 0: shelf.abandon(ended.ticket)
                case 1: shelf.finish(ended.ticket, status: 503, body: body, at: instant)
                default: shelf.finish(ended.ticket, status: 201, body: body, at: instant)
                }
            }
            #expect(shelf.count <= 40 && shelf.savedBytes <= 300, "step \(step)")
        }
        let counters = shelf.counters
        #expect(claims == counters.executed + counters.replayed + counters.conflicts + counters.mismatches)
        #expect(counters.expired > 0 && counters.forgotten > 0 && counters.replayed > 0 && counters.mismatches > 0)
    }

    @Test func `the preset none remembers nothing`() throws {
        var shelf = IdempotencyShelf(.none, keysMax: 10)
        for _ in 0..<5 { #expect(shelf.claim(key: 1, fingerprint: 1, at: now) == .unkeyed) }
        #expect(shelf.count == 0)
        #expect(shelf.counters.unkeyed == 5)
    }
}
