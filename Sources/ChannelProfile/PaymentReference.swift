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
        let words: InlineArray<6, UInt64> = [words.0, words.1, words.2, words.3, words.4, words.5]
        for place in 0..<Int(count) {
            bytes.append(UInt8(truncatingIfNeeded: words[place &>> 3] &>> (8 &* UInt64(place & 7))))
        }
    }

    package static func == (left: Self, right: Self) -> Bool { left.words == right.words }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
        hasher.combine(words.2)
        hasher.combine(words.3)
        hasher.combine(words.4)
        hasher.combine(words.5)
    }

    /// The same in every process: what fates, journals and audits find a payment by.
    package var digest: UInt128 { PaymentDigest.of(bytes.span) }
}

/// 128 bits that stand for a name where there is no room for it: of a reference, or of an idempotency key.
package enum PaymentDigest {
    private static let places = (high: Seed(0x5350_574C), low: Seed(0x4C57_5053))

    package static func of(_ bytes: Span<UInt8>) -> UInt128 {
        UInt128(places.high.split(bytes).bits) << 64 | UInt128(places.low.split(bytes).bits)
    }
}

extension PaymentReference: CustomStringConvertible {
    package var description: String { String(decoding: bytes, as: UTF8.self) }
}
