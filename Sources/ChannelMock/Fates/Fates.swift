// Goal: what happens to a payment is known before it is sent: a rerun, or another shard, comes to the same end.
// Method: a payment's place in the tree of seeds is a function of the profile's seed, the channel's name and the
// payment's reference; everything about it is drawn at that place.
//
//     seed / channel / fates / reference / ending         approved or declined, and why
//                                        / pending        whether the answer waits for a settlement, and how long
//                                        / time   / operation / attempt
//                                        / fault  / number of the fault / attempt
//
// What a payment comes to has no attempt in it; how long an attempt takes and whether it is disturbed has, or a retry
// would never fare better than the first attempt.
// Not here: when things happen.

import ChannelProfile
import Diagnostics
import PlanValues
import SeededRandom
import Timebase

struct Fates {
    private let root: Seed
    /// Of the declines, in the order of the profile: where the reason's part of [0, 1) ends.
    private let declines: [(reason: String, end: Double)]
    /// Where the part of the approved ends.
    private let approved: Double
    private let pending: Double
    private let times: [Sampler]
    private let settlements: Sampler

    /// `seed` is the channel's own place.
    init(_ channel: Channel, seed: Seed) {
        root = seed.split("fates")
        approved = channel.outcome.approve.value
        var end = approved
        declines = channel.outcome.declines.map { decline in
            end += decline.share.value
            return (decline.reason, end)
        }
        pending = channel.outcome.pending.value
        times = Operation.allCases.map { Sampler(channel.latency(of: $0)) }
        settlements = Sampler(channel.settlement)
    }

    func fate(of reference: PaymentReference) -> Fate {
        let digest = reference.digest
        return Fate(
            place: root.child(UInt64(truncatingIfNeeded: digest >> 64)).child(UInt64(truncatingIfNeeded: digest)))
    }

    /// Why the payment is declined; nil when it is approved.
    func reasonOfDecline(_ fate: Fate) -> String? {
        guard !declines.isEmpty else { return nil }
        let drawn = fate.place.child(Fate.ending).unit
        if drawn < approved { return nil }
        // The shares are sums of doubles: the last reason ends at 1, whatever they add up to.
        return (declines.first { drawn < $0.end } ?? declines[declines.count - 1]).reason
    }

    func isPending(_ fate: Fate) -> Bool { pending > 0 && fate.place.child(Fate.pending).unit < pending }

    func serviceTime(_ operation: Operation, attempt: Int, _ fate: Fate) -> TimeSpan {
        let sampler = times[operation.place]
        let place = fate.place.child(Fate.time).child(operation.place).child(attempt)
        return sampler.sampleSpan(at: place)
    }

    func settlementTime(_ fate: Fate) -> TimeSpan {
        settlements.sampleSpan(at: fate.place.child(Fate.settlement))
    }
}

/// A payment's place, where all that happens to it is drawn.
struct Fate {
    fileprivate static let ending = 0, pending = 1, settlement = 2, time = 3, fault = 4

    let place: Seed

    /// Between 0 and 1, for one fault and one attempt; `use` tells the questions apart that one fault asks.
    func drawn(fault number: Int, attempt: Int, use: Int) -> Double {
        place.child(Fate.fault).child(number).child(attempt).child(use).unit
    }
}

extension Operation {
    var place: Int {
        switch self {
        case .authorise: 0
        case .capture: 1
        case .reverse: 2
        case .refund: 3
        case .transfer: 4
        case .query: 5
        case .statement: 6
        }
    }
}
