/// A point on a loop's own clock: monotonic nanoseconds when live, virtual ones in simulation. Instants of different
/// loops compare when all are live, since they share the machine's monotonic clock.
@frozen
package struct Instant: Comparable, Hashable, Sendable {
    package let nanoseconds: Int64

    @inlinable
    package init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    /// Before anything that a loop has seen.
    package static let zero = Instant(nanoseconds: 0)

    /// The deadline of what may wait without end.
    package static let never = Instant(nanoseconds: .max)

    @inlinable
    package static func < (left: Instant, right: Instant) -> Bool { left.nanoseconds < right.nanoseconds }

    /// `never` stays never: a deadline that is far away must not wrap into the past.
    @inlinable
    package static func + (left: Instant, right: TimeSpan) -> Instant {
        if left == .never { return .never }
        let (sum, overflow) = left.nanoseconds.addingReportingOverflow(right.nanoseconds)
        return Instant(nanoseconds: overflow ? .max : sum)
    }
    @inlinable
    package static func - (left: Instant, right: Instant) -> TimeSpan {
        TimeSpan(nanoseconds: left.nanoseconds - right.nanoseconds)
    }
}

extension Instant: CustomStringConvertible {
    package var description: String { self == .never ? "never" : "@\(nanoseconds)ns" }
}
