// Goal: the embedded stack asks its banks at the right time what became of a payment; else nobody can judge a drill's money,
// however sound the stack is.
// Method: two bounds of `query.first`, of which the plan and its mock profile say enough to warn before anything is sent:
//
//     the slowest request at a bank  <  query.first  <=  time behind a fault that loses payments + the drain
//
// Asked sooner, a bank has not come to a request yet: the stack takes a capture that is not there, and what a whole statement
// does not have, for not done, and the bank does it. Asked later, it is not asked at all: what it never booked stays unknown.
// The slowest request is the 99th percentile of the profile's latencies, with one fault on them at a time; what waits for a
// place to work, or behind another request on its connection, takes longer, and is not known here.

import ChannelProfile
import Diagnostics
import PlanModel
import PlanValues
import StackVocabulary
import Timebase

struct QuestionTiming {
    private let plan: Plan
    private let first: TimeSpan

    init(_ plan: Plan) {
        self.plan = plan
        first = plan.stack.setting.query.first
    }

    // MARK: Too late

    func checkEnd(_ reading: inout PlanReading) {
        for fault in plan.faults where fault.leavesUnbooked {
            guard let left = plan.traffic.timeLeft(behind: fault), first > left + plan.drain else { continue }
            reading.collector.report(
                .warning(
                    "payments that are lost here stay unknown: the stack asks for them after \(first), and the drill is over "
                        + "\(left + plan.drain) behind the fault", at: fault.at.span,
                    fix:
                        "write 'drain: {within: \(first - left + TimeSpan.seconds(30))}', or 'stack: {query: {first: 2s}}' "
                        + "where no bank takes as long for a request"))
        }
    }

    // MARK: Too soon

    /// Of each bank the slowest case, at the fault that makes it so.
    func checkBanks(of profile: ChannelProfile, _ reading: inout PlanReading) {
        for channel in profile.channels where channel.fixedAnswer == nil {
            var slowest = (seconds: channel.slowest(under: nil), span: channel.name.span)
            for fault in profile.faults + plan.faults where fault.channel.value == channel.name.value {
                let seconds = channel.slowest(under: fault)
                if seconds > slowest.seconds { slowest = (seconds, fault.at.span) }
            }
            guard slowest.seconds >= first.seconds else { continue }
            reading.collector.report(
                .warning(
                    "'\(channel.name.value)' may come to a request \(TimeSpan(rounding: slowest.seconds)) after it was sent, "
                        + "and is asked for it \(first) behind the call: what it has not done by then counts as not done, and "
                        + "'money' may fail", at: slowest.span, fix: fix(for: slowest.seconds)))
        }
    }

    /// Beyond it a plan would wait for longer than any drain does.
    private static let advisedMax = TimeSpan.seconds(900)

    private func fix(for seconds: Double) -> String {
        guard seconds * 2 < Self.advisedMax.seconds else { return "make it shorter" }
        let later = TimeSpan.seconds(Int64(seconds * 2) + 1)
        return "write 'stack: {query: {first: \(later)}}'"
            + (plan.drain > later + .seconds(10) ? "" : " and 'drain: {within: \(later + .seconds(30))}'")
    }
}

extension Channel {
    /// Seconds until a request for a payment is in the books, of a hundred ninety-nine; with a fault or on a good day.
    fileprivate func slowest(under fault: Fault?) -> Double {
        guard fault?.rate.value ?? 1 > 0 else { return 0 }
        let matched = fault?.match.operations ?? []
        let operations = [.authorise, .capture, .reverse, .refund].filter { matched.isEmpty || matched.contains($0) }
        var work = operations.map { latency(of: $0).slow }.max() ?? 0
        var (stalled, unread) = (0.0, 0.0)
        for effect in fault?.effects ?? [] {
            switch effect {
            case .latency(let factor, let more) where !operations.isEmpty:
                work = work * (factor?.value ?? 1) + (more?.seconds ?? 0)
            case .stall: stalled = fault?.span.seconds ?? 0
            // Whatever it is about: nobody has read that.
            case .deafness: unread = fault?.span.seconds ?? 0
            default: break
            }
        }
        // What is not decided by then is declined.
        if let timer { work = min(work, timer.seconds) }
        return unread + max(work, stalled)
    }
}

extension Distribution<TimeSpan> {
    /// The 99th percentile, in seconds.
    fileprivate var slow: Double {
        switch self {
        case .constant(let value): value.seconds
        case .uniform(let least, let most): least.seconds + (most.seconds - least.seconds) * 0.99
        case .exponential(let mean): mean.seconds * 4.605
        case .normal(let mean, let deviation): mean.seconds + deviation.seconds * 2.326
        case .lognormal(_, let p99, _): p99.seconds
        }
    }
}

extension TimeSpan {
    /// To tenths of a second, or to milliseconds below one.
    fileprivate init(rounding seconds: Double) {
        let grain = seconds < 1 ? 1e6 : 1e8
        self = .nanoseconds(Int64(min((seconds * 1e9 / grain).rounded(), 1e9) * grain))
    }
}

extension Fault {
    /// The stack hears nothing of a payment that its bank knows nothing of.
    fileprivate var leavesUnbooked: Bool {
        guard match.operations.isEmpty || match.operations.contains(where: \.isPayment) else { return false }
        return effects.contains { effect in
            switch effect {
            case .timeout(let rate, let charged): rate.value > 0 && charged.value < 1
            case .connection(let reset, _, let empty): reset.value > 0 || empty.value > 0
            default: false
            }
        }
    }
}

extension [Stage] {
    /// From a fault's end, or the traffic's where it goes on for longer; nil where a recording decides.
    fileprivate func timeLeft(behind fault: Fault) -> TimeSpan? {
        var (length, begin) = (TimeSpan.zero, TimeSpan.zero)
        for stage in self {
            if stage.name.value == fault.at.value.stage { begin = length }
            guard let span = stage.load.span else { return nil }
            length = length + span
        }
        return length - Swift.min(begin + fault.at.value.offset + fault.span, length)
    }
}
