// Goal: payments go where they are served, without anyone being told that a bank is sick, and come back when it is well.
// Method: each channel has a weight in `floor`...1, and gets the share  w(i) / sum of w  of what may go to it. Every two
// seconds the weight is looked at anew, by what came back in the last five buckets of two seconds:
//
//     health   h = (well + 1) / (well + unknown + refused + 1)
//     slowness l = min(1, 2 * usual latency / latency)
//     score    s = h^4 * l^2
//     fall     s < w:           w <- max(floor, s)                        at once, as far as it takes
//     rise     s > w:           w <- min(s, 3 * w)                        from floor to 1 in eight seconds
//              but w < 1/2 and s < 0.65 stays where it is: what is half sick is not tried again and again
//
// So a channel of which half fails falls to a sixteenth, one that answers nothing to the floor, and the floor's payments
// find out when it is well. Which channel a payment takes is drawn from its own id: the same state, the same choice.
// `usual latency` follows what is seen when all is well, down quickly and up slowly.
//
// Not here: breakers and limits, which say whether a channel may be taken at all (`mayUse`).

import StackVocabulary
import Timebase

struct Router: Sendable {
    static let bucket = TimeSpan.seconds(2)
    static let bucketCount = 5
    static let floor = 0.02
    static let riseMax = 3.0
    static let scoreOfWell = 0.65

    private var channels: [RoutedChannel]
    private let defects: DefectSwitches

    init(channels: Int, defects: DefectSwitches = []) {
        self.channels = Array(repeating: RoutedChannel(), count: channels)
        self.defects = defects
    }

    enum Ending: Sendable {
        case well(TimeSpan)
        case unknown
        case refused
    }

    mutating func note(_ channel: ChannelNumber, _ ending: Ending, now: Instant) {
        channels[Int(channel)].note(ending, now: now)
    }

    /// - Parameter draw: in 0 ..< 1, the payment's own.
    mutating func choose(
        draw: Double, now: Instant, mayUse: (ChannelNumber) -> Bool
    ) -> ChannelNumber? {
        var weights = InlineArray<64, Double>(repeating: 0)
        var sum = 0.0
        for place in channels.indices {
            channels[place].look(now: now)
            guard mayUse(ChannelNumber(place)) else { continue }
            weights[place] = weight(of: place, now)
            sum += weights[place]
        }
        if defects.contains(.routerFlaps) { return best(weights) }
        var rest = draw * sum
        var last: ChannelNumber?
        for place in channels.indices where weights[place] > 0 {
            last = ChannelNumber(place)
            if rest < weights[place] { break }
            rest -= weights[place]
        }
        return last
    }

    private func weight(of place: Int, _ now: Instant) -> Double {
        // Planted (router-ignores-feedback): all are well.
        if defects.contains(.routerIgnoresFeedback) { return 1 }
        // Planted (router-flaps): what the last bucket said is all that counts, and who was not asked in it was well.
        if defects.contains(.routerFlaps) { return max(Self.floor, channels[place].lastScore(now: now)) }
        return channels[place].weight
    }

    private func best(_ weights: borrowing InlineArray<64, Double>) -> ChannelNumber? {
        var best = 0
        for place in channels.indices {
            if weights[place] > weights[best] { best = place }
        }
        return weights[best] > 0 ? ChannelNumber(best) : nil
    }

    /// What it gets of payments that may go to any channel.
    func share(of channel: ChannelNumber) -> Double {
        channels[Int(channel)].weight / channels.reduce(0) { $0 + $1.weight }
    }
}

/// What the router knows of one channel.
struct RoutedChannel: Sendable {
    private struct Bucket {
        var number = Int64.min
        var well: UInt32 = 0
        var ill: UInt32 = 0
        var latency: Int64 = 0
    }

    private(set) var weight = 1.0
    private var buckets = InlineArray<5, Bucket>(repeating: Bucket())
    private var looked = Int64.min
    /// In nanoseconds; 0 before anything was seen.
    private var usualLatency = 0.0

    private static func number(_ now: Instant) -> Int64 { now.nanoseconds / Router.bucket.nanoseconds }

    mutating func note(_ ending: Router.Ending, now: Instant) {
        let number = Self.number(now)
        let place = Int(number % 5)
        if buckets[place].number != number { buckets[place] = Bucket(number: number) }
        switch ending {
        case .well(let latency):
            buckets[place].well += 1
            buckets[place].latency += latency.nanoseconds
        case .unknown, .refused: buckets[place].ill += 1
        }
    }

    /// Once in each bucket.
    mutating func look(now: Instant) {
        let number = Self.number(now)
        guard number != looked else { return }
        looked = number
        let seen = sum(from: number - Int64(Router.bucketCount), to: number)
        guard seen.well + seen.ill > 0 else { return }
        let score = score(seen)
        if score < weight {
            weight = max(Router.floor, score)
        } else if weight >= 0.5 || score >= Router.scoreOfWell {
            weight = min(score, weight * Router.riseMax)
        }
        followLatency(seen)
    }

    func lastScore(now: Instant) -> Double {
        let number = Self.number(now)
        let seen = sum(from: number - 1, to: number - 1)
        return seen.well + seen.ill == 0 ? 1 : score(seen)
    }

    private func sum(from first: Int64, to last: Int64) -> Bucket {
        var sum = Bucket(number: last)
        for place in buckets.indices where first...last ~= buckets[place].number {
            sum.well += buckets[place].well
            sum.ill += buckets[place].ill
            sum.latency += buckets[place].latency
        }
        return sum
    }

    private func score(_ seen: Bucket) -> Double {
        let health = Double(seen.well + 1) / Double(seen.well + seen.ill + 1)
        guard seen.well > 0, usualLatency > 0 else { return health * health * health * health }
        let slowness = min(1, 2 * usualLatency * Double(seen.well) / Double(max(1, seen.latency)))
        return health * health * health * health * slowness * slowness
    }

    private mutating func followLatency(_ seen: Bucket) {
        guard seen.well >= 5 else { return }
        let mean = Double(seen.latency) / Double(seen.well)
        if usualLatency == 0 {
            usualLatency = mean
        } else {
            usualLatency += (mean - usualLatency) * (mean < usualLatency ? 0.25 : 0.01)
        }
    }
}
