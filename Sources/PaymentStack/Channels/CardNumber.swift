/// The number of a card, on its way from the payer to the bank. It is kept nowhere and never printed.
struct CardNumber: Sendable, Equatable {
    static let digitsMax = 19
    static let digitsMin = 8

    /// Nineteen digits fit.
    private let value: UInt64
    private let count: UInt8

    /// Nil for what is not 8 to 19 digits.
    init?(_ text: Span<UInt8>) {
        guard Self.digitsMin...Self.digitsMax ~= text.count else { return nil }
        var value: UInt64 = 0
        for index in text.indices {
            guard 0x30...0x39 ~= text[index] else { return nil }
            value = value &* 10 &+ UInt64(text[index] &- 0x30)
        }
        self.value = value
        count = UInt8(text.count)
    }

    init?(_ text: String) { self.init(text.utf8Span.span) }

    /// Its first six digits, which say whose card it is.
    var bin: UInt32 {
        var head = value
        for _ in 6..<Int(count) { head /= 10 }
        return UInt32(head)
    }

    func append(to bytes: inout [UInt8]) {
        let start = bytes.count
        bytes.appendDecimal(value)
        let missing = Int(count) - (bytes.count - start)
        if missing > 0 { bytes.insert(contentsOf: repeatElement(0x30, count: missing), at: start) }
    }
}

extension CardNumber: CustomStringConvertible {
    var description: String { "a card of \(count) digits" }
}
