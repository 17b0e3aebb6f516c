import EventLoop
import StackVocabulary
import Testing
import Timebase

@testable import PaymentStack

/// A stack that is declared to 2,000 payments a second, and asked for more.
@Suite struct OverloadTests {
    static let knee = 2_000.0
    static let during = 6..<35

    /// Half the knee, half a minute of overload, half the knee.
    static func run(
        _ factor: Double, seed: UInt64, defects: DefectSwitches = [], mix: [(Tier, Double)] = [(.pay, 1)],
        seconds: Double = 30, after: Double = 15, change: (inout StackSetting) -> Void = { _ in }
    ) -> DoorRig.Tally {
        let rig = DoorRig(seed, defects: defects, change: change)
        rig.mix = mix
        return rig.run([
            .init(perSecond: knee / 2, seconds: 5), .init(perSecond: knee * factor, seconds: seconds),
            .init(perSecond: knee / 2, seconds: after),
        ])
    }

    static func line(_ tally: DoorRig.Tally) -> String {
        let all = 0..<tally.seconds.count
        return """
            goodput \(tally.goodput(6..<min(35, tally.seconds.count))), refusals \
            \(DoorRig.Tally.percentile(50, of: tally.refusalTimes)) \
            \(DoorRig.Tally.percentile(99, of: tally.refusalTimes)) \
            \(DoorRig.Tally.percentile(100, of: tally.refusalTimes)), answers \
            \(DoorRig.Tally.percentile(50, of: tally.answerTimes)) \
            \(DoorRig.Tally.percentile(99, of: tally.answerTimes)), \(tally.refusals), jain \(tally.jain), \
            settle \(tally.share(.settle, all)) pay \(tally.share(.pay, all)) refund \(tally.share(.refund, all)) \
            query \(tally.share(.query, all)) report \(tally.share(.report, all)), inversions \(tally.inversions), \
            after \(tally.seconds.dropFirst(35).map(\.good)), limit \(tally.figures!.limit), \
            waiting \(tally.figures!.counts.waitingPeak)
            """
    }

    // MARK: Sound

    @Test(arguments: [(0.5, 0.99), (2, 0.9), (10, 0.8)])
    func `beyond its knee it does as much as at its knee, and says no at once`(factor: Double, share: Double) {
        let tally = Self.run(factor, seed: 20_261_121)
        let offered = Self.knee * min(factor, 1)
        #expect(tally.goodput(Self.during) >= share * offered, "\(Self.line(tally))")
        #expect(DoorRig.Tally.percentile(99, of: tally.refusalTimes) <= .milliseconds(50), "\(Self.line(tally))")
        #expect(DoorRig.Tally.percentile(99, of: tally.answerTimes) <= .milliseconds(120), "\(Self.line(tally))")
        #expect(tally.jain >= 0.98, "\(Self.line(tally))")
        // The first second may still have some of the overload's before it.
        for second in tally.seconds[36...] { #expect(second.good == second.offered, "\(Self.line(tally))") }
        #expect(tally.pendingPeak < 300, "\(tally.pendingPeak)")
    }

    @Test(arguments: [1.2, 2, 10])
    func `what is worth least goes first, and what ends a payment never`(factor: Double) {
        let tally = Self.run(factor, seed: 7, mix: DoorRig.everything, seconds: 10, after: 1)
        let during = 6..<15
        #expect(tally.share(.settle, during) >= 0.994, "\(Self.line(tally))")
        #expect(tally.share(.pay, during) > tally.share(.refund, during) || factor < 2, "\(Self.line(tally))")
        #expect(tally.share(.refund, during) >= tally.share(.query, during), "\(Self.line(tally))")
        #expect(tally.share(.query, during) > tally.share(.report, during) || factor >= 2, "\(Self.line(tally))")
        if factor >= 2 {
            #expect(tally.share(.report, during) < 0.01, "\(Self.line(tally))")
            #expect(tally.inversions.seconds <= 3, "\(Self.line(tally))")
        }
        #expect(DoorRig.Tally.percentile(99, of: tally.refusalTimes) <= .milliseconds(50), "\(Self.line(tally))")
    }

    @Test func `those who are told to come again do not all come at once`() {
        let tally = Self.run(10, seed: 3, seconds: 5, after: 1)
        let spread = Dictionary(grouping: tally.retryAfters, by: \.self).mapValues(\.count)
        #expect(
            spread.keys.allSatisfy {
                $0 >= .seconds(1) && $0 <= Door.retryAfterMax && $0.nanoseconds % 1_000_000_000 == 0
            })
        #expect(spread.count >= 8, "\(spread)")
        #expect(spread.values.max()! < tally.retryAfters.count / 4, "\(spread)")
    }

    @Test func `the same seed gives the same run`() {
        let first = Self.run(2, seed: 11, mix: DoorRig.everything, seconds: 3, after: 1)
        let second = Self.run(2, seed: 11, mix: DoorRig.everything, seconds: 3, after: 1)
        #expect(first.answerTimes == second.answerTimes)
        #expect(first.retryAfters == second.retryAfters)
    }

    // MARK: Planted

    private static func planted(_ defects: DefectSwitches, factor: Double = 2) -> DoorRig.Tally {
        run(factor, seed: 5, defects: defects, mix: DoorRig.everything, seconds: 10, after: 1)
    }

    @Test func `an unbounded queue grows and serves what nobody waits for`() {
        let (sound, broken) = (Self.planted([]), Self.planted([.unboundedQueue]))
        #expect(sound.figures!.counts.waitingPeak < 150)
        #expect(broken.figures!.counts.waitingPeak > 3_000)
        #expect(broken.goodput(6..<15) < 0.6 * sound.goodput(6..<15), "\(Self.line(broken))")
    }

    @Test func `without a limiter nothing is refused and little is in time`() {
        let (sound, broken) = (Self.planted([]), Self.planted([.noLimiter]))
        #expect(broken.refusals.isEmpty)
        #expect(broken.goodput(6..<15) < 0.3 * sound.goodput(6..<15), "\(Self.line(broken))")
    }

    @Test func `an inverted priority sheds settlements and serves reports`() {
        let broken = Self.planted([.priorityInversion])
        #expect(broken.share(.settle, 6..<15) < 0.5, "\(Self.line(broken))")
        #expect(broken.share(.report, 6..<15) > 0.99, "\(Self.line(broken))")
        #expect(broken.inversions.seconds >= 9, "\(Self.line(broken))")
    }

    @Test func `a refusal after the work is late and costs the work`() {
        let (sound, broken) = (Self.planted([]), Self.planted([.slowShed]))
        #expect(DoorRig.Tally.percentile(99, of: broken.refusalTimes) > .seconds(1), "\(Self.line(broken))")
        #expect(broken.goodput(6..<15) < 0.5 * sound.goodput(6..<15), "\(Self.line(broken))")
    }

    @Test func `an unfair limiter lets the alphabet decide`() {
        let (sound, broken) = (
            Self.run(4, seed: 5, seconds: 10), Self.run(4, seed: 5, defects: [.unfairLimiter], seconds: 10)
        )
        #expect(sound.jain > 0.98, "\(Self.line(sound))")
        #expect(broken.jain < 0.8, "\(Self.line(broken))")
        let first = Double(broken.admitted[1] ?? 0) / Double(broken.offered[1]!)
        let last = Double(broken.admitted[50] ?? 0) / Double(broken.offered[50]!)
        #expect(first > 3 * last, "\(first) \(last)")
    }

    /// Twice the knee, from senders that wait 20 ms.
    @Test func `without a look at the deadline work is done for those who have gone`() {
        func wasted(_ defects: DefectSwitches) -> (share: Double, DoorRig.Tally) {
            let rig = DoorRig(9, defects: defects)
            (rig.patience, rig.bank) = (.milliseconds(20), .zero)
            let tally = rig.run([.init(perSecond: 2 * Self.knee, seconds: 10)])
            let late = tally.answerTimes.count { $0 > rig.patience.nanoseconds }
            return (Double(late) / Double(tally.answerTimes.count), tally)
        }
        let (sound, broken) = (wasted([]), wasted([.noDeadline]))
        #expect(sound.share < 0.01, "\(sound.share) \(Self.line(sound.1))")
        #expect(sound.1.refusals[.deadline, default: 0] > 1_000)
        #expect(broken.share > 0.5, "\(broken.share) \(Self.line(broken.1))")
    }

    /// A stack of 200 a second, three times its knee for five seconds.
    @Test func `callers that retry without end keep the overload alive when its cause has gone`() {
        func after(_ defects: DefectSwitches) -> (good: Int, offered: Int) {
            let rig = DoorRig(1, defects: defects) { setting in
                setting.service = ServiceCosts(pay: .milliseconds(10))
            }
            let tally = rig.run([
                .init(perSecond: 100, seconds: 5), .init(perSecond: 600, seconds: 5),
                .init(perSecond: 100, seconds: 20),
            ])
            let seconds = tally.seconds[20..<30]
            return (seconds.reduce(0) { $0 + $1.good }, seconds.reduce(0) { $0 + $1.offered })
        }
        let (sound, broken) = (after([]), after([.metastableRetries]))
        #expect(sound.good == sound.offered)
        #expect(broken.good < broken.offered / 10, "\(broken)")
    }
}
