import Timebase

/// The 128 bytes of an entry; docs/formats/webhooks.md is the description for others.
@safe struct WebhookRow: SegmentRow {
    static var kind: SegmentKind { .webhooks }

    private let bytes: RowBytes

    @inline(__always)
    @unsafe init(_ bytes: UnsafeMutableRawPointer) {
        self.bytes = unsafe RowBytes(bytes)
    }

    private static let event = (place: 40, bytes: WebhookEntry.eventBytesMax)
    private static let id = (place: 64, bytes: WebhookEntry.idBytesMax)
    private static let state = (place: 104, bytes: WebhookEntry.stateBytesMax)

    fileprivate struct Flags: OptionSet {
        let rawValue: UInt8

        static let isMarked = Flags(rawValue: 1)
        static let hasVersion = Flags(rawValue: 2)
        static let hasCaptured = Flags(rawValue: 4)
        static let hasRefunded = Flags(rawValue: 8)
        static let eventIsCut = Flags(rawValue: 16)
        static let idIsCut = Flags(rawValue: 32)
        static let stateIsCut = Flags(rawValue: 64)
    }

    /// The first eight bytes: signature (never zero), flags, status (2), version (4).
    private struct Word {
        let bits: UInt64

        var signature: UInt8 { UInt8(truncatingIfNeeded: bits) }
        var flags: Flags { Flags(rawValue: UInt8(truncatingIfNeeded: bits >> 8)) }
        var status: UInt16 { UInt16(truncatingIfNeeded: bits >> 16) }
        var version: UInt32 { UInt32(truncatingIfNeeded: bits >> 32) }

        init(bits: UInt64) {
            self.bits = bits
        }

        init(_ entry: WebhookEntry) {
            bits =
                UInt64(entry.signature.rawValue) | UInt64(Flags(entry).rawValue) << 8 | UInt64(entry.status) << 16
                | UInt64(entry.version ?? 0) << 32
        }
    }

    // MARK: Writing

    func write(_ entry: WebhookEntry) {
        bytes.store(UInt64(bitPattern: entry.at.nanoseconds), at: 8)
        bytes.store(UInt64(bitPattern: entry.captured ?? 0), at: 16)
        bytes.store(UInt64(bitPattern: entry.refunded ?? 0), at: 24)
        bytes.store(entry.digest, at: 32)
        store(entry.event.text, Self.event)
        store(entry.id.text, Self.id)
        store(entry.state.text, Self.state)
        bytes.publish(Word(entry).bits)
    }

    /// Little-endian words, filled up with zeros.
    private func store(_ text: String, _ field: (place: Int, bytes: Int)) {
        var (word, count) = (UInt64(0), 0)
        for byte in text.utf8 {
            word |= UInt64(byte) << (8 * UInt64(count & 7))
            count += 1
            guard count & 7 == 0 else { continue }
            bytes.store(word, at: field.place + count - 8)
            word = 0
        }
        for offset in stride(from: count & ~7, to: field.bytes, by: 8) {
            bytes.store(word, at: field.place + offset)
            word = 0
        }
    }

    // MARK: Reading

    func read(worker: Int) -> RowReading<WebhookEntry> {
        let word = Word(bits: bytes.load(0))
        if word.bits == 0 { return .empty }
        let flags = word.flags
        guard let signature = WebhookEntry.Signature(rawValue: word.signature), flags.rawValue < 128,
            let event = text(Self.event), let id = text(Self.id), let state = text(Self.state)
        else { return .faulty }
        var entry = WebhookEntry(
            at: bytes.span(at: 8), signature: signature, isMarked: flags.contains(.isMarked), status: word.status,
            digest: bytes.load(32))
        entry.event = WebhookText(whole: event, isCut: flags.contains(.eventIsCut))
        entry.id = WebhookText(whole: id, isCut: flags.contains(.idIsCut))
        entry.state = WebhookText(whole: state, isCut: flags.contains(.stateIsCut))
        entry.version = flags.contains(.hasVersion) ? word.version : nil
        entry.captured = flags.contains(.hasCaptured) ? Int64(bitPattern: bytes.load(16)) : nil
        entry.refunded = flags.contains(.hasRefunded) ? Int64(bitPattern: bytes.load(24)) : nil
        // What stands where nothing should was written by somebody else.
        return Self.isWhole(entry, word, bytes) ? .record(entry) : .faulty
    }

    private static func isWhole(_ entry: WebhookEntry, _ word: Word, _ bytes: RowBytes) -> Bool {
        (entry.version != nil || word.version == 0) && (entry.captured != nil || bytes.load(16) == 0)
            && (entry.refunded != nil || bytes.load(24) == 0)
    }

    /// Nil for what is no text, filled up with zeros.
    private func text(_ field: (place: Int, bytes: Int)) -> String? {
        var isEnded = false
        var text: [UInt8] = []
        text.reserveCapacity(field.bytes)
        for offset in stride(from: 0, to: field.bytes, by: 8) {
            var word = bytes.load(field.place + offset)
            for _ in 0..<8 {
                let byte = UInt8(truncatingIfNeeded: word)
                word >>= 8
                isEnded = isEnded || byte == 0
                if !isEnded { text.append(byte) } else if byte != 0 { return nil }
            }
        }
        return String(validating: text, as: UTF8.self)
    }
}

extension WebhookRow.Flags {
    fileprivate init(_ entry: WebhookEntry) {
        self = []
        if entry.isMarked { insert(.isMarked) }
        if entry.version != nil { insert(.hasVersion) }
        if entry.captured != nil { insert(.hasCaptured) }
        if entry.refunded != nil { insert(.hasRefunded) }
        if entry.event.isCut { insert(.eventIsCut) }
        if entry.id.isCut { insert(.idIsCut) }
        if entry.state.isCut { insert(.stateIsCut) }
    }
}
