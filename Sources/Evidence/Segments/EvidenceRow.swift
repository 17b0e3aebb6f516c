import Synchronization
import Timebase

/// The 64 bytes of one attempt, in place; docs/formats/evidence.md is the description for others.
///
/// State and everything that an ending changes beside `completedAt` share the first eight bytes, and these are written
/// last, in one store with release order. So whoever reads the file after the process was killed, at whatever
/// instruction, sees no row, a whole intent, or a whole ending: the stores that a thread had executed are in the page
/// cache, which outlives it, and the compiler may move none of them behind the release.
///
/// A power cut is another matter: the kernel writes pages back when it likes and in any order, up to some thirty
/// seconds late. Rows of that time may be missing, also in the middle. A row itself lies within one sector, so it is
/// old or new, never a mixture.
@safe struct EvidenceRow {
    static let byteCount = 64

    enum State: UInt8 {
        case empty = 0
        case intent
        case ended
    }

    private let bytes: UnsafeMutableRawPointer

    /// `bytes` must hold a row for as long as this is used.
    @inline(__always)
    @unsafe init(_ bytes: UnsafeMutableRawPointer) {
        unsafe self.bytes = bytes
    }

    /// The first eight bytes: state, outcome, step (2), status (2), attempt, flags.
    struct Word {
        var bits: UInt64

        var state: UInt8 { UInt8(truncatingIfNeeded: bits) }
        var outcome: UInt8 { UInt8(truncatingIfNeeded: bits >> 8) }
        var step: UInt16 { UInt16(truncatingIfNeeded: bits >> 16) }
        var status: UInt16 { UInt16(truncatingIfNeeded: bits >> 32) }
        var attempt: UInt8 { UInt8(truncatingIfNeeded: bits >> 48) }
        var flags: EvidenceFlags { EvidenceFlags(rawValue: UInt8(truncatingIfNeeded: bits >> 56)) }

        init(bits: UInt64) {
            self.bits = bits
        }

        init(_ intent: Intent) {
            bits =
                UInt64(State.intent.rawValue) | UInt64(intent.step) << 16 | UInt64(intent.attempt) << 48
                | UInt64(intent.flags.rawValue) << 56
        }

        func ended(_ outcome: Outcome, status: UInt16, adding flags: EvidenceFlags) -> Word {
            precondition(state == State.intent.rawValue, "a record in state \(state) cannot end")
            let kept = bits & 0xFFFF_0000_FFFF_0000
            return Word(
                bits: kept | UInt64(State.ended.rawValue) | UInt64(outcome.rawValue) << 8 | UInt64(status) << 32
                    | UInt64(flags.rawValue) << 56)
        }
    }

    @inline(__always)
    func write(_ intent: Intent) {
        store(intent.arrival, at: 8)
        store(UInt64(bitPattern: intent.intendedAt.nanoseconds), at: 16)
        store(UInt64(bitPattern: intent.sentAt.nanoseconds), at: 24)
        // Big-endian, so that a dump of the file shows the id as people write it.
        unsafe bytes.storeBytes(of: intent.key.bigEndian, toByteOffset: 40, as: UInt128.self)
        store(UInt64(bitPattern: intent.amount), at: 56)
        publish(Word(intent))
    }

    @inline(__always)
    func end(_ ending: EvidenceRecord.Ending, adding flags: EvidenceFlags) {
        let word = Word(bits: load(0)).ended(ending.outcome, status: ending.status, adding: flags)
        store(UInt64(bitPattern: ending.completedAt.nanoseconds), at: 32)
        publish(word)
    }

    /// What stands there: nothing, a record, or bytes that no writer of this version leaves.
    func read(worker: Int) -> Reading {
        let word = Word(bits: load(0))
        let intent = Intent(
            step: word.step, attempt: word.attempt, flags: word.flags, arrival: load(8),
            intendedAt: span(at: 16), sentAt: span(at: 24),
            key: UInt128(bigEndian: unsafe bytes.loadUnaligned(fromByteOffset: 40, as: UInt128.self)),
            amount: Int64(bitPattern: load(56)))
        switch State(rawValue: word.state) {
        case .empty: return word.bits == 0 ? .empty : .faulty
        case .intent: return .record(EvidenceRecord(worker: worker, intent: intent, ending: nil))
        case .ended:
            guard let outcome = Outcome(rawValue: word.outcome) else { return .faulty }
            let ending = EvidenceRecord.Ending(
                outcome: outcome, status: word.status, completedAt: span(at: 32))
            return .record(EvidenceRecord(worker: worker, intent: intent, ending: ending))
        case nil: return .faulty
        }
    }

    enum Reading {
        case empty
        case faulty
        case record(EvidenceRecord)
    }

    @inline(__always)
    private func publish(_ word: Word) {
        let place = unsafe bytes.assumingMemoryBound(to: Atomic<UInt64>.self)
        unsafe place.pointee.store(word.bits.littleEndian, ordering: .releasing)
    }

    @inline(__always)
    private func store(_ value: UInt64, at offset: Int) {
        unsafe bytes.storeBytes(of: value.littleEndian, toByteOffset: offset, as: UInt64.self)
    }

    @inline(__always)
    private func load(_ offset: Int) -> UInt64 {
        UInt64(littleEndian: unsafe bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    private func span(at offset: Int) -> TimeSpan {
        TimeSpan(nanoseconds: Int64(bitPattern: load(offset)))
    }
}
