/// Fields that were checked once and are appended as they are, from message to message.
public struct FieldBlock: Sendable, Equatable {
    public enum Section: Sendable {
        case head, trailers
    }

    public let section: Section
    public private(set) var bytes: [UInt8] = []

    public init(_ section: Section = .head) {
        self.section = section
    }

    public mutating func add(_ name: String, _ value: String) throws(WireError) {
        try add(name.utf8.span, value.utf8.span)
    }

    public mutating func add(_ name: Span<UInt8>, _ value: Span<UInt8>) throws(WireError) {
        if section == .trailers, isForbiddenTrailer(Slice(0, name.count), name) { throw .forbiddenTrailer }
        try HeadEncoder.field(name, value, into: &bytes)
    }

    /// The Date field of a second since 1970, as in "date: Sun, 06 Nov 1994 08:49:37 GMT". Years 1970 to 9999.
    public static func date(secondsSinceEpoch: Int64) -> FieldBlock {
        precondition(
            secondsSinceEpoch >= 0 && secondsSinceEpoch < 253_402_300_800, "\(secondsSinceEpoch) is not in 1970...9999")
        let days = Int(secondsSinceEpoch / 86_400)
        let second = Int(secondsSinceEpoch % 86_400)
        let (year, month, day) = civilDate(days)
        // 1970 began on a Thursday.
        let weekday = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"][days % 7]
        let monthNames = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        var block = FieldBlock()
        block.bytes.append("date: \(weekday), ".utf8.span)
        block.bytes.appendTwoDigits(day)
        block.bytes.append(" \(monthNames[month - 1]) \(year) ".utf8.span)
        block.bytes.appendTwoDigits(second / 3600)
        block.bytes.append(Byte.colon)
        block.bytes.appendTwoDigits(second / 60 % 60)
        block.bytes.append(Byte.colon)
        block.bytes.appendTwoDigits(second % 60)
        block.bytes.append(" GMT\r\n".utf8.span)
        return block
    }

    /// Years that begin in March put the leap day last; 146,097 days are 400 years.
    private static func civilDate(_ daysSinceEpoch: Int) -> (year: Int, month: Int, day: Int) {
        let days = daysSinceEpoch + 719_468
        let era = days / 146_097
        let dayOfEra = days % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, day)
    }
}
