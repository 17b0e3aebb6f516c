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

    /// `6,000/s`, `0.50/s`
    static func rate(_ perSecond: Double) -> String {
        (perSecond >= 100 || perSecond == perSecond.rounded()
            ? grouped(Int(perSecond.rounded())) : threeDigits(perSecond)) + "/s"
    }

    /// A whole number that is surely enough: `18`.
    static func ceiling(_ value: Double) -> String { grouped(Int(value.rounded(.up))) }

    /// As clocks show it: `45s`, `3m20s`, `2h05m`; what is below a second only when there is no more.
    static func clock(_ span: TimeSpan) -> String {
        let seconds = span.nanoseconds / 1_000_000_000
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        switch seconds {
        case ..<1: return span < .zero ? "0s" : span.description
        case ..<60: return "\(seconds)s"
        case ..<3_600: return "\(seconds / 60)m" + (seconds % 60 == 0 ? "" : two(seconds % 60) + "s")
        default: return "\(seconds / 3_600)h" + (seconds / 60 % 60 == 0 ? "" : two(seconds / 60 % 60) + "m")
        }
    }

    /// Three digits and the unit that fits: `64.0 KiB`, `1.20 GiB`.
    static func bytes(_ count: Double) -> String {
        let units: [(String, Double)] = [("GiB", 0x1p30), ("MiB", 0x1p20), ("KiB", 0x1p10)]
        for (name, scale) in units where count >= scale { return threeDigits(count / scale) + " " + name }
        return "\(grouped(Int(count.rounded()))) B"
    }

    /// `70%`, `12.5%`
    static func share(_ share: Double) -> String {
        let percent = share * 100
        return (percent == percent.rounded() ? grouped(Int(percent)) : threeDigits(percent)) + "%"
    }

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
