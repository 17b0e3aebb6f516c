/// The driver's idempotency keys as texts. What a stack was sent as a key may have more around it (`refund-01J...`); the
/// key of the driver inside it is what joins the two ledgers.
package enum SentKey {
    static let letterCount = 26
    private static let letters = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)

    /// Crockford's base 32, the most significant digit first; empty for none.
    package static func text(_ key: UInt128) -> String {
        var bytes: [UInt8] = []
        append(key, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    static func append(_ key: UInt128, to bytes: inout [UInt8]) {
        if key == 0 { return }
        for place in 0..<letterCount {
            bytes.append(letters[Int(truncatingIfNeeded: key >> UInt128(125 - 5 * place)) & 31])
        }
    }

    /// The first 26 letters in a row that are such a key; the text itself where there are none.
    package static func found(in text: String) -> String {
        let bytes = Array(text.utf8)
        var run = 0
        for (index, byte) in bytes.enumerated() {
            run = isLetter(byte) ? run + 1 : 0
            if run == letterCount { return String(decoding: bytes[(index - letterCount + 1)...index], as: UTF8.self) }
        }
        return text
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "I"), UInt8(ascii: "L"), UInt8(ascii: "O"), UInt8(ascii: "U"): false
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        default: false
        }
    }
}
