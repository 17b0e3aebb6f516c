import StackVocabulary
import Testing
import Timebase

@testable import PaymentStack

@Suite struct ConcurrencyLimitTests {
    /// So many places; what is above them waits: the time inside follows from the limit itself.
    private static func settle(
        places: Double, alone: Int64, beginning: Int, windows: Int, known: Bool = true, used: Double = 1
    ) -> ConcurrencyLimit {
        var limit = ConcurrencyLimit(
            parts: Array(repeating: known ? .microseconds(alone) : nil, count: Pass.Part.count), from: 4, to: 1_000,
            beginning: beginning, timeMax: .milliseconds(50))
        var now = Instant.zero
        for _ in 0..<windows {
            now = now + .milliseconds(50)
            let inside = max(1, Double(limit.value) * used)
            let time = Double(alone) * max(1, inside / places)
            // Little's law: as many came out.
            for _ in 0..<max(20, Int(inside / time * 50_000)) {
                limit.learn(.first(.pay), .microseconds(Int64(time)), inside: Int(inside), at: now)
            }
        }
        return limit
    }

    @Test func `from above and from below it comes to little more than the places`() {
        for beginning in [4, 16, 500] {
            let limit = Self.settle(places: 16, alone: 1_000, beginning: beginning, windows: 200)
            #expect((20...60).contains(limit.value), "\(beginning): \(limit.value)")
        }
    }

    @Test func `it does not grow when it is not used`() {
        let limit = Self.settle(places: 1_000, alone: 1_000, beginning: 20, windows: 500, used: 0.3)
        #expect(limit.value <= 20)
    }

    @Test func `work that takes long alone is no overload`() {
        let limit = Self.settle(places: 1_000, alone: 20_000, beginning: 16, windows: 200, known: false)
        #expect(limit.value >= 200, "\(limit.value)")
    }

    @Test func `what was too busy inside makes it smaller`() {
        var limit = ConcurrencyLimit(
            parts: Array(repeating: .milliseconds(1), count: Pass.Part.count), from: 4, to: 1_000, beginning: 100,
            timeMax: .milliseconds(50))
        for window in 1...10 {
            limit.shrink()
            for _ in 0..<20 {
                limit.learn(.first(.pay), .milliseconds(1), inside: 90, at: .zero + .milliseconds(Int64(window) * 50))
            }
        }
        #expect(limit.value < 50, "\(limit.value)")
    }

    @Test func `a change of the mix is no change of the load`() {
        var limit = ConcurrencyLimit(
            parts: [nil, .milliseconds(1), nil, .microseconds(200), nil, nil, nil], from: 4, to: 1_000, beginning: 50,
            timeMax: .seconds(1))
        for window in 1...100 {
            // All queries, then all payments.
            let tier = window < 50 ? Tier.query : .pay
            let time = window < 50 ? TimeSpan.microseconds(220) : .microseconds(1_100)
            for _ in 0..<limit.value * 20 {
                limit.learn(.first(tier), time, inside: limit.value, at: .zero + .milliseconds(Int64(window) * 50))
            }
        }
        #expect(limit.value > 100, "\(limit.value)")
    }
}
