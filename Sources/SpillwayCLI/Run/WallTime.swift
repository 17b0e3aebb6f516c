import Glibc

/// An instant of the calendar, in UTC, for names and for facts about a run; nothing is computed from it.
struct WallTime: Equatable {
    let secondsSince1970: Int

    static var now: WallTime { WallTime(secondsSince1970: time(nil)) }

    private var parts: (date: [Int], time: [Int]) {
        var seconds = secondsSince1970
        var parts = unsafe tm()
        _ = unsafe gmtime_r(&seconds, &parts)
        return unsafe (
            [Int(parts.tm_year) + 1_900, Int(parts.tm_mon) + 1, Int(parts.tm_mday)],
            [Int(parts.tm_hour), Int(parts.tm_min), Int(parts.tm_sec)]
        )
    }

    /// `2026-11-11T09:30:00Z`
    var text: String {
        let parts = parts
        return "\(Self.joined(parts.date, "-"))T\(Self.joined(parts.time, ":"))Z"
    }

    /// `20261111-093000`: sorts as time does, and is safe in a path.
    var name: String {
        let parts = parts
        return "\(Self.joined(parts.date, ""))-\(Self.joined(parts.time, ""))"
    }

    private static func joined(_ numbers: [Int], _ separator: String) -> String {
        numbers.map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: separator)
    }
}
