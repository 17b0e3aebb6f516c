/// A point on a loop's own clock: monotonic nanoseconds when live, virtual ones in simulation. Instants of different
/// loops compare when all are live, since they share the machine's monotonic clock.
@frozen
public struct Instant: Comparable, Hashable, Sendable {
    public let nanoseconds: Int64

    @inlinable
    public init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    /// Before anything that a loop has seen.
    public static let zero = Instant(nanoseconds: 0)

    /// The deadline of what may wait without end.
    public static let never = Instant(nanoseconds: .max)

    // Written out, since what the compiler derives is a call through a witness in other modules.
    @inlinable @inline(__always)
    public static func == (left: Instant, right: Instant) -> Bool { left.nanoseconds == right.nanoseconds }
    @inlinable @inline(__always)
    public static func > (left: Instant, right: Instant) -> Bool { left.nanoseconds > right.nanoseconds }
    @inlinable @inline(__always)
    public static func <= (left: Instant, right: Instant) -> Bool { left.nanoseconds <= right.nanoseconds }
    @inlinable @inline(__always)
    public static func < (left: Instant, right: Instant) -> Bool { left.nanoseconds < right.nanoseconds }

    /// `never` stays never: a deadline that is far away must not wrap into the past.
    @inlinable @inline(__always)
    public static func + (left: Instant, right: TimeSpan) -> Instant {
        if left == .never { return .never }
        let (sum, overflow) = left.nanoseconds.addingReportingOverflow(right.nanoseconds)
        return Instant(nanoseconds: overflow ? .max : sum)
    }
    @inlinable @inline(__always)
    public static func - (left: Instant, right: Instant) -> TimeSpan {
        TimeSpan(nanoseconds: left.nanoseconds - right.nanoseconds)
    }
}

extension Instant: CustomStringConvertible {
    public var description: String { self == .never ? "never" : "@\(nanoseconds)ns" }
}
