import SeededRandom
import Testing
import Timebase

@testable import Capacity

/// The search against targets whose knee is known.
@Suite struct KneeSearchTests {
    /// What a target with a knee says to a probe. Near the knee a probe decides nothing, the less the longer it is; with noise
    /// its measured rate is off, and one probe in fifty is spoilt by its machine.
    private struct Target {
        var knee: Double
        var noise = 0.0
        var spoilt = 0.0

        func answer(_ probe: Probe, _ random: inout SeededRandom) -> (ProbeStanding, leansGood: Bool) {
            if random.chance(spoilt) { return (.bad, false) }
            let shift = 1 + noise * (2 * random.unit() - 1)
            let doubt = 0.02 * (10 / probe.hold.seconds).squareRoot()
            let excess = probe.perSecond * shift / knee - 1
            if abs(excess) < doubt { return (.undecided, excess < 0) }
            return excess < 0 ? (.good, true) : (.bad, false)
        }
    }

    private static func end(
        _ target: Target, guess: Double, declared: Double? = nil, seed: UInt64
    ) -> (end: SearchEnd?, probes: Int, seconds: Double) {
        var search = KneeSearch(.init(guess: guess, declared: declared, hold: .seconds(10)))
        var random = Seed(seed).stream()
        var seconds = 0.0
        while let probe = search.next() {
            seconds += probe.hold.seconds
            let (standing, leansGood) = target.answer(probe, &random)
            search.take(standing, leansGood: leansGood)
        }
        return (search.end, search.probesTaken, seconds)
    }

    @Test func `the knee is found within a width, with few probes, wherever the search begins`() {
        var most = 0
        for knee in [0.7, 12, 480, 5_300, 212_000] {
            for factor in [0.1, 0.5, 0.9, 1, 1.3, 3, 20] {
                let (end, probes, _) = Self.end(Target(knee: knee), guess: knee * factor, seed: 1)
                most = max(most, probes)
                guard case .found(let found) = end else {
                    Issue.record("\(knee) from \(factor): \(String(describing: end))")
                    continue
                }
                #expect(abs(found.perSecond / knee - 1) < 0.05, "\(knee) from \(factor): \(found)")
                #expect(found.low ?? 0 <= knee && found.high ?? 0 >= knee, "\(knee) from \(factor): \(found)")
            }
        }
        #expect(most <= 16, "\(most) probes")
    }

    @Test func `noise and spoilt probes cost probes, and not the knee`() {
        var (found, probes) = (0, 0)
        for seed in 1...500 as ClosedRange<UInt64> {
            let target = Target(knee: 480, noise: 0.01, spoilt: 0.02)
            let outcome = Self.end(target, guess: 350, seed: seed)
            probes += outcome.probes
            guard case .found(let knee) = outcome.end, abs(knee.perSecond / 480 - 1) < 0.05 else { continue }
            found += 1
        }
        #expect(found >= 490, "\(found) of 500 within 5 %")
        #expect(probes / 500 <= 14, "\(probes / 500) probes on average")
    }

    @Test func `a declared rate is asked for itself`() {
        var search = KneeSearch(.init(guess: 400, declared: 487, hold: .seconds(10)))
        var random = Seed(1).stream()
        var asked: [Double] = []
        while let probe = search.next() {
            asked.append(probe.perSecond)
            let answer = Target(knee: 500).answer(probe, &random)
            search.take(answer.0, leansGood: answer.leansGood)
        }
        #expect(asked.contains(487), "\(asked)")
    }

    @Test func `a load that cannot be made twice ends the search, and one that failed once does not`() {
        var search = KneeSearch(.init(guess: 100, hold: .seconds(10)))
        search.take(.notMade, leansGood: true)
        #expect(search.next()?.perSecond == 100)
        search.take(.good, leansGood: true)
        search.take(.notMade, leansGood: false)
        #expect(search.end == nil)
        search.take(.notMade, leansGood: false)
        #expect(search.end == .notMade(at: 125, held: 100))
    }

    @Test func `an undecided probe is repeated longer, and then its value counts`() {
        var search = KneeSearch(.init(guess: 100, hold: .seconds(10)))
        search.take(.undecided, leansGood: true)
        #expect(search.next() == Probe(.search, perSecond: 100, hold: .seconds(40)))
        search.take(.undecided, leansGood: true)
        #expect(search.next() == Probe(.search, perSecond: 125, hold: .seconds(10)))
    }

    @Test func `a rate that was found bad by one probe is asked once more`() {
        var search = KneeSearch(.init(guess: 100, hold: .seconds(10)))
        search.take(.bad, leansGood: false)
        while let probe = search.next(), search.probesTaken < 20 {
            // From the second on everything up to 200 is good.
            search.take(probe.perSecond < 200 ? .good : .bad, leansGood: true)
        }
        guard case .found(let knee) = search.end else {
            Issue.record("\(String(describing: search.end))")
            return
        }
        #expect((190...200).contains(knee.perSecond), "\(knee)")
    }

    @Test func `a knee that does not hold for long is confirmed lower`() {
        var search = KneeSearch(.init(guess: 100, hold: .seconds(10)))
        while let probe = search.next() {
            // What holds for ten seconds at 120 holds for thirty at 108.
            let knee = probe.hold > .seconds(10) ? 108.0 : 120
            search.take(probe.perSecond < knee ? .good : .bad, leansGood: true)
        }
        guard case .found(let knee) = search.end else {
            Issue.record("\(String(describing: search.end))")
            return
        }
        #expect((102...108).contains(knee.perSecond) && knee.high ?? 0 <= 118, "\(knee)")
    }

    @Test func `a search has an end, whatever comes`() {
        for seed in 1...200 as ClosedRange<UInt64> {
            var search = KneeSearch(.init(guess: 100, hold: .seconds(10)))
            var random = Seed(seed).stream()
            while search.next() != nil {
                search.take(ProbeStanding.allCases[Int(random.below(4))], leansGood: random.chance(0.5))
            }
            #expect(search.probesTaken <= KneeSearch.probesMax, "seed \(seed)")
        }
        let never = Self.end(Target(knee: 1e9), guess: 100, seed: 1)
        #expect(never.end == .neverBroke(upTo: 1_000_000))
        #expect(Self.end(Target(knee: 1e-9), guess: 100, seed: 1).end == .neverHeld(downTo: 0.1))
    }

    @Test func `rates have as many digits as people can say`() {
        let said = [0.123456, 1.23456, 447.2135, 12_345.6, 987_654, 0.1].map { KneeSearch.rounded($0, 0.05) }
        #expect(said == [0.123, 1.23, 447, 12_300, 988_000, 0.1])
    }
}
