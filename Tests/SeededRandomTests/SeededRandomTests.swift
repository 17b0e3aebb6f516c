import Testing

@testable import SeededRandom

@Suite struct SeededRandomTests {
    @Test func `the generator is xoshiro256 starstar as published`() {
        var random = SeededRandom(state: (1, 2, 3, 4))
        #expect(
            (0..<6).map { _ in random.next() } == [
                11520, 0, 1_509_978_240, 1_215_971_899_390_074_240, 1_216_172_134_540_287_360, 607_988_272_756_665_600,
            ])
    }

    @Test func `the filler is SplitMix64 as published`() {
        var filler = SplitMix64(state: 1_234_567)
        #expect(
            (0..<3).map { _ in filler.next() } == [
                6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
            ])
    }

    @Test(arguments: [1, 2, 3, 5, 6, 7, 10, 1 << 32, 1 << 63, .max] as [UInt64])
    func `a bounded integer stays below its bound`(bound: UInt64) {
        var random = Seed(bound).stream()
        let largest = (0..<200).map { _ in random.below(bound) }.max()!
        #expect(largest < bound)
    }

    @Test func `bounded integers are unbiased where multiplying alone would not be`() {
        // floor(3 x / 4) hits every third value twice: the remainder by 3 shows what the rejection is for.
        let bound: UInt64 = 3 << 62
        var random = Seed(5).stream()
        var (seen, naive) = ([0, 0, 0], [0, 0, 0])
        for _ in 0..<20_000 {
            seen[Int(random.below(bound) % 3)] += 1
            naive[Int(random.next().multipliedFullWidth(by: bound).high % 3)] += 1
        }
        let thirds = [1.0 / 3, 1.0 / 3, 1.0 / 3]
        #expect(GoodnessOfFit.ofCounts(seen, to: thirds).fits)
        #expect(!GoodnessOfFit.ofCounts(naive, to: thirds).fits)
    }

    @Test(arguments: [-3...3, 0...0, Int64.min...Int64.max, Int64.max - 1...Int64.max] as [ClosedRange<Int64>])
    func `an integer stays within its range`(range: ClosedRange<Int64>) {
        var random = Seed(6).stream()
        let drawn = (0..<200).map { _ in random.integer(in: range) }
        #expect(drawn.allSatisfy(range.contains))
    }

    @Test func `small ranges are covered whole`() {
        var random = Seed(6).stream()
        #expect(Set((0..<200).map { _ in random.integer(in: -3...3) }) == Set(-3...3))
    }

    @Test func `the extreme draws stay inside the unit interval`() {
        var (unit, open) = (SeededRandom.drawing(.max), SeededRandom.drawing(.max))
        #expect(unit.unit() == 1.0.nextDown)
        #expect(open.openUnit() < 1)
        (unit, open) = (.drawing(0), .drawing(0))
        #expect(unit.unit() == 0)
        #expect(open.openUnit() > 0)
    }

    @Test func `chance 0 never comes and chance 1 always`() {
        var random = Seed(9).stream()
        var seen: [Bool] = []
        for _ in 0..<1_000 { seen += [random.chance(0), !random.chance(1)] }
        #expect(!seen.contains(true))
    }
}

extension SeededRandom {
    /// The generator whose next draw is `output`: 9 * rotl(5 * s, 7), undone step by step.
    fileprivate static func drawing(_ output: UInt64) -> SeededRandom {
        let (inverseOf9, inverseOf5): (UInt64, UInt64) = (0x8E38_E38E_38E3_8E39, 0xCCCC_CCCC_CCCC_CCCD)
        let rotated = output &* inverseOf9
        return SeededRandom(state: (1, ((rotated &>> 7) | (rotated &<< 57)) &* inverseOf5, 3, 4))
    }
}
