import Containers
import Testing
import Timebase

@Suite struct QuotaTests {
    private static func at(_ milliseconds: Int64) -> Instant { .zero + .milliseconds(milliseconds) }

    @Test func `a quota lets a second's worth in at once, and then its rate`() {
        var quota = Quota(perSecond: 100)
        let burst = (0..<150).count { _ in quota.take(at: Self.at(0)) == nil }
        #expect(burst == 100)
        #expect(quota.take(at: Self.at(0)) == .milliseconds(10))
        #expect(quota.take(at: Self.at(10)) == nil)
        #expect(quota.take(at: Self.at(10)) == .milliseconds(10))
        #expect(quota.refused == 52)
    }

    @Test(arguments: [0.5, 1, 3, 799.5, 12_000])
    func `over a long time a quota is its rate`(perSecond: Double) {
        var quota = Quota(perSecond: perSecond)
        var taken = 0
        let seconds = 200
        for step in 0..<seconds * 20_000 where quota.take(at: Instant(nanoseconds: Int64(step) * 50_000)) == nil {
            taken += 1
        }
        let expected = perSecond * Double(seconds) + max(1, perSecond)
        #expect(abs(Double(taken) - expected) <= 2 + expected * 0.001)
    }
}
