import Evidence
import Histogram
import Numerals
import PlanValues
import StackVocabulary
import Timebase

/// Is a fault at one bank felt by payments that go through others?
///
///     p99(other banks, during the fault) <= factor x p99(the same, in the calm)      never held to less than 5 ms more
///     held back / (held back + writes) of other banks, during the fault, <= 1 % more than in the calm      by the
///                                        embedded stack's own count of calls that no limit or breaker let through
///
/// Fails when the intervals of the two exclude the factor; a thousand samples a side, or it is inconclusive. The calm is
/// the stage called `baseline`, or the first that counts before any fault.
struct BlastRadiusJudge {
    private static let samplesMin: UInt64 = 1_000
    private static let floor = 5e6
    private static let heldMax = 0.01

    let sight: RunSight
    let name: String
    let channel: String
    let bound: Factor

    private var claim: String { "what goes wrong at '\(channel)' is not felt elsewhere" }
    private var expected: String { "p99 of other channels at most \(bound) of what it was in the calm" }

    var judgement: Judgement {
        guard let fault = sight.fault(at: channel) else {
            return .unseen(name, claim, expected: expected, "nothing was broken at '\(channel)'")
        }
        guard let calm = sight.calm, !calm.slices.isEmpty else {
            return .unseen(name, claim, expected: expected, "no stage that counts comes before the fault")
        }
        let broken = Set(sight.record.faults.filter { $0.span.overlaps(fault) }.map(\.channel))
        let others = sight.record.channels.filter { !broken.contains($0.channel) }
        guard !others.isEmpty, others.allSatisfy({ $0.admitted != nil }) else {
            return .unseen(name, claim, expected: expected, "no other channel of the run can be seen by itself")
        }
        let during = sight.slices(within: fault)
        let (before, amid) = (merged(others, calm.slices), merged(others, during))
        guard let old = Estimate(percentile: 99, of: before), let new = Estimate(percentile: 99, of: amid),
            before.total >= Self.samplesMin, amid.total >= Self.samplesMin
        else {
            return .unseen(
                name, claim, expected: expected,
                "\(Figures.counted(before.total, "sample")) of other channels in the calm and \(Figures.grouped(amid.total)) during the "
                    + "fault; it takes \(Figures.grouped(Self.samplesMin)) of each")
        }
        func limit(_ value: Double) -> Double { max(value * bound.value, value + Self.floor) }
        let latency: Judgement.Status =
            new.low > limit(old.high)
            ? .fail : new.value <= limit(old.value) || new.low <= limit(old.value) ? .pass : .inconclusive
        let held = held(others, during, calm.slices)
        let status = Judgement.Status.together([latency] + (held.map { [$0.status] } ?? []))
        return .performance(
            name, claim, status, expected: expected,
            observed: "p99 \(Figures.span(nanoseconds: UInt64(new.value))) during the fault, "
                + "\(Figures.span(nanoseconds: UInt64(old.value))) in stage '\(calm.stage.name)'",
            window: sight.judgementWindow(during, [calm]),
            (held.map { [$0.words] } ?? []) + [
                "through \(others.map { "'\($0.channel)'" }.joined(separator: ", ")), while '\(channel)' was broken"
            ])
    }

    /// Nil where nobody counts it.
    private func held(
        _ others: [ChannelFlow], _ during: Range<Int>, _ calm: Range<Int>
    ) -> (status: Judgement.Status, words: String)? {
        guard let amid = heldShare(others, during), let before = heldShare(others, calm) else { return nil }
        return (
            amid.low > before.value + Self.heldMax ? .fail : .pass,
            "\(Figures.percent(amid.value)) of calls to other channels were held back during the fault, "
                + "\(Figures.percent(before.value)) in the calm"
        )
    }

    private func heldShare(_ flows: [ChannelFlow], _ slices: Range<Int>) -> Estimate? {
        var held = 0.0
        for flow in flows {
            guard let values = sight.vital(.held(flow.channel))?.values(in: sight.span(slices)),
                let first = values.first,
                let last = values.last
            else { return nil }
            held += max(0, last - first)
        }
        let writes = flows.reduce(0) { sum, flow in slices.reduce(sum) { $0 + flow.writes[$1] } }
        return Estimate(UInt64(held), of: UInt64(held) + writes, against: Self.heldMax)
    }

    private func merged(_ flows: [ChannelFlow], _ slices: Range<Int>) -> Histogram {
        var merged = Histogram(PackedHistogram.coarse)
        for flow in flows {
            for slice in slices where flow.admitted?.indices.contains(slice) == true {
                guard let opened = try? flow.admitted?[slice].opened() else { continue }
                try? merged.merge(opened)
            }
        }
        return merged
    }
}
