import Evidence
import Numerals
import PlanModel
import PlanValues
import Timebase

/// Does traffic leave a sick channel, in measure, and come back when it has healed?
///
///     share(t)   = the channel's writes / all writes, over the three seconds up to t, or `over`
///     former     = its share in the calm, over all of it
///     away       share(t) <= 20 % of former, or `share`, at some t within `away within` of the fault's beginning, ...
///     not zero   ... and afterwards, until the fault ends, it still gets a write in every ten seconds: who is never asked cannot
///                be seen to heal
///     back       share(t) >= 80 % of former, or `back share`, within `back within` of its end
///     no flapping the share turns round at most twice during the fault and the way back, counting turns of 40 % of former
///                and more, of a fifth of all traffic, and of six deviations of what chance does to one share
///
/// Where the calm itself flaps (as many turns in it), there is no former share, and it fails.
struct RoutingJudge {
    private static let turnSize = 0.4
    private static let turnWritesMin = 50.0
    private static let turnDeviations = 6.0
    private static let silence = TimeSpan.seconds(10)
    private static let writesMin: UInt64 = 100

    let sight: RunSight
    let name: String
    let channel: String
    let away: TimeSpan
    let back: TimeSpan
    let detour: Detour

    private var claim: String { "traffic leaves '\(channel)' when it is sick, and comes back when it is well" }
    private var expected: String {
        "at most \(detour.awayShare) of its share within \(away), not zero, back at \(detour.backShare) within \(back), "
            + "at most \(detour.turns) turns"
    }

    var judgement: Judgement {
        guard let fault = sight.fault(at: channel) else {
            return .unseen(name, claim, expected: expected, "nothing was broken at '\(channel)'")
        }
        guard let flow = sight.record.channels.first(where: { $0.channel == channel }), sight.record.channels.count > 1
        else {
            return .unseen(name, claim, expected: expected, "there is no other channel of the run to go to")
        }
        guard let calm = sight.calm, let former = former(flow, calm.slices), former > 0 else {
            return .unseen(name, claim, expected: expected, "'\(channel)' had no traffic before it was broken")
        }
        let during = sight.slices(within: fault)
        let behind = during.upperBound..<min(sight.slices.count, during.upperBound + sight.count(of: back))
        let findings =
            [left(flow, during, former), notZero(flow, during), returned(flow, behind, former)].compactMap {
                $0
            }
            + [turns(flow, during.lowerBound..<behind.upperBound, former, "the fault and the way back")]
            + [turns(flow, calm.slices, former, "the calm")]
        return .performance(
            name, claim, findings.status, expected: expected,
            observed: "\(Figures.percent(former)) of writes in the calm; \(findings.first?.text ?? "")",
            window: sight.judgementWindow(during.lowerBound..<max(behind.upperBound, during.upperBound), [calm]),
            findings.reasons)
    }

    // MARK: Shares

    private func writes(_ flow: ChannelFlow, _ slices: Range<Int>) -> UInt64 {
        slices.reduce(0) { $0 + flow.writes[$1] }
    }
    private func all(_ slices: Range<Int>) -> UInt64 { sight.record.channels.reduce(0) { $0 + writes($1, slices) } }

    private func former(_ flow: ChannelFlow, _ slices: Range<Int>) -> Double? {
        let total = all(slices)
        return total < Self.writesMin ? nil : Double(writes(flow, slices)) / Double(total)
    }

    /// Over the time up to each slice of these; nil where nothing was written.
    private func shares(
        _ flow: ChannelFlow, _ slices: Range<Int>, over smoothing: TimeSpan? = nil
    ) -> [(slice: Int, share: Double)] {
        let width = sight.count(of: smoothing ?? detour.over)
        return slices.compactMap { slice in
            let window = max(0, slice + 1 - width)..<slice + 1
            let total = all(window)
            return total == 0 ? nil : (slice, Double(writes(flow, window)) / Double(total))
        }
    }

    private func left(_ flow: ChannelFlow, _ during: Range<Int>, _ former: Double) -> Finding? {
        let wanted = during.prefix(sight.count(of: away))
        guard !wanted.isEmpty else {
            return Finding(status: .inconclusive, text: "the fault did not last for a slice")
        }
        let shares = shares(flow, during.lowerBound..<during.lowerBound + wanted.count)
        if let gone = shares.first(where: { $0.share <= detour.awayShare.value * former }) {
            let took = sight.span(gone.slice..<gone.slice + 1).upperBound - sight.span(during).lowerBound
            return Finding(status: .pass, text: "it left within \(Figures.span(took))")
        }
        let least = shares.map(\.share).min() ?? 0
        let isLong = wanted.count >= sight.count(of: away)
        return Finding(
            status: isLong ? .fail : .inconclusive,
            text: "it did not leave: at the least \(Figures.percent(least / former)) of its share"
                + (isLong ? "" : ", in a fault shorter than \(away)"))
    }

    private func notZero(_ flow: ChannelFlow, _ during: Range<Int>) -> Finding? {
        let width = sight.count(of: Self.silence)
        guard during.count > width else { return nil }
        let silent = sight.windows(of: width, in: during).first { writes(flow, $0) == 0 && all($0) >= Self.writesMin }
        return silent.map {
            Finding(
                status: .fail, text: "nothing at all was sent to it at \(sight.words($0)): nobody could see it heal")
        }
            ?? Finding(status: .pass, text: "it was asked now and then all the while")
    }

    private func returned(_ flow: ChannelFlow, _ behind: Range<Int>, _ former: Double) -> Finding? {
        let shares = shares(flow, behind)
        if let home = shares.first(where: { $0.share >= detour.backShare.value * former }) {
            let took = sight.span(home.slice..<home.slice + 1).upperBound - sight.span(behind).lowerBound
            return Finding(status: .pass, text: "it was back within \(Figures.span(took))")
        }
        let isLong = behind.count >= sight.count(of: back)
        let most = shares.map(\.share).max() ?? 0
        return Finding(
            status: isLong ? .fail : .inconclusive,
            text: "it did not come back: at the most \(Figures.percent(most / former)) of its share"
                + (isLong ? " within \(back)" : ", and the run ends before \(back) are over"))
    }

    private func turns(_ flow: ChannelFlow, _ slices: Range<Int>, _ former: Double, _ place: String) -> Finding {
        // A router that follows each second turns within three: where a slice has enough writes, it is looked at by itself.
        let writes = Double(all(slices)) / Double(max(slices.count, 1))
        let span = writes >= Self.turnWritesMin ? TimeSpan.zero : detour.over
        let perShare = max(writes * Double(sight.count(of: span)), 1)
        let chance = Self.turnDeviations * (former * (1 - former) / perShare).squareRoot()
        let shares = shares(flow, slices, over: span)
        let count = Self.turns(shares.map(\.share), size: max(Self.turnSize * max(former, 0.5), chance))
        return Finding(
            status: count <= detour.turns ? .pass : .fail,
            text: "its share turned round \(count == 1 ? "once" : "\(count) times") in \(place)"
                + (count <= detour.turns ? "" : ": it flaps"))
    }

    /// How often a series turns round by `size` or more.
    static func turns(_ values: [Double], size: Double) -> Int {
        guard var (low, high) = values.first.map({ ($0, $0) }) else { return 0 }
        var direction = 0
        var turns = 0
        for value in values {
            (low, high) = (min(low, value), max(high, value))
            if direction >= 0, value <= high - size {
                if direction > 0 { turns += 1 }
                direction = -1
                low = value
                high = value
            } else if direction <= 0, value >= low + size {
                if direction < 0 { turns += 1 }
                direction = 1
                low = value
                high = value
            } else if direction > 0 {
                low = value
            } else if direction < 0 {
                high = value
            }
            if direction > 0 { high = max(high, value) }
            if direction < 0 { low = min(low, value) }
        }
        return turns
    }
}
