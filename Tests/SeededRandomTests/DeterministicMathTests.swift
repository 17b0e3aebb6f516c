import Glibc
import SeededRandom
import Testing

@Suite struct DeterministicMathTests {
    @Test(
        arguments: [
            (0.1, 0xC002_6BB1_BBB5_5515), (0.7071067811865476, 0xBFD6_2E42_FEFA_39EE), (1.5, 0x3FD9_F323_ECBF_984C),
            (2.0, 0x3FE6_2E42_FEFA_39EF), (10.0, 0x4002_6BB1_BBB5_5516), (4900.0, 0x4020_FE75_8967_4121),
            (1e-300, 0xC085_9634_47F8_7FB5),
        ] as [(Double, UInt64)])
    func `logarithms have golden bits`(x: Double, bits: UInt64) {
        #expect(DeterministicMath.log(x).bitPattern == bits)
    }

    @Test(
        arguments: [
            (-700.5, 0xC4_FF47_5C68_CA02), (-1.0, 0x3FD7_8B56_362C_EF38), (-0.1, 0x3FEC_F46D_99D5_2B3A),
            (0.1, 0x3FF1_AEC7_B35A_00D4), (0.5, 0x3FFA_6129_8E1E_069C), (1.0, 0x4005_BF0A_8B14_5769),
            (10.0, 0x40D5_829D_CF95_0560), (709.5, 0x7FE8_1E9B_4B52_D0C9),
        ] as [(Double, UInt64)])
    func `exponentials have golden bits`(x: Double, bits: UInt64) {
        #expect(DeterministicMath.exp(x).bitPattern == bits)
    }

    @Test(
        arguments: [
            (2.0, 0.5, 0x3FF6_A09E_667F_3BCC), (0.1, 3.0, 0x3F50_624D_D2F1_A9FD), (10.0, -2.5, 0x3F69_E7C6_E433_90B7),
            (1.5, 100.0, 0x4396_9194_F299_CDDA),
        ] as [(Double, Double, UInt64)])
    func `powers have golden bits`(x: Double, y: Double, bits: UInt64) {
        #expect(DeterministicMath.power(x, y).bitPattern == bits)
    }

    @Test(
        arguments: [
            (1e-12, 0xC01C_234F_BA57_A32A), (0.01, 0xC002_9C5C_4630_FF0E), (0.25, 0xBFE5_956B_8752_8A49), (0.5, 0),
            (0.9, 0x3FF4_813C_36E2_6D33), (0.99, 0x4002_9C5C_4630_FF0E), (0.999999, 0x4013_0381_A979_85F1),
        ] as [(Double, UInt64)])
    func `normal quantiles have golden bits`(probability: Double, bits: UInt64) {
        #expect(StandardNormal.quantile(probability).bitPattern == bits)
    }

    @Test func `sixty thousand results have one golden hash`() {
        var random = Seed(7).stream()
        var hash = Seed(0)
        for _ in 0..<10_000 {
            let unit = random.openUnit()
            for result in [
                DeterministicMath.log(unit), DeterministicMath.exp(unit * 40 - 20),
                DeterministicMath.log1p(unit - 0.5), DeterministicMath.expm1(unit - 0.5),
                DeterministicMath.power(unit, unit * 30 - 15), StandardNormal.quantile(unit),
            ] { hash = Seed(hash.bits ^ result.bitPattern) }
        }
        #expect(hash.bits == 0x2A16_D098_B35D_0C9C)
    }

    /// The C library is itself up to one ulp off; ours is stated in DeterministicMath.
    @Test func `results are within a few ulp of the C library's`() {
        var random = Seed(11).stream()
        for _ in 0..<5_000 {
            let wide = (random.unit() - 0.5) * 1400
            let small = (random.unit() - 0.5) * 3.9
            let positive = Glibc.exp(small)
            expect(DeterministicMath.exp(wide), near: Glibc.exp(wide), ulps: 2, "exp(\(wide))")
            expect(DeterministicMath.exp(small), near: Glibc.exp(small), ulps: 2, "exp(\(small))")
            expect(DeterministicMath.expm1(small), near: Glibc.expm1(small), ulps: 4, "expm1(\(small))")
            expect(DeterministicMath.log(positive), near: Glibc.log(positive), ulps: 2, "log(\(positive))")
            expect(DeterministicMath.log(Glibc.exp(wide)), near: Glibc.log(Glibc.exp(wide)), ulps: 2, "log exp \(wide)")
            expect(DeterministicMath.log1p(small / 2), near: Glibc.log1p(small / 2), ulps: 3, "log1p(\(small / 2))")
            let y = wide / 4
            expect(DeterministicMath.power(positive, y), near: pow(positive, y), ulps: 2, "\(positive) ^ \(y)")
        }
    }

    /// Phi(quantile(p)) = p, with Phi from the C library's erfc.
    @Test func `the normal quantile inverts the distribution function`() {
        var random = Seed(12).stream()
        for _ in 0..<5_000 {
            let probability = DeterministicMath.exp(-36 * random.openUnit())
            let back = erfc(-StandardNormal.quantile(probability) / 2.0.squareRoot()) / 2
            #expect((back / probability - 1).magnitude < 1e-12, "p = \(probability)")
        }
    }

    @Test func `edges follow IEEE`() {
        #expect(DeterministicMath.log(0) == -.infinity)
        #expect(DeterministicMath.log(-1).isNaN)
        #expect(DeterministicMath.log(.infinity) == .infinity)
        #expect(DeterministicMath.log(1) == 0)
        #expect(DeterministicMath.log(.nan).isNaN)
        #expect(DeterministicMath.log(.leastNonzeroMagnitude) == Glibc.log(.leastNonzeroMagnitude))
        #expect(DeterministicMath.exp(0) == 1)
        #expect(DeterministicMath.exp(.infinity) == .infinity)
        #expect(DeterministicMath.exp(710) == .infinity)
        #expect(DeterministicMath.exp(-.infinity) == 0)
        #expect(DeterministicMath.exp(-745) == .leastNonzeroMagnitude)
        #expect(DeterministicMath.exp(-746) == 0)
        #expect(DeterministicMath.exp(.nan).isNaN)
        #expect(DeterministicMath.log1p(-1) == -.infinity)
        for (x, y) in [
            (0.0, 2.0), (0, -2), (0, 0), (2, 0), (1, 1e300), (.infinity, -1), (.infinity, 1), (2, 1e9), (2, -1e9),
        ] {
            #expect(DeterministicMath.power(x, y) == pow(x, y), "\(x) ^ \(y)")
        }
    }

    private func expect(_ actual: Double, near wanted: Double, ulps: Double, _ what: @autoclosure () -> String) {
        guard wanted.magnitude >= .leastNormalMagnitude, wanted.isFinite else { return }
        let off = (actual - wanted).magnitude / wanted.ulp
        if off > ulps || off.isNaN { Issue.record("\(what()): \(actual), \(off) ulp from \(wanted)") }
    }
}
