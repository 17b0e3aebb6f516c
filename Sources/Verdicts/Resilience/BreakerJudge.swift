import Evidence
import Numerals
import StackVocabulary
import Timebase

/// Does a breaker open before a failing channel, look whether it has healed, and close?
///
///     opens    within `opens within` of the first second of the fault in which half of the calls failed
///     probes   writes still reach the channel in the rest of the fault
///     closes   no breaker of it is open in the last two seconds of what was read, at most 30 s, or what the plan says, behind
///              the fault
///
/// Where the fault made fewer than half of the calls fail, there was nothing to open at: inconclusive.
struct BreakerJudge {
    private static let failingMin = 0.5
    private static let callsMin: UInt64 = 20

    let sight: RunSight
    let name: String
    let channel: String
    let opensWithin: TimeSpan
    let closesWithin: TimeSpan

    private var claim: String { "a breaker opens before '\(channel)' when it fails, and closes when it is well" }
    private var expected: String {
        "opens within \(opensWithin), probes, closes within \(closesWithin) of the fault's end"
    }

    var judgement: Judgement {
        guard let fault = sight.fault(at: channel) else {
            return .unseen(name, claim, expected: expected, "nothing was broken at '\(channel)'")
        }
        guard let breakers = sight.vital(.breakersOpen(channel)) else {
            return .unseen(name, claim, expected: expected, "nobody tells of the breakers before '\(channel)'")
        }
        let opened = breakers.samples(in: fault).first { $0.value > 0 }
        guard let failing = failing(fault) ?? opened?.at else {
            return .unseen(
                name, claim, expected: expected,
                "the fault never made half of \(Self.callsMin) calls in ten seconds fail: there was nothing to open at")
        }
        let findings = [
            opens(opened?.at, failing, fault), probes(opened?.at, fault), closes(breakers, opened?.at, fault),
        ]
        .compactMap { $0 }
        let during = sight.slices(within: fault)
        return .performance(
            name, claim, findings.status, expected: expected,
            observed: findings.map(\.text).first ?? "nothing",
            window: sight.judgementWindow(
                during.lowerBound..<min(sight.slices.count, during.upperBound + sight.count(of: closesWithin)), []),
            findings.reasons)
    }

    /// When half of the calls of ten seconds had failed for the first time.
    private func failing(_ fault: Range<TimeSpan>) -> TimeSpan? {
        guard let flow = sight.record.channels.first(where: { $0.channel == channel }) else { return nil }
        let during = sight.slices(within: fault)
        for slice in during {
            let window = max(during.lowerBound, slice - 9)..<slice + 1
            let calls = window.reduce(0) { $0 + flow.writes[$1] + flow.queries[$1] }
            let failed = window.reduce(0) { $0 + flow.failed[$1] }
            if calls >= Self.callsMin, Double(failed) >= Self.failingMin * Double(calls) {
                return sight.span(slice..<slice + 1).lowerBound
            }
        }
        return nil
    }

    private func opens(_ opened: TimeSpan?, _ failing: TimeSpan, _ fault: Range<TimeSpan>) -> Finding {
        guard let opened else {
            return Finding(
                status: .fail,
                text: "no breaker opened, though half of the calls failed from \(Figures.span(failing)) on")
        }
        let took = max(.zero, opened - fault.lowerBound)
        let isQuick = max(.zero, opened - failing) <= opensWithin
        return Finding(status: isQuick ? .pass : .fail, text: "a breaker was open \(Figures.span(took)) into the fault")
    }

    private func probes(_ opened: TimeSpan?, _ fault: Range<TimeSpan>) -> Finding? {
        guard let opened, let flow = sight.record.channels.first(where: { $0.channel == channel }) else { return nil }
        let rest = sight.slices(within: opened..<fault.upperBound)
        guard rest.count >= sight.count(of: .seconds(10)) else { return nil }
        let writes = rest.reduce(0) { $0 + flow.writes[$1] }
        return writes > 0
            ? Finding(status: .pass, text: "\(Figures.counted(writes, "write")) still looked whether it was well")
            : Finding(status: .fail, text: "nobody looked whether it was well again")
    }

    private func closes(_ breakers: ObservedSeries, _ opened: TimeSpan?, _ fault: Range<TimeSpan>) -> Finding? {
        guard opened != nil else { return nil }
        let end = min(fault.upperBound + closesWithin, sight.span(0..<sight.slices.count).upperBound)
        // A run that broke off may have ended inside the fault.
        let samples = breakers.samples(in: fault.upperBound..<max(fault.upperBound, end))
        guard let last = samples.last, samples.count >= 2 else {
            return Finding(status: .inconclusive, text: "the run ends with the fault, before a breaker could close")
        }
        if let closed = samples.first(where: { sample in samples.allSatisfy { $0.at < sample.at || $0.value == 0 } }) {
            return Finding(
                status: .pass,
                text: "all were closed \(Figures.span(closed.at - fault.upperBound)) behind it, and stayed so")
        }
        let isLong = last.at - fault.upperBound >= closesWithin - breakers.every - breakers.every
        return Finding(
            status: isLong ? .fail : .inconclusive,
            text: "one was still open \(Figures.span(last.at - fault.upperBound)) behind the fault"
                + (isLong ? "" : ", and the run ends there"))
    }
}
