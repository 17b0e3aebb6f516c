import EventLoop
import SeededRandom
import StackVocabulary
import Testing
import Timebase

@testable import PaymentStack

@Suite struct DoorTests {
    private static func setting(_ change: (inout StackSetting) -> Void = { _ in }) -> StackSetting {
        var setting = StackSetting()
        setting.service = ServiceCosts(pay: .milliseconds(1))
        change(&setting)
        return setting
    }

    private static func door(_ setting: StackSetting, on loop: EventLoop, _ namespace: Namespace = .live) -> Door {
        Door(namespace, setting, through: DeclaredProcessor(setting, on: loop), on: loop, seed: Seed(1))
    }

    private static func limit(_ beginning: Beginning) -> Limit? {
        if case .refused(let refusal) = beginning { refusal.limit } else { nil }
    }

    @Test func `a deadline that has passed is refused before any work`() {
        let loop = EventLoop.simulated(seed: 1)
        loop.run {
            let door = Self.door(Self.setting(), on: loop)
            #expect(Self.limit(door.begin(.pay, .normal, merchant: 1, until: loop.now)) == .deadline)
            // A millisecond of work does not fit into half of one.
            let soon = loop.now + .microseconds(500)
            #expect(Self.limit(door.begin(.pay, .normal, merchant: 1, until: soon)) == .deadline)
            #expect(door.figures.counts.refused(by: .deadline)[.pay] == 2)
            #expect(door.figures.inside == 0)
        }
    }

    @Test func `a merchant over its quota is told when there is room again, and no other is`() {
        let loop = EventLoop.simulated(seed: 1)
        loop.run {
            let door = Self.door(Self.setting { $0.merchantRate = 0.25 }, on: loop)
            let deadline = loop.now + .seconds(10)
            guard case .admitted = await door.enter(.pay, .normal, merchant: 1, until: deadline) else {
                Issue.record("the first was refused")
                return
            }
            guard case .refused(let refusal) = await door.enter(.pay, .normal, merchant: 1, until: deadline) else {
                Issue.record("the second was let in")
                return
            }
            #expect(refusal.limit == .merchant)
            #expect(refusal.retryAfter >= .seconds(4) && refusal.retryAfter <= .seconds(5), "\(refusal)")
            guard case .admitted = await door.enter(.pay, .normal, merchant: 2, until: deadline) else {
                Issue.record("another merchant was refused")
                return
            }
        }
    }

    @Test func `what waits for a bank makes room, and what comes back is never refused`() {
        let loop = EventLoop.simulated(seed: 1)
        loop.run {
            let door = Self.door(Self.setting(), on: loop)
            guard case .admitted(var pass) = await door.enter(.pay, .normal, merchant: 1, until: .never) else { return }
            #expect(door.figures.inside == 1)
            door.pause(&pass)
            door.pause(&pass)
            #expect(door.figures.inside == 0)
            door.resume(&pass)
            #expect(door.figures.inside == 1)
            door.leave(pass)
            #expect(door.figures.inside == 0)
        }
    }

    @Test func `a full room gives the place of the least precious to the more precious`() {
        let loop = EventLoop.simulated(seed: 1)
        loop.run {
            let door = Self.door(
                Self.setting {
                    $0.queueMax = 2
                    $0.queueAgeMax = .seconds(10)
                }, on: loop)
            var ends: [String] = []
            var tasks: [SpawnedTask] = []
            func come(_ name: String, _ tier: Tier) {
                tasks.append(
                    loop.spawn {
                        switch await door.enter(tier, .normal, merchant: 1, until: .never) {
                        case .admitted(let pass):
                            ends.append(name)
                            door.leave(pass)
                        case .refused(let refusal): ends.append("\(name) \(refusal.limit)")
                        }
                    })
            }
            // Eight are let in, two wait.
            for number in 0..<8 { come("in\(number)", .pay) }
            come("report", .report)
            come("query", .query)
            come("pay", .pay)
            come("settle", .settle)
            come("late", .pay)
            for task in tasks { await task.join() }
            #expect(ends.filter { $0.contains(" ") }.sorted() == ["late queue", "query queue", "report queue"])
            #expect(ends.suffix(2) == ["settle", "pay"])
        }
    }

    @Test func `a live request goes before what waits of the shadow's`() {
        let loop = EventLoop.simulated(seed: 1)
        loop.run {
            let setting = Self.setting { $0.cores = 1 }
            let processor = DeclaredProcessor(setting, on: loop)
            let live = Door(.live, setting, through: processor, on: loop, seed: Seed(1))
            let shadow = Door(.shadow, setting, through: processor, on: loop, seed: Seed(2))
            let began = loop.now
            var ends: [(String, TimeSpan)] = []
            var tasks: [SpawnedTask] = []
            func come(_ name: String, _ door: Door) {
                tasks.append(
                    loop.spawn {
                        guard case .admitted(let pass) = await door.enter(.pay, .normal, merchant: 1, until: .never)
                        else { return }
                        ends.append((name, loop.now - began))
                        door.leave(pass)
                    })
            }
            for _ in 0..<3 { come("shadow", shadow) }
            for _ in 0..<3 { come("live", live) }
            for task in tasks { await task.join() }
            // What had begun ends first.
            #expect(ends.map(\.0) == ["shadow", "live", "live", "live", "shadow", "shadow"])
            #expect(ends.map(\.1) == (1...6).map { .milliseconds($0) })
        }
    }

    @Test func `a shadow overload does not slow live requests`() {
        let loop = EventLoop.simulated(seed: 4)
        loop.run {
            let setting = Self.setting()
            let processor = DeclaredProcessor(setting, on: loop)
            let live = Door(.live, setting, through: processor, on: loop, seed: Seed(1))
            let shadow = Door(.shadow, setting, through: processor, on: loop, seed: Seed(2))
            let began = loop.now
            var slowest = TimeSpan.zero
            var (refusedLive, refusedShadow) = (0, 0)
            var tasks: [SpawnedTask] = []
            for millisecond in 0..<2_000 {
                let door = { (door: Door, onEntry: @escaping (Entry, TimeSpan) -> Void) in
                    tasks.append(
                        loop.spawn {
                            let at = loop.now
                            let entry = await door.enter(.pay, .normal, merchant: 1, until: at + .seconds(10))
                            onEntry(entry, loop.now - at)
                            if case .admitted(let pass) = entry { door.leave(pass) }
                        })
                }
                for _ in 0..<10 { door(shadow) { entry, _ in if case .refused = entry { refusedShadow += 1 } } }
                door(live) { entry, time in
                    if case .refused = entry { refusedLive += 1 }
                    slowest = max(slowest, time)
                }
                await Parking(loop).rest(until: began + .milliseconds(Int64(millisecond + 1)))
            }
            for task in tasks { await task.join() }
            #expect(refusedLive == 0)
            #expect(refusedShadow > 15_000)
            // Its own millisecond, and what is left of a shadow request that had begun, with its refusals.
            #expect(slowest <= .microseconds(3_000), "\(slowest)")
        }
    }
}
