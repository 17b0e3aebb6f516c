/// An instant as certificates know it: whole seconds since 1970-01-01T00:00:00Z.
public struct CertificateInstant: Sendable, Hashable, Comparable {
    public var secondsSinceEpoch: Int64

    public init(secondsSinceEpoch: Int64) {
        self.secondsSinceEpoch = secondsSinceEpoch
    }

    public static func < (left: Self, right: Self) -> Bool {
        left.secondsSinceEpoch < right.secondsSinceEpoch
    }

    public func advanced(byDays days: Int64) -> Self {
        Self(secondsSinceEpoch: secondsSinceEpoch + days * 86_400)
    }
}

extension CertificateInstant: CustomStringConvertible {
    /// `2031-05-04T12:00:00Z`.
    public var description: String {
        let days = secondsSinceEpoch.flooredQuotient(by: 86_400)
        let second = secondsSinceEpoch - days * 86_400
        let (year, month, day) = Self.civilDate(daysSinceEpoch: days)
        let date = "\(Self.padded(year, to: 4))-\(Self.padded(month, to: 2))-\(Self.padded(day, to: 2))"
        let clock = [second / 3600, second / 60 % 60, second % 60].map { Self.padded($0, to: 2) }
        return "\(date)T\(clock.joined(separator: ":"))Z"
    }

    /// The Gregorian date, counted in years that begin in March, so that the leap day is the last of its year.
    private static func civilDate(daysSinceEpoch: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let sinceMarchOfYear0 = daysSinceEpoch + 719_468
        let era = sinceMarchOfYear0.flooredQuotient(by: 146_097)
        let dayOfEra = sinceMarchOfYear0 - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
    }

    private static func padded(_ number: Int64, to width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

extension Int64 {
    fileprivate func flooredQuotient(by divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
