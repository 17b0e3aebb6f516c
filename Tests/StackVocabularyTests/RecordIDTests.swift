import StackVocabulary
import Testing

struct RecordIDTests {
    private static let noon: Int64 = 1_767_268_800_000

    @Test func `an id says when, whose, and where it was given`() {
        let id = RecordID(milliseconds: Self.noon, .shadow, shard: 63, worker: 41, sequence: 511)
        #expect(id.milliseconds == Self.noon)
        #expect(id.namespace == .shadow)
        #expect((id.shard, id.worker, id.sequence) == (63, 41, 511))
    }

    @Test(arguments: [0, 1, UInt64.max >> 1, 0x0123_4567_89AB_CDEF])
    func `the text of an id is read back`(bits: UInt64) {
        let id = RecordID(bits: bits)
        #expect(RecordID(id.description) == id)
        #expect(id.description.utf8.count == RecordID.letterCount)
    }

    @Test func `texts sort as ids do`() {
        let ids = [3, 1 << 40, 1 << 62, 77].map { RecordID(bits: $0) }
        #expect(ids.sorted().map(\.description) == ids.map(\.description).sorted())
    }

    @Test(arguments: ["", "0", "0000000000000i", "000000000000O", "g000000000000", "000000000000l", "000000000000u"])
    func `what is no id is refused`(text: String) {
        #expect(RecordID(text) == nil)
    }

    @Test func `ids rise within a millisecond, beyond its last, and while the clock steps back`() {
        var ids = RecordIDs(.live, shard: 0, worker: 0)
        var last = ids.next(at: Self.noon)
        for step in 0..<5_000 {
            let clock = Self.noon + (step > 2_000 ? -50_000 : Int64(step / 300))
            let next = ids.next(at: clock)
            #expect(next > last)
            last = next
        }
        #expect(ids.stepsBack > 2_000)
    }

    @Test func `planted, ids follow a clock that steps back, and repeat`() {
        var ids = RecordIDs(.live, shard: 0, worker: 0)
        ids.trustsClock = true
        let first = ids.next(at: Self.noon)
        _ = ids.next(at: Self.noon + 1)
        #expect(ids.next(at: Self.noon) == first)
    }
}
