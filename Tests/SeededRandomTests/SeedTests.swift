import SeededRandom
import Testing

@Suite struct SeedTests {
    let seed = Seed(20_261_111)

    @Test func `places of the tree have golden bits`() {
        #expect(seed.bits == 0x143E_FC5A_0F27_6F99)
        #expect(seed.child(0).bits == 0x28_92FF_43EF_DE05)
        #expect(seed.child(9_000_000).bits == 0xDD7E_8B11_FEDD_AFB0)
        #expect(seed.split("").bits == 0x6DAE_E0BA_6CAC_ED97)
        #expect(seed.split("arrivals").bits == 0xEFB7_3C63_73AB_74A9)
        #expect(seed.split("pay_01HX-0001").bits == 0x67C_927E_1DD7_CE68)
        #expect(seed.unit.bitPattern == 0x3FD2_BFDE_34E8_5496)
    }

    @Test func `a stream has golden draws`() {
        var stream = seed.stream()
        #expect(
            [stream.next(), stream.next(), stream.next()] == [
                0xDC4E_5A38_D63B_4AAC, 0xFCF6_081A_E229_D3FE, 0x2365_E9B4_77EB_60E5,
            ])
    }

    @Test func `labels that differ in one byte, length or padding lead to different places`() {
        var labels = [""]
        for length in 1...17 {
            for place in 0..<length {
                var bytes = [UInt8](repeating: 0x61, count: length)
                bytes[place] = 0x62
                labels.append(String(decoding: bytes, as: UTF8.self))
            }
            labels.append(String(repeating: "a", count: length))
            labels.append(String(repeating: "\0", count: length))
        }
        #expect(Set(labels.map { seed.split($0).bits }).count == labels.count)
    }

    @Test func `a label's text and its bytes lead to the same place`() {
        let bytes = Array("order/4711".utf8)
        #expect(seed.split("order/4711") == seed.split(bytes.span))
    }

    @Test(arguments: 0...48)
    func `a label in words leads where its bytes lead`(count: Int) {
        var words = InlineArray<6, UInt64>(repeating: 0)
        var letters: [UInt8] = []
        for index in 0..<count {
            letters.append(UInt8(index + 65))
            words[index / 8] |= UInt64(letters[index]) << UInt64(8 * (index % 8))
        }
        #expect(seed.split(words, byteCount: count) == seed.split(letters.span))
    }

    @Test func `children, splits and the place itself never share a number`() {
        var bits: Set<UInt64> = [seed.bits]
        for index in 0..<10_000 { bits.insert(seed.child(index).bits) }
        for index in 0..<10_000 { bits.insert(seed.split("\(index)").bits) }
        #expect(bits.count == 20_001)
    }

    @Test func `neighbouring seeds and children are unrelated`() {
        // Every output bit differs in about half of the pairs: a share outside 0.5 +- 5 sigma is a defect.
        let pairs = 4_000
        var flips = [Int](repeating: 0, count: 64)
        for index in 0..<pairs {
            var (one, other) = (seed.child(index).stream(), seed.child(index + 1).stream())
            let difference = one.next() ^ other.next()
            for bit in 0..<64 where difference >> UInt64(bit) & 1 == 1 { flips[bit] += 1 }
        }
        for bit in 0..<64 {
            #expect(abs(flips[bit] - pairs / 2) < 5 * 32, "bit \(bit) flipped \(flips[bit]) times in \(pairs)")
        }
    }

    @Test func `the fates of payments follow their probability and not their order`() {
        let fates = seed.split("fates")
        let references = (0..<20_000).map { "pay_\($0)" }
        let forwards = references.filter { fates.split($0).unit < 0.02 }
        let backwards = references.reversed().filter { fates.split($0).unit < 0.02 }
        #expect(forwards == backwards.reversed())
        let fit = GoodnessOfFit.ofCounts([forwards.count, 20_000 - forwards.count], to: [0.02, 0.98])
        #expect(fit.fits, "\(fit)")
    }
}
