import ChannelProfile
import Money
import Timebase

/// The 128 bytes of an entry; docs/formats/channel-journal.md is the description for others.
@safe struct ChannelRow: SegmentRow {
    static var kind: SegmentKind { .channel }

    private let bytes: RowBytes

    @inline(__always)
    @unsafe init(_ bytes: UnsafeMutableRawPointer) {
        self.bytes = unsafe RowBytes(bytes)
    }

    /// The first eight bytes: kind, booking, tag, flags, operation, disturbance, status (2).
    struct Word {
        var bits: UInt64

        func byte(_ place: UInt64) -> UInt8 { UInt8(truncatingIfNeeded: bits >> (8 * place)) }
        var status: UInt16 { UInt16(truncatingIfNeeded: bits >> 48) }

        init(bits: UInt64) {
            self.bits = bits
        }

        init(_ entry: ChannelEntry) {
            bits =
                UInt64(entry.kind.rawValue) | UInt64(entry.booking.rawValue) << 8 | UInt64(entry.tag.rawValue) << 16
                | UInt64(entry.flags.rawValue) << 24 | UInt64(entry.operation.code) << 32
                | UInt64(entry.disturbance.rawValue) << 40 | UInt64(entry.status) << 48
        }
    }

    /// Bytes 24 to 31: attempt (2), the reference's length, a zero, the currency's letters and a zero.
    private struct Details {
        var bits: UInt64

        var attempt: UInt16 { UInt16(truncatingIfNeeded: bits) }
        var referenceBytes: Int { Int(UInt8(truncatingIfNeeded: bits >> 16)) }
        var zero: UInt64 { bits & 0xFF00_0000_FF00_0000 }
        var letters: UInt32 { UInt32(truncatingIfNeeded: bits >> 32).byteSwapped >> 8 }

        init(bits: UInt64) {
            self.bits = bits
        }

        init(_ entry: ChannelEntry) {
            let letters = ((entry.currency?.letters ?? 0) << 8).byteSwapped
            bits = UInt64(entry.attempt) | UInt64(entry.reference?.count ?? 0) << 16 | UInt64(letters) << 32
        }
    }

    @inline(__always)
    func write(_ entry: ChannelEntry) {
        bytes.store(UInt64(bitPattern: entry.at.nanoseconds), at: 8)
        bytes.store(UInt64(bitPattern: entry.amount), at: 16)
        bytes.store(Details(entry).bits, at: 24)
        bytes.store(id: entry.key, at: 32)
        bytes.store(id: entry.payment, at: 48)
        if let words = entry.reference?.words {
            bytes.store(words.0, at: 64)
            bytes.store(words.1, at: 72)
            bytes.store(words.2, at: 80)
            bytes.store(words.3, at: 88)
            bytes.store(words.4, at: 96)
            bytes.store(words.5, at: 104)
        }
        bytes.store(UInt64(bitPattern: entry.took.nanoseconds), at: 112)
        bytes.publish(Word(entry).bits)
    }

    func read(worker: Int) -> RowReading<ChannelEntry> {
        let word = Word(bits: bytes.load(0))
        if word.bits == 0 { return .empty }
        let details = Details(bits: bytes.load(24))
        guard let kind = ChannelEntry.Kind(rawValue: word.byte(0)),
            let booking = ChannelEntry.Booking(rawValue: word.byte(1)),
            let tag = ChannelEntry.Tag(rawValue: word.byte(2)), let operation = Operation(code: word.byte(4)),
            let disturbance = Disturbance(rawValue: word.byte(5)), details.zero == 0, bytes.load(120) == 0
        else { return .faulty }
        let (at, took) = (bytes.span(at: 8), bytes.span(at: 112))
        guard took >= .zero, !at.nanoseconds.addingReportingOverflow(took.nanoseconds).overflow else { return .faulty }
        let (reference, currency) = (reference(details.referenceBytes), Currency(letters: details.letters))
        guard reference != nil || booking == .none && isWithoutReference(details),
            currency != nil || details.letters == 0
        else {
            return .faulty
        }
        return .record(
            ChannelEntry(
                kind: kind, at: at, took: took, operation: operation, tag: tag, booking: booking,
                attempt: details.attempt, status: word.status, disturbance: disturbance,
                flags: ChannelEntry.Flags(rawValue: word.byte(3)), key: bytes.id(at: 32), reference: reference,
                payment: bytes.id(at: 48), amount: Int64(bitPattern: bytes.load(16)), currency: currency))
    }

    /// Nil where the bytes are no reference, filled up with zeros.
    private func reference(_ count: Int) -> PaymentReference? {
        var text = InlineArray<48, UInt8>(repeating: 0)
        for index in text.indices {
            text[index] = UInt8(truncatingIfNeeded: bytes.load(64 + index & ~7) >> (8 * UInt64(index & 7)))
        }
        guard count <= text.count, (count..<text.count).allSatisfy({ text[$0] == 0 }) else { return nil }
        return PaymentReference(text.span.extracting(0..<count))
    }

    private func isWithoutReference(_ details: Details) -> Bool {
        details.referenceBytes == 0 && stride(from: 64, to: 112, by: 8).allSatisfy { bytes.load($0) == 0 }
    }
}

/// The numbers that stand in files.
extension Operation {
    fileprivate var code: UInt8 {
        switch self {
        case .authorise: 1
        case .capture: 2
        case .reverse: 3
        case .refund: 4
        case .transfer: 5
        case .query: 6
        case .statement: 7
        }
    }

    fileprivate init?(code: UInt8) {
        switch code {
        case 1: self = .authorise
        case 2: self = .capture
        case 3: self = .reverse
        case 4: self = .refund
        case 5: self = .transfer
        case 6: self = .query
        case 7: self = .statement
        default: return nil
        }
    }
}
