package import Timebase

/// Numbers as people read them, on a terminal and in a report.
package enum Figures {
    /// `12,345,678`
    package static func grouped(_ count: Int) -> String {
        var text = ""
        for (index, digit) in String(count.magnitude).reversed().enumerated() {
            if index > 0, index % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return (count < 0 ? "-" : "") + String(text.reversed())
    }

    package static func grouped(_ count: UInt64) -> String { grouped(Int(clamping: count)) }

    /// Rounded to a whole number; one that no integer holds is written as it is, as in `1e+30`.
    package static func grouped(_ value: Double) -> String {
        abs(value) < wholeMax ? grouped(Int(value.rounded())) : "\(value)"
    }

    /// Up to here every whole number has a Double of its own.
    private static let wholeMax = 0x1p53

    /// `1 request`, `12,345 requests`: a noun whose plural has an `s`.
    package static func counted(_ count: UInt64, _ noun: String) -> String {
        "\(grouped(count)) \(noun)\(count == 1 ? "" : "s")"
    }

    /// Three digits and the unit that fits: `84.1us`, `1.52ms`, `12.0s`.
    package static func span(nanoseconds: UInt64) -> String {
        let units: [(String, Double)] = [("s", 1e9), ("ms", 1e6), ("us", 1e3)]
        for (name, scale) in units where Double(nanoseconds) >= scale {
            return threeDigits(Double(nanoseconds) / scale) + name
        }
        return "\(nanoseconds)ns"
    }

    package static func span(_ span: TimeSpan) -> String { self.span(nanoseconds: UInt64(max(0, span.nanoseconds))) }

    /// `6,000/s`, `0.50/s`
    package static func rate(_ perSecond: Double) -> String {
        (abs(perSecond) >= 100 || perSecond == perSecond.rounded() ? grouped(perSecond) : threeDigits(perSecond)) + "/s"
    }

    /// A whole number that is surely enough: `18`.
    package static func ceiling(_ value: Double) -> String { grouped(value.rounded(.up)) }

    /// As clocks show it: `45s`, `3m20s`, `2h05m`; what is below a second only when there is no more.
    package static func clock(_ span: TimeSpan) -> String {
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
    package static func bytes(_ count: Double) -> String {
        let units: [(String, Double)] = [("GiB", 0x1p30), ("MiB", 0x1p20), ("KiB", 0x1p10)]
        for (name, scale) in units where count >= scale { return threeDigits(count / scale) + " " + name }
        return "\(grouped(count)) B"
    }

    /// `70%`, `12.5%`, `0.104%`, `99.98%`. What is close to nothing or to all is never rounded to it.
    package static func percent(_ ratio: Double) -> String {
        let percent = ratio * 100
        return switch percent {
        case _ where percent == percent.rounded(): grouped(percent) + "%"
        case 0..<0.001: "< 0.001%"
        case 0..<1: "0.\(padded(Int(percent * 1_000), to: 3))%"
        case 99..<99.99: "99.\(padded(Int((percent - 99) * 100), to: 2))%"
        case 99..<100: "> 99.99%"
        default: threeDigits(percent) + "%"
        }
    }

    /// Three digits: `0.42`, `1.50`, `12.0`, `1,234`. Without Foundation's formatter: the value is scaled to a whole
    /// number of its last digit.
    package static func threeDigits(_ value: Double) -> String {
        guard value >= 0 else { return value < 0 ? "-" + threeDigits(-value) : "\(value)" }
        let places = value < 9.995 ? 2 : value < 99.95 ? 1 : 0
        let scale = [1.0, 10.0, 100.0][places]
        guard places > 0 else { return grouped(value) }
        let scaled = Int((value * scale).rounded())
        return "\(scaled / Int(scale)).\(padded(scaled % Int(scale), to: places))"
    }

    package static func hexadecimal(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    private static func padded(_ number: Int, to digits: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}
