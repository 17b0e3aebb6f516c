package import ChannelProfile
import PlanValues
package import SeededRandom
package import Timebase

/// What becomes of the callback about one payment.
package struct CallbackFate: Sendable, Equatable {
    /// Never sent; then nothing else is true.
    package var isLost = false
    package var isDuplicate = false
    /// Kept until a later one of the same channel has gone.
    package var isReordered = false
    package var isBeforeAnswer = false
    /// From the payment's decision; zero for one that comes before the answer.
    package var delay = TimeSpan.zero
    package var duplicateDelay = TimeSpan.zero
}

/// Draws fates from the seed and the payment's reference alone: neither the time nor what else happens changes them, so
/// that a second run, another shard and an audit find the same.
package struct CallbackFates: Sendable {
    private enum Place {
        static let lost: UInt64 = 0
        static let duplicate: UInt64 = 1
        static let reorder: UInt64 = 2
        static let beforeAnswer: UInt64 = 3
        static let delay: UInt64 = 4
        static let duplicateDelay: UInt64 = 5
    }

    /// What no drill waits for; beyond it a distribution's tail ends.
    package static let delayMax = TimeSpan.seconds(7 * 24 * 3600)

    private let rule: CallbackRule
    private let seed: Seed
    private let delay: Sampler

    /// `seed` is the channel's own place.
    package init(_ rule: CallbackRule, seed: Seed) {
        self.rule = rule
        self.seed = seed
        delay = Sampler(rule.delay)
    }

    package func fate(of reference: PaymentReference) -> CallbackFate {
        let place = seed.split(reference.bytes.span)
        func happens(_ index: UInt64, _ share: Ratio) -> Bool { place.child(index).unit < share.value }
        var fate = CallbackFate()
        fate.isLost = happens(Place.lost, rule.lost)
        if fate.isLost { return fate }
        fate.isDuplicate = happens(Place.duplicate, rule.duplicate)
        fate.isBeforeAnswer = happens(Place.beforeAnswer, rule.beforeAnswer)
        fate.isReordered = !fate.isBeforeAnswer && happens(Place.reorder, rule.reorder)
        if !fate.isBeforeAnswer { fate.delay = span(at: place.child(Place.delay)) }
        if fate.isDuplicate { fate.duplicateDelay = span(at: place.child(Place.duplicateDelay)) }
        return fate
    }

    private func span(at place: Seed) -> TimeSpan {
        let seconds = min(delay.sample(at: place), Self.delayMax.seconds)
        return .nanoseconds(Int64((seconds * 1e9).rounded()))
    }
}
