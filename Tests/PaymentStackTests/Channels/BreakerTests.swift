import StackVocabulary
import Testing
import Timebase

@testable import PaymentStack

@Suite struct BreakerTests {
    /// Ten calls a second until `end`, of which `isWell` says how they go.
    struct Course {
        var breaker: Breaker
        var now = Instant.zero

        init(_ setting: BreakerSetting = BreakerSetting(), _ defects: DefectSwitches = []) {
            breaker = Breaker(setting, defects: defects)
        }

        mutating func run(_ seconds: Int, isWell: Bool) {
            for _ in 0..<(seconds * 10) {
                if let leave = breaker.enter(now: now) { breaker.note(leave, isWell: isWell, now: now) }
                now = now + .milliseconds(100)
            }
        }
    }

    @Test func `it opens when enough has failed, probes, and closes when the probes are well`() {
        var course = Course()
        course.run(1, isWell: true)
        course.run(1, isWell: false)
        #expect(course.breaker.state == .open && course.breaker.opened == 1)
        course.run(4, isWell: false)
        #expect(course.breaker.state == .open && course.breaker.opened == 1)
        course.run(1, isWell: false)
        #expect(course.breaker.opened == 2)
        course.run(6, isWell: true)
        #expect(course.breaker.state == .closed)
    }

    @Test func `few calls open nothing, and neither do few failures`() {
        var course = Course()
        for _ in 0..<19 {
            guard let leave = course.breaker.enter(now: .zero) else { return }
            course.breaker.note(leave, isWell: false, now: .zero)
        }
        #expect(course.breaker.state == .closed)
        var mixed = Course()
        for turn in 0..<1_000 {
            guard let leave = mixed.breaker.enter(now: mixed.now) else { return }
            mixed.breaker.note(leave, isWell: turn % 5 > 1, now: mixed.now)
            mixed.now = mixed.now + .milliseconds(20)
        }
        #expect(mixed.breaker.state == .closed)
    }

    @Test func `half open lets its probes through and no more`() {
        var course = Course()
        course.run(2, isWell: false)
        let later = course.now + .seconds(5)
        let leaves = (0..<10).compactMap { _ in course.breaker.enter(now: later) }
        #expect(leaves.count == 3 && course.breaker.state == .halfOpen)
        course.breaker.note(leaves[0], isWell: nil, now: later)
        #expect(course.breaker.enter(now: later) != nil)
        for leave in leaves.dropFirst() { course.breaker.note(leave, isWell: true, now: later) }
        #expect(course.breaker.state == .halfOpen)
    }

    @Test func `what began before it opened does not close it`() {
        var course = Course()
        guard let early = course.breaker.enter(now: .zero) else { return }
        course.run(2, isWell: false)
        course.breaker.note(early, isWell: true, now: course.now)
        #expect(course.breaker.state == .open)
    }

    @Test func `planted: it never opens`() {
        var course = Course(BreakerSetting(), [.breakerNeverOpens])
        course.run(20, isWell: false)
        #expect(course.breaker.state == .closed && course.breaker.refused == 0)
    }

    @Test func `planted: it never closes`() {
        var course = Course(BreakerSetting(), [.breakerNeverCloses])
        course.run(2, isWell: false)
        course.run(60, isWell: true)
        #expect(course.breaker.state == .open)
    }
}

@Suite struct RetryRuleTests {
    @Test func `retries are a tenth of first sends, and a handful`() {
        var budget = RetryBudget()
        var retries = 0
        for _ in 0..<10_000 {
            budget.earn()
            for _ in 0..<2 where budget.spend() { retries += 1 }
        }
        #expect(1_000...1_010 ~= retries)
        #expect(budget.refused == 20_000 - UInt64(retries))
    }

    @Test func `waits double, are spread, and are never shorter than the bank asked for`() {
        #expect(RetryRule.wait(after: 1, retryAfter: nil, draw: 0) == .milliseconds(25))
        #expect(RetryRule.wait(after: 1, retryAfter: nil, draw: 0.5) == .milliseconds(50))
        #expect(RetryRule.wait(after: 2, retryAfter: nil, draw: 0.5) == .milliseconds(100))
        #expect(RetryRule.wait(after: 1, retryAfter: 2, draw: 0.5) == .seconds(2))
    }
}
