import SeededRandom

extension [UInt8] {
    /// Version 4 of RFC 9562.
    mutating func appendUUID(at place: Seed) {
        let high = place.child(0).bits & 0xFFFF_FFFF_FFFF_0FFF | 0x4000
        let low = place.child(1).bits & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        let start = count
        appendHexadecimal(high)
        appendHexadecimal(low)
        for (dashes, end) in [8, 12, 16, 20].enumerated() { insert(UInt8(ascii: "-"), at: start + end + dashes) }
    }

    /// The shortest decimal form; whole numbers have no point.
    mutating func appendNumber(_ number: Double) {
        if number >= 0, number < 0x1p53, number == number.rounded() {
            appendDecimal(UInt64(number))
        } else {
            append(contentsOf: Swift.min(number, .greatestFiniteMagnitude).description.utf8)
        }
    }

    /// RFC 3339 in UTC: `2026-11-21T09:30:00.125Z`.
    mutating func appendInstant(epochMilliseconds: Int64) {
        let milliseconds = Swift.max(0, epochMilliseconds)
        let (year, month, day) = Self.civilDate(Int(milliseconds / 86_400_000))
        let ofDay = Int(milliseconds % 86_400_000)
        appendDigits(year, count: 4)
        append(UInt8(ascii: "-"))
        appendDigits(month, count: 2)
        append(UInt8(ascii: "-"))
        appendDigits(day, count: 2)
        append(UInt8(ascii: "T"))
        appendDigits(ofDay / 3_600_000, count: 2)
        append(UInt8(ascii: ":"))
        appendDigits(ofDay / 60_000 % 60, count: 2)
        append(UInt8(ascii: ":"))
        appendDigits(ofDay / 1_000 % 60, count: 2)
        append(UInt8(ascii: "."))
        appendDigits(ofDay % 1_000, count: 3)
        append(UInt8(ascii: "Z"))
    }

    private mutating func appendDigits(_ value: Int, count: Int) {
        var scale = 1
        for _ in 1..<count { scale *= 10 }
        for _ in 0..<count {
            append(0x30 | UInt8(truncatingIfNeeded: value / scale % 10))
            scale /= 10
        }
    }

    /// Years that begin in March put the leap day last; 146,097 days are 400 years.
    private static func civilDate(_ daysSinceEpoch: Int) -> (year: Int, month: Int, day: Int) {
        let days = daysSinceEpoch + 719_468
        let (era, dayOfEra) = days.quotientAndRemainder(dividingBy: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
    }
}
