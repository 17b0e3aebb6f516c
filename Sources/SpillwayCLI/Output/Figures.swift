import EventLoop

/// Numbers as people read them.
enum Figures {
    /// `12,345,678`
    static func grouped(_ count: Int) -> String {
        var text = ""
        for (index, digit) in String(count.magnitude).reversed().enumerated() {
            if index > 0, index % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return (count < 0 ? "-" : "") + String(text.reversed())
    }

    /// Three digits and the unit that fits: `84.1us`, `1.52ms`, `12.0s`.
    static func span(nanoseconds: UInt64) -> String {
        let units: [(String, Double)] = [("s", 1e9), ("ms", 1e6), ("us", 1e3)]
        for (name, scale) in units where Double(nanoseconds) >= scale {
            return threeDigits(Double(nanoseconds) / scale) + name
        }
        return "\(nanoseconds)ns"
    }

    static func span(_ span: TimeSpan) -> String { self.span(nanoseconds: UInt64(max(0, span.nanoseconds))) }

    /// Without Foundation's formatter: the value is scaled to a whole number of its last digit.
    static func threeDigits(_ value: Double) -> String {
        let places = value < 9.995 ? 2 : value < 99.95 ? 1 : 0
        let scale = [1.0, 10.0, 100.0][places]
        let scaled = Int((value * scale).rounded())
        guard places > 0 else { return grouped(scaled) }
        let fraction = String(scaled % Int(scale))
        return "\(scaled / Int(scale)).\(String(repeating: "0", count: places - fraction.count))\(fraction)"
    }

    static func hexadecimal(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
