import Numerals
import Testing
import Timebase

@Suite struct FiguresTests {
    @Test(arguments: [(0, "0"), (999, "999"), (1_000, "1,000"), (-1_234_567, "-1,234,567")])
    func `counts are grouped by thousands`(count: Int, text: String) {
        #expect(Figures.grouped(count) == text)
    }

    @Test(
        arguments: [
            (0, "0ns"), (999, "999ns"), (1_000, "1.00us"), (9_994, "9.99us"), (9_996, "10.0us"), (84_120, "84.1us"),
            (99_960, "100us"), (1_520_000, "1.52ms"), (12_000_000_000, "12.0s"), (3_600_000_000_000, "3,600s"),
        ] as [(UInt64, String)])
    func `spans have three digits and the unit that fits`(nanoseconds: UInt64, text: String) {
        #expect(Figures.span(nanoseconds: nanoseconds) == text)
    }

    @Test(
        arguments: [
            (0, "0%"), (0.000_001, "< 0.001%"), (0.000_5, "0.050%"), (0.001, "0.100%"), (0.012_34, "1.23%"),
            (0.125, "12.5%"), (0.987, "98.7%"), (0.999, "99.90%"), (0.999_85, "99.98%"), (0.999_999, "> 99.99%"),
            (1, "100%"), (1.5, "150%"),
        ] as [(Double, String)])
    func `a ratio close to nothing or to all is not rounded to it`(ratio: Double, text: String) {
        #expect(Figures.percent(ratio) == text)
    }

    @Test func `one is singular`() {
        #expect(Figures.counted(1, "request") == "1 request")
        #expect(Figures.counted(1_200, "request") == "1,200 requests")
    }
}
