import EventLoop
import SeededRandom
import StackVocabulary
import Timebase

@testable import PaymentStack

/// A door under arrivals without memory, in virtual time: who came, what became of it, and when.
final class DoorRig {
    struct Stage {
        let perSecond: Double
        let seconds: Double
    }

    /// What came in one second of virtual time, by the second in which it came.
    struct Second {
        var offered = 0
        /// Answered within half a second.
        var good = 0
        var admitted = Array(repeating: 0, count: Tier.allCases.count)
        var shed = Array(repeating: 0, count: Tier.allCases.count)
    }

    struct Tally {
        var seconds: [Second] = []
        /// Nanoseconds until a refusal was told.
        var refusalTimes: [Int64] = []
        var answerTimes: [Int64] = []
        var refusals: [Limit: Int] = [:]
        var retryAfters: [TimeSpan] = []
        /// Of each merchant.
        var offered: [UInt32: Int] = [:]
        var admitted: [UInt32: Int] = [:]
        var pending = 0
        var pendingPeak = 0
        var figures: DoorFigures?

        func goodput(_ range: Range<Int>) -> Double {
            Double(seconds[range].reduce(0) { $0 + $1.good }) / Double(range.count)
        }

        func share(_ tier: Tier, _ range: Range<Int>) -> Double {
            let place = Int(tier.rawValue)
            let admitted = seconds[range].reduce(0) { $0 + $1.admitted[place] }
            let shed = seconds[range].reduce(0) { $0 + $1.shed[place] }
            return admitted + shed == 0 ? 1 : Double(admitted) / Double(admitted + shed)
        }

        /// Seconds in which a tier was shed while a lower one was let in, of those in which any was shed.
        var inversions: (seconds: Int, of: Int) {
            let shedding = seconds.filter { $0.shed.contains { $0 > 0 } }
            let inverted = shedding.count { second in
                guard let first = second.shed.firstIndex(where: { $0 > 0 }) else { return false }
                return second.admitted[(first + 1)...].contains { $0 > 0 }
            }
            return (inverted, shedding.count)
        }

        /// Jain's index over the merchants' shares of success.
        var jain: Double {
            let shares = offered.keys.sorted().map { Double(admitted[$0] ?? 0) / Double(offered[$0]!) }
            let sum = shares.reduce(0, +)
            let squares = shares.reduce(0) { $0 + $1 * $1 }
            return squares == 0 ? 0 : sum * sum / (Double(shares.count) * squares)
        }

        static func percentile(_ percent: Double, of times: [Int64]) -> TimeSpan {
            guard !times.isEmpty else { return .zero }
            let sorted = times.sorted()
            return TimeSpan(nanoseconds: sorted[min(sorted.count - 1, Int(Double(sorted.count) * percent / 100))])
        }
    }

    static let everything: [(Tier, Double)] = [
        (.settle, 0.05), (.pay, 0.6), (.refund, 0.1), (.query, 0.15), (.cashier, 0.05), (.report, 0.05),
    ]

    let loop: EventLoop
    let setting: StackSetting
    let seed: Seed
    var mix: [(Tier, Double)] = [(.pay, 1)]
    var merchants: UInt64 = 50
    var bank = TimeSpan.milliseconds(20)
    var patience = TimeSpan.seconds(10)
    var tally = Tally()
    private var began = Instant.zero

    init(_ number: UInt64, defects: DefectSwitches = [], change: (inout StackSetting) -> Void = { _ in }) {
        loop = EventLoop.simulated(seed: number)
        seed = Seed(number)
        var setting = StackSetting()
        setting.cores = 2
        setting.service = ServiceCosts(pay: .milliseconds(1))
        setting.defects = defects
        change(&setting)
        self.setting = setting
    }

    func run(_ stages: [Stage]) -> Tally {
        loop.run { [self] in
            let processor = DeclaredProcessor(setting, on: loop)
            let door = Door(.live, setting, through: processor, on: loop, seed: seed.split("door"))
            began = loop.now
            await arrive(at: door, stages)
            let place = Parking(loop)
            while tally.pending > 0 { await place.rest(until: loop.now + .milliseconds(100)) }
            tally.figures = door.figures
        }
        return tally
    }

    private func arrive(at door: Door, _ stages: [Stage]) async {
        var random = seed.split("arrivals").stream()
        let place = Parking(loop)
        var next = began
        var end = began
        for stage in stages {
            end = end + TimeSpan(nanoseconds: Int64(stage.seconds * 1e9))
            let gap = Exponential(mean: 1e9 / stage.perSecond)
            next = max(next, loop.now)
            while true {
                next = next + TimeSpan(nanoseconds: Int64(gap.sample(&random)))
                if next >= end { break }
                if next > loop.now { await place.rest(until: next) }
                knock(at: door, &random)
            }
            next = end
        }
    }

    private func knock(at door: Door, _ random: inout SeededRandom) {
        var draw = random.unit()
        let tier =
            mix.first { entry in
                draw -= entry.1
                return draw < 0
            }.map(\.0) ?? mix[mix.count - 1].0
        let merchant = UInt32(random.below(merchants)) + 1
        let at = loop.now
        let second = Int((at - began).seconds)
        while tally.seconds.count <= second { tally.seconds.append(Second()) }
        tally.seconds[second].offered += 1
        tally.offered[merchant, default: 0] += 1
        let visit = Visit(tier: tier, merchant: merchant, at: at, second: second)
        switch door.begin(tier, .normal, merchant: merchant, until: at + patience) {
        case .refused(let refusal): refused(visit, refusal)
        case .admitted(let pass): spawn { [self] in await work(visit, pass, door) }
        case .waits(let turn):
            spawn { [self] in
                switch await door.wait(for: turn) {
                case .admitted(let pass): await work(visit, pass, door)
                case .refused(let refusal): refused(visit, refusal)
                }
            }
        }
    }

    private struct Visit {
        let tier: Tier
        let merchant: UInt32
        let at: Instant
        let second: Int
    }

    private func spawn(_ body: @escaping () async -> Void) {
        tally.pending += 1
        tally.pendingPeak = max(tally.pendingPeak, tally.pending)
        loop.spawn { [self] in
            await body()
            tally.pending -= 1
        }
    }

    private func refused(_ visit: Visit, _ refusal: Refusal) {
        tally.refusalTimes.append((loop.now - visit.at).nanoseconds)
        tally.refusals[refusal.limit, default: 0] += 1
        tally.retryAfters.append(refusal.retryAfter)
        tally.seconds[visit.second].shed[Int(visit.tier.rawValue)] += 1
    }

    private func work(_ visit: Visit, _ pass: Pass, _ door: Door) async {
        var pass = pass
        tally.seconds[visit.second].admitted[Int(visit.tier.rawValue)] += 1
        tally.admitted[visit.merchant, default: 0] += 1
        door.pause(&pass)
        if bank > .zero { await Parking(loop).rest(until: loop.now + bank) }
        door.resume(&pass)
        door.leave(pass)
        let time = loop.now - visit.at
        tally.answerTimes.append(time.nanoseconds)
        if time <= .milliseconds(500) { tally.seconds[visit.second].good += 1 }
    }
}
