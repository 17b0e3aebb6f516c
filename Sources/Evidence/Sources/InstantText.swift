internal import PlanModel

/// Instants as sources write them, in milliseconds since 1970.
enum InstantText {
    static func milliseconds(_ bytes: Span<UInt8>, _ form: TimeForm) throws(CellFlaw) -> Int64 {
        do throws(CellFlaw) {
            switch form {
            case .seconds: return try DecimalText.scaled(bytes, by: 3, isExact: false)
            case .milliseconds: return try DecimalText.scaled(bytes, by: 0, isExact: false)
            case .microseconds: return floor(try DecimalText.scaled(bytes, by: 0, isExact: false), 1_000)
            case .nanoseconds: return floor(try DecimalText.scaled(bytes, by: 0, isExact: false), 1_000_000)
            case .iso8601: break
            }
        } catch {
            throw .noInstant(form)
        }
        var text = CalendarText(at: 0)
        guard let instant = text.instant(bytes) else { throw .noInstant(form) }
        return instant
    }

    private static func floor(_ value: Int64, _ unit: Int64) -> Int64 {
        value / unit - (value % unit < 0 ? 1 : 0)
    }
}

/// Date, time and zone of ISO 8601, as RFC 3339 and databases write them. A date alone is its midnight.
private struct CalendarText {
    private var place: Int

    init(at place: Int) {
        self.place = place
    }

    mutating func instant(_ bytes: Span<UInt8>) -> Int64? {
        guard let year = number(4, bytes), take("-", bytes), let month = number(2, bytes), take("-", bytes),
            let day = number(2, bytes), 1...12 ~= month, 1...Self.days(in: month, of: year) ~= day
        else { return nil }
        let midnight = Self.daysSince1970(year, month, day) * 86_400_000
        if place == bytes.count { return midnight }
        guard take("T", bytes) || take("t", bytes) || take(" ", bytes), let time = time(bytes), let zone = zone(bytes),
            place == bytes.count
        else { return nil }
        return midnight + time - zone
    }

    private mutating func time(_ bytes: Span<UInt8>) -> Int64? {
        guard let hour = number(2, bytes), take(":", bytes), let minute = number(2, bytes), hour < 24, minute < 60
        else {
            return nil
        }
        var milliseconds = (hour * 60 + minute) * 60_000
        guard take(":", bytes) else { return milliseconds }
        // A leap second is the end of its minute.
        guard let second = number(2, bytes), second <= 60 else { return nil }
        milliseconds += second * 1_000
        guard take(".", bytes) || take(",", bytes) else { return milliseconds }
        var (scale, count): (Int64, Int) = (100, 0)
        while place < bytes.count, bytes[place] &- 0x30 < 10 {
            milliseconds += Int64(bytes[place] &- 0x30) * scale
            scale /= 10
            count += 1
            place += 1
        }
        return count > 0 ? milliseconds : nil
    }

    /// What is to be taken away to have UTC. Without a zone it is UTC already.
    private mutating func zone(_ bytes: Span<UInt8>) -> Int64? {
        if place == bytes.count || take("Z", bytes) || take("z", bytes) { return 0 }
        let isEast = take("+", bytes)
        guard isEast || take("-", bytes), let hours = number(2, bytes), hours < 24 else { return nil }
        var minutes: Int64 = 0
        if place < bytes.count {
            _ = take(":", bytes)
            guard let written = number(2, bytes), written < 60 else { return nil }
            minutes = written
        }
        return (hours * 60 + minutes) * (isEast ? 60_000 : -60_000)
    }

    private mutating func number(_ digits: Int, _ bytes: Span<UInt8>) -> Int64? {
        guard place + digits <= bytes.count else { return nil }
        var value: Int64 = 0
        for _ in 0..<digits {
            let digit = bytes[place] &- 0x30
            guard digit < 10 else { return nil }
            value = value * 10 + Int64(digit)
            place += 1
        }
        return value
    }

    private mutating func take(_ character: Unicode.Scalar, _ bytes: Span<UInt8>) -> Bool {
        guard place < bytes.count, bytes[place] == UInt8(ascii: character) else { return false }
        place += 1
        return true
    }

    private static func days(in month: Int64, of year: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Years that begin in March put the leap day last; 146,097 days are 400 years.
    private static func daysSince1970(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let fromMarch = month > 2 ? month - 3 : month + 9
        let year = month > 2 ? year : year - 1
        let (era, ofEra) = (year / 400, year % 400)
        let dayOfYear = (153 * fromMarch + 2) / 5 + day - 1
        return era * 146_097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + dayOfYear - 719_468
    }
}
