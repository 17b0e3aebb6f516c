import Testing
import Timebase

@Suite struct TimebaseTests {
    @Test(arguments: [
        ("0s", 0), ("1ns", 1), ("1500us", 1_500_000), ("250ms", 250_000_000), ("10s", 10_000_000_000),
    ])
    func `a span is written with the largest unit that leaves no fraction, and read back`(text: String, count: Int64) {
        #expect(TimeSpan.nanoseconds(count).description == text)
        #expect(TimeSpan(text) == .nanoseconds(count))
    }

    @Test func `minutes are read, though never written`() {
        #expect(TimeSpan("5m") == .seconds(300))
        #expect(TimeSpan("5m")?.description == "300s")
    }

    @Test(arguments: [
        "", "s", "5", "-5s", "+5s", "5 s", "1.5s", "5h", "5S", "٣s", "9223372036855s", "99999999999999999999ns",
    ])
    func `anything but a whole number with its unit is no span`(text: String) {
        #expect(TimeSpan(text) == nil)
    }

    @Test func `a deadline beyond the clock is never, and never stays never`() {
        #expect(Instant(nanoseconds: 5) + .nanoseconds(.max) == .never)
        #expect(Instant.never + .seconds(1) == .never)
        #expect(Instant.never + .seconds(-1) == .never)
        #expect(Instant(nanoseconds: 7) - Instant(nanoseconds: 9) == .nanoseconds(-2))
    }
}
