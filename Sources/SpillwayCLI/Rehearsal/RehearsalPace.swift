import Glibc
import LoadDriver
import Numerals
import Timebase

/// How much faster than the clock on the wall a rehearsal goes.
struct RehearsalPace {
    private let began: Instant
    /// On the plan's clock; nil while nothing was shown.
    private var lastShown: Instant?

    /// A virtual second has as much news as a real one, and passes many times faster.
    private static let newsEvery = TimeSpan.milliseconds(100)

    init(at now: Instant = .onTheWall) {
        began = now
    }

    /// Whether whoever watches may be told something again.
    mutating func isDue(at now: Instant = .onTheWall) -> Bool {
        if let lastShown, now - lastShown < Self.newsEvery { return false }
        lastShown = now
        return true
    }

    /// `1m07s of 3m20s, 34 x real time`
    func words(_ progress: DriverProgress, at now: Instant = .onTheWall) -> String {
        let passed = Figures.clock(Self.wholeSeconds(progress.elapsed))
        let share = "\(passed) of \(Figures.clock(Self.wholeSeconds(progress.length)))"
        return share + (factor(progress.elapsed, at: now).map { ", \($0)" } ?? "")
    }

    /// `10m02s in 9.6s, 62 x real time`
    func summary(of span: TimeSpan, at now: Instant = .onTheWall) -> String {
        let took = Figures.span(.milliseconds((now - began).nanoseconds / 1_000_000))
        return "\(Figures.clock(Self.wholeSeconds(span))) in \(took)"
            + (factor(span, at: now).map { ", \($0)" } ?? "")
    }

    private func factor(_ span: TimeSpan, at now: Instant) -> String? {
        guard now > began, span > .zero else { return nil }
        return "\(Figures.threeDigits(span.seconds / (now - began).seconds)) x real time"
    }

    private static func wholeSeconds(_ span: TimeSpan) -> TimeSpan {
        .seconds(max(span, .zero).nanoseconds / 1_000_000_000)
    }
}

extension Instant {
    /// The machine's own clock, whatever world a run takes place in.
    static var onTheWall: Instant {
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Instant(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }
}
