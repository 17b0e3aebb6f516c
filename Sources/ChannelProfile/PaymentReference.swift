import SeededRandom

/// The name that its sender gave a payment, or what is done to one: what banks, statements and audits know it by.
///
/// At most 48 bytes of printable ASCII without spaces or quotes, kept in place: a million of them are one piece of memory.
package struct PaymentReference: Hashable, Sendable {
    package static let bytesMax = 48
    package static let form = "1 to 48 printable ASCII characters, without spaces and quotes"

    /// The bytes, the first one lowest, filled up with zeros: for who copies them in one piece.
    package let words: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64)
    package let count: UInt8

    /// Nil for what is empty, too long, or has bytes that no reference has.
    package init?(_ bytes: Span<UInt8>) {
        guard (1...Self.bytesMax).contains(bytes.count) else { return nil }
        var words: InlineArray<6, UInt64> = .init(repeating: 0)
        for index in bytes.indices {
            let byte = bytes[index]
            guard byte > 0x20, byte < 0x7F, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "'") else { return nil }
            words[index &>> 3] |= UInt64(byte) &<< (8 &* UInt64(index & 7))
        }
        self.words = (words[0], words[1], words[2], words[3], words[4], words[5])
        count = UInt8(bytes.count)
    }

    package init?(_ text: String) { self.init(text.utf8Span.span) }

    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Int(count))
        append(to: &bytes)
        return bytes
    }

    package func append(to bytes: inout [UInt8]) {
        let words = inlineWords
        let count = Int(count)
        bytes.append(addingCapacity: count) { room in
            for place in 0..<count {
                room.append(UInt8(truncatingIfNeeded: words[place &>> 3] &>> (8 &* UInt64(place & 7))))
            }
        }
    }

    private var inlineWords: InlineArray<6, UInt64> { [words.0, words.1, words.2, words.3, words.4, words.5] }

    package static func == (left: Self, right: Self) -> Bool { left.words == right.words }

    /// One word for the hasher, who takes some hundred instructions for six. Whoever names payments could find names
    /// that meet; they are a drill's own.
    package func hash(into hasher: inout Hasher) {
        var hash = words.0
        hash = Self.mixed(hash, words.1)
        hash = Self.mixed(hash, words.2)
        hash = Self.mixed(hash, words.3)
        hash = Self.mixed(hash, words.4)
        hash = Self.mixed(hash, words.5)
        hasher.combine(hash)
    }

    @inline(__always)
    private static func mixed(_ hash: UInt64, _ word: UInt64) -> UInt64 {
        let product = hash &* 0x9E37_79B9_7F4A_7C15
        return (product ^ product &>> 32) ^ word
    }

    /// The same in every process: what fates, journals and audits find a payment by.
    package var digest: UInt128 { PaymentDigest.of(inlineWords, byteCount: Int(count)) }
}

/// 128 bits that stand for a name where there is no room for it: of a reference, or of an idempotency key.
package enum PaymentDigest {
    private static let places = (high: Seed(0x5350_574C), low: Seed(0x4C57_5053))

    package static func of(_ bytes: Span<UInt8>) -> UInt128 {
        UInt128(places.high.split(bytes).bits) << 64 | UInt128(places.low.split(bytes).bits)
    }

    fileprivate static func of(_ words: InlineArray<6, UInt64>, byteCount: Int) -> UInt128 {
        UInt128(places.high.split(words, byteCount: byteCount).bits) << 64
            | UInt128(places.low.split(words, byteCount: byteCount).bits)
    }
}

extension PaymentReference: CustomStringConvertible {
    package var description: String { String(decoding: bytes, as: UTF8.self) }
}
