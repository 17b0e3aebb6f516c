import EventLoop

/// How late timers are: tasks that wait for instants of an even grid, and look at the clock when they run.
/// Benchmarks/Twins/timer-twin.c does the same without Swift, and is what the figure is held against.
func runTimers(_ arguments: inout Arguments) throws {
    let rate = try arguments.count("--rate", default: 1_000)
    let seconds = try arguments.seconds("--seconds", default: 3)
    let spin = try arguments.count("--spin", default: 0)
    let concurrent = try arguments.count("--concurrent", default: 64)
    try arguments.finish()
    let interval = TimeSpan.nanoseconds(1_000_000_000 / Int64(rate))
    let rounds = Int(seconds.nanoseconds / interval.nanoseconds) / concurrent
    let loop = try EventLoop.live(spin: .microseconds(Int64(spin)))
    let lags = Lags(capacity: rounds * concurrent)
    loop.run {
        let begin = loop.now + .milliseconds(100)
        let tasks = (0..<concurrent).map { place in
            loop.spawn {
                for round in 0..<rounds {
                    let due = begin + interval * Int64(round * concurrent + place)
                    try? await loop.sleep(until: due)
                    lags.add(loop.now - due)
                }
            }
        }
        for task in tasks { await task.join() }
    }
    lags.report().write()
}

/// The latenesses of one run, all of them.
private final class Lags {
    private var nanoseconds: [Int64] = []

    init(capacity: Int) {
        nanoseconds.reserveCapacity(capacity)
    }

    func add(_ lag: TimeSpan) {
        nanoseconds.append(lag.nanoseconds)
    }

    func report() -> Report {
        nanoseconds.sort()
        var report = Report()
        report.add("timers", nanoseconds.count)
        report.add("p50_us", percentile(500))
        report.add("p99_us", percentile(990))
        report.add("p999_us", percentile(999))
        report.add("max_us", percentile(1000))
        return report
    }

    private func percentile(_ thousandths: Int) -> Double {
        guard !nanoseconds.isEmpty else { return 0 }
        return Double(nanoseconds[(nanoseconds.count - 1) * thousandths / 1000]) / 1e3
    }
}
