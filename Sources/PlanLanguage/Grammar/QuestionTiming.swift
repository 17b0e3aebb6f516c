// Goal: the embedded stack asks its banks at the right time what became of a payment; else nobody can judge a drill's money,
// however sound the stack is.
// Method: two bounds, of which the plan and its mock profile say enough to warn before anything is sent:
//
//     the slowest request at a bank  <  time that the stack waits for an answer + query.first
//     query.first  <=  time behind a fault that loses payments + the drain
//
// A bank that is asked sooner has not come to the request, says so, and books it afterwards: the stack has called it failed.
// One that would be asked later is not asked at all: what it never booked stays unknown. The slowest request is the 99th
// percentile of the profile's latencies with the faults on them; what waits for a place to work comes on top, and is not
// known here.

import ChannelProfile
import Diagnostics
import PlanModel
import PlanValues
import StackVocabulary
import Timebase

struct QuestionTiming {
    private let plan: Plan
    private let first: TimeSpan
    /// For an answer; no longer than who asks it, unless they say otherwise.
    private let patience: TimeSpan

    init(_ plan: Plan) {
        self.plan = plan
        first = plan.stack.setting.query.first
        patience = min(plan.stack.setting.bankTimeout, plan.stack.setting.deadline)
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
    func checkBanks(_ profile: ChannelProfile, _ reading: inout PlanReading) {
        for channel in profile.channels where channel.fixedAnswer == nil {
            let faults = (profile.faults + plan.faults).filter { $0.channel.value == channel.name.value }
            var slowest = (time: channel.slowest(under: nil), span: channel.name.span)
            for fault in faults {
                let time = channel.slowest(under: fault)
                if time > slowest.time { slowest = (time, fault.at.span) }
            }
            guard slowest.time >= patience + first else { continue }
            reading.collector.report(
                .warning(
                    "'\(channel.name.value)' may come to a request \(slowest.time.inWords) after it was sent; the stack waits "
                        + "\(patience) for an answer, asks \(first) later, and calls failed what is not there yet, which 'money' finds",
                    at: slowest.span, fix: "write 'stack: {query: {first: \(slowest.time.doubled)}}'"))
        }
    }
}

extension Channel {
    /// Until a request for a payment is in the books, of a hundred ninety-nine; with a fault or on a good day.
    fileprivate func slowest(under fault: Fault?) -> TimeSpan {
        let matched = fault?.match.operations ?? []
        let operations = Operation.allCases.filter { $0.isPayment && (matched.isEmpty || matched.contains($0)) }
        guard let work = operations.map({ latency(of: $0).slow }).max() else { return .zero }
        var (time, wait) = (work.seconds, 0.0)
        for effect in fault?.effects ?? [] {
            switch effect {
            case .latency(let factor, let more): time = time * (factor?.value ?? 1) + (more?.seconds ?? 0)
            case .stall, .deafness: wait = fault?.span.seconds ?? 0
            default: break
            }
        }
        // What is not decided by then is declined.
        if let timer { time = min(time, timer.seconds) }
        return TimeSpan(nanoseconds: Int64(min((time + wait) * 1e9, 1e18)))
    }
}

extension Distribution<TimeSpan> {
    /// The 99th percentile.
    fileprivate var slow: TimeSpan {
        switch self {
        case .constant(let value): value
        case .uniform(let least, let most): least + TimeSpan(nanoseconds: (most - least).nanoseconds / 100 * 99)
        case .exponential(let mean): TimeSpan(nanoseconds: mean.nanoseconds / 100 * 461)
        case .normal(let mean, let deviation): mean + TimeSpan(nanoseconds: deviation.nanoseconds / 100 * 233)
        case .lognormal(_, let p99, _): p99
        }
    }
}

extension TimeSpan {
    /// In tenths of a second, or in milliseconds where that is less.
    fileprivate var inWords: TimeSpan {
        let grain: Int64 = nanoseconds < 1_000_000_000 ? 1_000_000 : 100_000_000
        return TimeSpan(nanoseconds: max(grain, nanoseconds / grain * grain))
    }

    /// In whole seconds.
    fileprivate var doubled: TimeSpan { .seconds(max(1, nanoseconds / 500_000_000 + 1)) }
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
