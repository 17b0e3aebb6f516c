import Timebase

/// From instants of the run to places between left (0) and right (1). All charts of a page's time share one.
struct TimeAxis {
    var start = TimeSpan.zero
    let end: TimeSpan

    func place(of instant: TimeSpan) -> Double {
        min(1, max(0, Double((instant - start).nanoseconds) / Double((end - start).nanoseconds)))
    }

    /// At most seven, at round times.
    var ticks: [(place: Double, label: String)] {
        let steps: [Int64] = [
            1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 28_800, 86_400, 604_800,
        ]
        let last = end.nanoseconds / 1_000_000_000
        let first = start.nanoseconds / 1_000_000_000
        let seconds = max(1, last - first)
        let step = steps.first { seconds / $0 <= 6 } ?? seconds / 6
        return stride(from: (first + step - 1) / step * step, through: max(1, last), by: Int64.Stride(step)).map {
            (place: place(of: .seconds($0)), label: Self.clock($0))
        }
    }

    /// `1:05`, `2:00:00`
    static func clock(_ seconds: Int64) -> String {
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let (hours, minutes, rest) = (seconds / 3_600, seconds / 60 % 60, seconds % 60)
        return hours > 0 ? "\(hours):\(two(minutes)):\(two(rest))" : "\(minutes):\(two(rest))"
    }

    static func clock(_ instant: TimeSpan) -> String { clock(instant.nanoseconds / 1_000_000_000) }
}
