/// A decimal number without a sign and the unit behind it, as every quantity of a plan is written.
///
/// The number is exact: `digits` times ten to the power of `-fractionDigits`. Binary floating point would make
/// `0.3s` one nanosecond short.
struct Quantity {
    let digits: UInt64
    let fractionDigits: Int
    let number: Substring
    let unit: Substring

    /// Nil when the text does not begin with a number, or with one of more than 18 digits, or of grouped ones.
    init?(_ text: String) {
        let whole = text.prefix(while: Self.isDigit)
        guard !whole.isEmpty else { return nil }
        var rest = text[whole.endIndex...]
        var fraction = rest.prefix(0)
        if rest.first == ".", let next = rest.dropFirst().first, Self.isDigit(next) {
            fraction = rest.dropFirst().prefix(while: Self.isDigit)
            rest = rest[fraction.endIndex...]
        }
        if let next = rest.first, "_,".contains(next) { return nil }
        guard whole.count + fraction.count <= 18, let digits = UInt64(whole + fraction) else { return nil }
        self.digits = digits
        fractionDigits = fraction.count
        number = text[..<rest.startIndex]
        unit = rest
    }

    private static func isDigit(_ character: Character) -> Bool { "0"..."9" ~= character }

    var value: Double { Double(number) ?? 0 }

    /// Times the scale, rounded to nearest; nil when 63 bits do not hold it.
    func scaled(by scale: UInt64) -> Int64? {
        let divisor = Self.power(fractionDigits)
        let (high, low) = digits.multipliedFullWidth(by: scale)
        guard high < divisor else { return nil }
        let (quotient, remainder) = divisor.dividingFullWidth((high, low))
        return Int64(exactly: remainder >= divisor - remainder && remainder > 0 ? quotient + 1 : quotient)
    }

    private static func power(_ exponent: Int) -> UInt64 { (0..<exponent).reduce(1) { power, _ in power * 10 } }

    /// What stands where a quantity should: the words for a text that begins with no number, or has an underscore.
    static func mistake(in text: String, kind: String, examples: [String]) -> ValueMistake {
        let bare = text.filter { $0 != "_" && $0 != "," }
        if bare != text, let quantity = Quantity(bare), !quantity.number.isEmpty {
            return ValueMistake("has digits in groups", fix: "write '\(bare)'")
        }
        if text.hasPrefix("-") { return ValueMistake("is \(kind), which is never negative") }
        return ValueMistake("is \(kind), not '\(text)'", fix: choice(examples))
    }

    static func choice(_ examples: [String]) -> String {
        "write " + examples.map { "'\($0)'" }.joined(separator: " or ")
    }
}

extension Double {
    /// The shortest decimal form, without an exponent or a needless `.0`.
    var plain: String {
        if self == rounded(), abs(self) < 1e15 { return String(Int64(self)) }
        let text = String(self)
        guard text.contains("e") else { return text }
        // Below 1e-4 the standard library writes an exponent, which no quantity may have.
        var digits = String(Int64((self * 1e15).rounded()))
        digits = String(repeating: "0", count: max(0, 16 - digits.count)) + digits
        let point = digits.index(digits.endIndex, offsetBy: -15)
        let fraction = digits[point...]
        let trimmed = fraction.reversed().drop { $0 == "0" }.reversed()
        return trimmed.isEmpty ? String(digits[..<point]) : digits[..<point] + "." + String(trimmed)
    }
}
