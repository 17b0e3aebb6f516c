/// A length of time in whole nanoseconds. `Swift.Duration` counts attoseconds in 128 bits, which costs more per
/// request than the clock itself.
@frozen
public struct TimeSpan: Comparable, Hashable, Sendable {
    public let nanoseconds: Int64

    @inlinable
    public init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    public static let zero = TimeSpan(nanoseconds: 0)

    @inlinable
    public static func nanoseconds(_ count: Int64) -> TimeSpan { TimeSpan(nanoseconds: count) }
    @inlinable
    public static func microseconds(_ count: Int64) -> TimeSpan { TimeSpan(nanoseconds: count * 1_000) }
    @inlinable
    public static func milliseconds(_ count: Int64) -> TimeSpan { TimeSpan(nanoseconds: count * 1_000_000) }
    @inlinable
    public static func seconds(_ count: Int64) -> TimeSpan { TimeSpan(nanoseconds: count * 1_000_000_000) }

    @inlinable
    public var seconds: Double { Double(nanoseconds) / 1e9 }
    @inlinable
    public var microseconds: Double { Double(nanoseconds) / 1e3 }

    // Written out, since what the compiler derives is a call through a witness in other modules.
    @inlinable @inline(__always)
    public static func == (left: TimeSpan, right: TimeSpan) -> Bool { left.nanoseconds == right.nanoseconds }
    @inlinable @inline(__always)
    public static func > (left: TimeSpan, right: TimeSpan) -> Bool { left.nanoseconds > right.nanoseconds }
    @inlinable @inline(__always)
    public static func < (left: TimeSpan, right: TimeSpan) -> Bool { left.nanoseconds < right.nanoseconds }
    @inlinable @inline(__always)
    public static func + (left: TimeSpan, right: TimeSpan) -> TimeSpan {
        TimeSpan(nanoseconds: left.nanoseconds + right.nanoseconds)
    }
    @inlinable @inline(__always)
    public static func - (left: TimeSpan, right: TimeSpan) -> TimeSpan {
        TimeSpan(nanoseconds: left.nanoseconds - right.nanoseconds)
    }
    @inlinable @inline(__always)
    public static func * (left: TimeSpan, right: Int64) -> TimeSpan {
        TimeSpan(nanoseconds: left.nanoseconds * right)
    }
}

extension TimeSpan: CustomStringConvertible {
    /// The largest unit that leaves no fraction: `250ms`, `10s`, `1500us`.
    public var description: String {
        switch nanoseconds {
        case 0: "0s"
        case let n where n % 1_000_000_000 == 0: "\(n / 1_000_000_000)s"
        case let n where n % 1_000_000 == 0: "\(n / 1_000_000)ms"
        case let n where n % 1_000 == 0: "\(n / 1_000)us"
        case let n: "\(n)ns"
        }
    }
}

extension TimeSpan {
    /// A whole number with a unit, as `description` writes it: `250ms`, `10s`, `5m`. Nil for anything else.
    public init?(_ text: String) {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let scales: [Substring: Int64] = [
            "ns": 1, "us": 1_000, "ms": 1_000_000, "s": 1_000_000_000, "m": 60_000_000_000,
        ]
        guard let count = Int64(digits), let scale = scales[text[digits.endIndex...]] else { return nil }
        let (nanoseconds, overflow) = count.multipliedReportingOverflow(by: scale)
        guard !overflow else { return nil }
        self.init(nanoseconds: nanoseconds)
    }
}
