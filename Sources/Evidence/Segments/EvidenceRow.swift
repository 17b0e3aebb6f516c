import Timebase

/// The 64 bytes of one attempt; docs/formats/evidence.md is the description for others.
///
/// State and everything that an ending changes beside `completedAt` share the first eight bytes, which `RowBytes` writes
/// last. So whoever reads the file after the process was killed sees no row, a whole intent, or a whole ending.
@safe struct EvidenceRow: SegmentRow {
    static var kind: SegmentKind { .requests }

    enum State: UInt8 {
        case empty = 0
        case intent
        case ended
    }

    private let bytes: RowBytes

    @inline(__always)
    @unsafe init(_ bytes: UnsafeMutableRawPointer) {
        self.bytes = unsafe RowBytes(bytes)
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
        bytes.store(intent.arrival, at: 8)
        bytes.store(UInt64(bitPattern: intent.intendedAt.nanoseconds), at: 16)
        bytes.store(UInt64(bitPattern: intent.sentAt.nanoseconds), at: 24)
        bytes.store(id: intent.key, at: 40)
        bytes.store(UInt64(bitPattern: intent.amount), at: 56)
        bytes.publish(Word(intent).bits)
    }

    @inline(__always)
    func end(_ ending: EvidenceRecord.Ending, adding flags: EvidenceFlags) {
        let word = Word(bits: bytes.load(0)).ended(ending.outcome, status: ending.status, adding: flags)
        bytes.store(UInt64(bitPattern: ending.completedAt.nanoseconds), at: 32)
        bytes.publish(word.bits)
    }

    func read(worker: Int) -> RowReading<EvidenceRecord> {
        let word = Word(bits: bytes.load(0))
        let intent = Intent(
            step: word.step, attempt: word.attempt, flags: word.flags, arrival: bytes.load(8),
            intendedAt: bytes.span(at: 16), sentAt: bytes.span(at: 24), key: bytes.id(at: 40),
            amount: Int64(bitPattern: bytes.load(56)))
        switch State(rawValue: word.state) {
        case .empty: return word.bits == 0 ? .empty : .faulty
        case .intent: return .record(EvidenceRecord(worker: worker, intent: intent, ending: nil))
        case .ended:
            guard let outcome = Outcome(rawValue: word.outcome) else { return .faulty }
            let ending = EvidenceRecord.Ending(
                outcome: outcome, status: word.status, completedAt: bytes.span(at: 32))
            return .record(EvidenceRecord(worker: worker, intent: intent, ending: ending))
        case nil: return .faulty
        }
    }
}
