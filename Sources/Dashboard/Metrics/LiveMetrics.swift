import Diagnostics
import Evidence
import HTTPService
import LoadDriver
import Timebase

/// The run as Prometheus scrapes it (text format 0.0.4). docs/live.md lists every name.
///
/// How many series there are is bounded by the plan and by `stepsMax`, and does not grow with the run: no label holds what
/// an answer said, or whom a payment is about.
struct LiveMetrics {
    private var text = MetricsText(prefix: "spillway_")

    /// Steps behind these are told together, as the journey `(others)`.
    static let stepsMax = 60
    static let rowsMax = 64

    init(_ board: LiveBoard) {
        tellViewers(board.counters)
        guard let run = board.run else { return }
        tellRun(run, board)
        guard let second = board.second else { return }
        tellArrivals(second)
        tellSteps(run.record.steps, second.totals)
        tellGuards(second.guards)
        tellSeries(run.series, second)
        tellFaults(board.faults, at: second.span.upperBound)
    }

    var bytes: [UInt8] { text.bytes }

    // MARK: The run

    private mutating func tellViewers(_ counters: LiveCounters) {
        gauge("live_viewers", "Readers of the live page's events.", Double(counters.viewers))
        counter("live_viewers_refused_total", "Readers turned away since too many looked.", counters.viewersRefused)
        counter(
            "live_viewers_left_behind_total", "Times that a slow reader was given the newest snapshot instead.",
            counters.viewersLeftBehind)
    }

    private mutating func tellRun(_ run: LiveRun, _ board: LiveBoard) {
        let identity = run.record.identity
        text.family(
            "run_info", .gauge, help: "The run under way; always 1.",
            [
                (
                    labels([
                        ("plan", identity.plan), ("run", identity.runID), ("seed", "\(identity.seed)"),
                        ("version", identity.version), ("world", identity.world.rawValue),
                    ]), 1
                )
            ])
        text.family(
            "run_phase", .gauge, help: "What the run is at; always 1.", [(labels([("phase", board.phase)]), 1)])
        if let ending = board.ending {
            text.family(
                "run_ended", .gauge, help: "The verdict of the run, once it is over; always 1.",
                [(labels([("verdict", ending.verdict)]), 1)])
        }
    }

    private mutating func tellArrivals(_ second: DriverSecond) {
        let (progress, totals) = (second.progress, second.totals)
        gauge(
            "run_elapsed_seconds", "On the plan's clock, which stands still while the run is paused.",
            progress.elapsed.seconds)
        gauge("run_length_seconds", "Of the plan.", progress.length.seconds)
        text.family(
            "run_stage", .gauge, help: "The stage under way, by its number from 0.",
            [(labels([("stage", progress.stageName)]), Double(progress.stage))])
        gauge("rate_factor", "The offered rate over the planned one.", progress.rateFactor)
        gauge("paused", "1 while the schedule is paused by hand.", progress.isPaused ? 1 : 0)
        gauge("planned_arrivals_per_second", "Arrivals a second by the schedule.", progress.offered)
        counter("arrivals_due_total", "Arrivals that were due.", totals.due)
        counter("arrivals_started_total", "Arrivals that began, those among them that were skipped.", totals.started)
        counter("arrivals_skipped_total", "Arrivals that began and were left for want of a value.", totals.skipped)
        counter("arrivals_dropped_total", "Arrivals left out at the cap on arrivals in flight.", totals.dropped)
        counter("arrivals_good_total", "Arrivals whose first step was answered well.", totals.good)
        gauge("arrivals_in_flight", "Open arrivals.", Double(progress.inFlight))
        gauge("money_violations", "Found in the books of the run's own stack so far.", Double(progress.moneyViolations))
        text.histogram(
            "arrival_lag_seconds", help: "From the instant an arrival was due to the instant it began.",
            [buckets("", totals.lag)])
    }

    // MARK: Steps

    private mutating func tellSteps(_ steps: [StepRecord], _ totals: RunTotals) {
        let rows = Self.rows(of: steps, totals)
        text.family(
            "steps_total", .counter, help: "Steps of journeys that ended, by what they came to.",
            rows.flatMap { row in
                Outcome.allCases.map { outcome in
                    (row.labels + "," + labels([("outcome", outcome.name)]), Double(row.totals.outcomes[outcome]))
                }
            })
        text.histogram(
            "request_duration_seconds",
            help: "Of admitted requests, from the instant they were due to their end.",
            rows.filter(\.isRequest).map { buckets($0.labels, $0.totals.latency) })
    }

    private struct StepRow {
        let labels: String
        let isRequest: Bool
        var totals: StepTotals
    }

    /// A journey may have the same step twice, so its place is told too.
    private static func rows(of steps: [StepRecord], _ totals: RunTotals) -> [StepRow] {
        var rows: [StepRow] = []
        var position = 0
        for (index, step) in steps.enumerated() where index < totals.steps.count {
            position = step.isFirst ? 1 : position + 1
            if index < stepsMax {
                let labels = labels([("journey", step.journey), ("step", step.title), ("position", "\(position)")])
                rows.append(StepRow(labels: labels, isRequest: step.isRequest, totals: totals.steps[index]))
            } else {
                if index == stepsMax { rows.append(others) }
                rows[rows.count - 1].totals.add(totals.steps[index], isRequest: step.isRequest)
            }
        }
        return rows
    }

    private static var others: StepRow {
        let labels = labels([("journey", "(others)"), ("step", "(others)"), ("position", "0")])
        return StepRow(labels: labels, isRequest: true, totals: StepTotals())
    }

    private func buckets(_ labels: String, _ ladder: LatencyLadder) -> MetricsText.Buckets {
        var sum: UInt64 = 0
        let cumulative = zip(LatencyLadder.bounds, ladder.counts).map { bound, count in
            sum += count
            return (bound.seconds, sum)
        }
        return MetricsText.Buckets(
            labels: labels, cumulative: cumulative, count: ladder.count, sum: Double(ladder.nanoseconds) / 1e9)
    }

    // MARK: Guards, series, faults

    private mutating func tellGuards(_ guards: [GuardReading]) {
        let rows = Self.distinct(guards.map { (labels([("guard", $0.text)]), $0) })
        let scale = { (reading: GuardReading, value: Double) in reading.unit == .nanoseconds ? value / 1e9 : value }
        text.family(
            "guard_value", .gauge, help: "What a guard saw in the last second; latencies in seconds.",
            rows.compactMap { label, reading in reading.value.map { (label, scale(reading, $0)) } })
        text.family(
            "guard_limit", .gauge, help: "Where a guard's condition begins to hold.",
            rows.map { ($0, scale($1, $1.limit)) })
        text.family(
            "guard_held_seconds", .gauge, help: "For how long a guard's condition has held without a break.",
            rows.map { ($0, Double($1.heldSeconds)) })
        text.family(
            "guard_trip_seconds", .gauge, help: "For how long it has to hold until the run is aborted.",
            rows.map { ($0, Double($1.tripSeconds)) })
    }

    private mutating func tellSeries(_ names: [String], _ second: DriverSecond) {
        let rows = zip(names, second.observed).compactMap { name, value in
            value.map { (labels([("series", name)]), $0) }
        }
        text.family(
            "observed_value", .gauge, help: "Series that are read of the stack and of others.", Self.distinct(rows))
    }

    private mutating func tellFaults(_ faults: [FaultRecord], at now: TimeSpan) {
        let up = faults.filter { $0.span.contains(now) }
        text.family(
            "fault_up", .gauge, help: "Faults that are up at the run's own mock banks; always 1.",
            Self.distinct(up.map { (labels([("channel", $0.channel), ("fault", $0.what)]), 1) }))
    }

    // MARK: Parts

    /// Two rows of the same labels are no text that a scraper takes.
    private static func distinct<Value>(_ rows: [(String, Value)]) -> [(String, Value)] {
        var seen: Set<String> = []
        return rows.filter { seen.insert($0.0).inserted }.prefix(rowsMax).map { $0 }
    }

    private func labels(_ pairs: [(String, String)]) -> String { Self.labels(pairs) }

    private static func labels(_ pairs: [(String, String)]) -> String {
        pairs.map { MetricsText.label($0, String(LiveText.shown($1).prefix(LiveText.textMax))) }.joined(separator: ",")
    }

    private mutating func gauge(_ name: String, _ help: String, _ value: Double) {
        text.family(name, .gauge, help: help, [("", value)])
    }

    private mutating func counter(_ name: String, _ help: String, _ value: UInt64) {
        text.family(name, .counter, help: help, [("", Double(value))])
    }
}
