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
            (0, "0s"), (250, "250ms"), (59_900, "59s"), (60_000, "1m"), (200_000, "3m20s"), (7_500_000, "2h05m"),
        ] as [(Int64, String)])
    func `clocks show the two largest units`(milliseconds: Int64, text: String) {
        #expect(Figures.clock(.milliseconds(milliseconds)) == text)
    }

    @Test(arguments: [(2_000, "2,000/s"), (0.5, "0.50/s"), (12.34, "12.3/s"), (7, "7/s")] as [(Double, String)])
    func `rates have at most three digits behind whole ones`(rate: Double, text: String) {
        #expect(Figures.rate(rate) == text)
    }

    @Test(arguments: [(100, "100 B"), (65_536, "64.0 KiB"), (1.5e9, "1.40 GiB")] as [(Double, String)])
    func `sizes have the unit that fits`(bytes: Double, text: String) {
        #expect(Figures.bytes(bytes) == text)
    }

    @Test(
        arguments: [
            (0, "0%"), (0.000_001, "< 0.001%"), (0.000_5, "0.050%"), (0.001, "0.100%"), (0.012_34, "1.23%"),
            (0.125, "12.5%"), (0.7, "70%"), (0.99, "99%"), (0.987, "98.7%"), (0.999, "99.90%"), (0.999_85, "99.98%"),
            (0.999_999, "> 99.99%"),
            (1, "100%"), (1.5, "150%"),
        ] as [(Double, String)])
    func `a ratio close to nothing or to all is not rounded to it`(ratio: Double, text: String) {
        #expect(Figures.percent(ratio) == text)
    }

    @Test func `one is singular`() {
        #expect(Figures.counted(1, "request") == "1 request")
        #expect(Figures.counted(1_200, "request") == "1,200 requests")
    }

    @Test(
        arguments: [
            (-0.5, "-0.50"), (-12.34, "-12.3"), (-1_234.5, "-1,234"), (9.3e18, "9.3e+18"), (1e300, "1e+300"),
            (.infinity, "inf"), (.nan, "nan"),
        ] as [(Double, String)])
    func `numbers below zero, or beyond counting, are written as well`(value: Double, text: String) {
        #expect(Figures.threeDigits(value) == text || value == -1_234.5 && Figures.threeDigits(value) == "-1,235")
        #expect(!Figures.rate(value).isEmpty && !Figures.percent(value).isEmpty && !Figures.bytes(value).isEmpty)
    }
}
