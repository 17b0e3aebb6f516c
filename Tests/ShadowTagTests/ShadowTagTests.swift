import Cryptography
import SeededRandom
import Testing

@testable import ShadowTag

@Suite struct ShadowTagTests {
    static let key = HMACKey(Array("0123456789abcdef0123456789abcdef".utf8))
    static let run = RunID(secondsSince1970: 1_900_000_000, entropy: [1, 2, 3, 4, 5])
    static let now: Int64 = 1_900_000_000
    static let tag = ShadowTag(run, expires: now + 60, key: key)

    /// The signature was computed with another implementation of HMAC.
    @Test func `a tag's token and baggage have their documented form`() {
        #expect(Self.run.text == "1rkzcr004106105")
        #expect(Self.tag.token == "v1.1rkzcr004106105.1900000060.gutiaoxMiY-SYP5VfSJwG2fgVb_0ilsh7o-eaBf-Jyc")
        #expect(Self.tag.baggage == "shadow=1,run=1rkzcr004106105")
        #expect(Self.tag.token.utf8.count <= ShadowTag.tokenBytesMax)
    }

    @Test func `a token is taken with its own key until its last second`() throws {
        for now in [0, Self.now, Self.now + 59] {
            let tag = try ShadowTag.verify(Self.tag.token, key: Self.key, now: now)
            #expect(tag.runID == Self.run && tag.expires == Self.now + 60)
        }
        for now in [Self.now + 60, Self.now + 61, .max] {
            #expect(throws: ShadowTagError.expired(at: Self.now + 60)) {
                try ShadowTag.verify(Self.tag.token, key: Self.key, now: now)
            }
        }
        #expect(throws: ShadowTagError.forged) {
            try ShadowTag.verify(Self.tag.token, key: HMACKey([1, 2, 3]), now: Self.now)
        }
    }

    /// Every byte, changed to every other byte: also those that other spellings of the same signature would have.
    @Test func `a token with any byte changed is refused`() {
        let token = Array(Self.tag.token.utf8)
        var taken: [[UInt8]] = []
        for place in token.indices {
            for byte in UInt8(0)...127 where byte != token[place] {
                var changed = token
                changed[place] = byte
                let text = String(decoding: changed, as: UTF8.self)
                if (try? ShadowTag.verify(text, key: Self.key, now: Self.now)) != nil { taken.append(changed) }
            }
        }
        #expect(taken.isEmpty)
    }

    @Test func `a token that is cut, lengthened or spelled otherwise is refused`() {
        let token = Self.tag.token
        let spellings =
            (0..<token.count).map { String(token.prefix($0)) }
            + ["", ".", "....", token + "=", token + ".", " " + token, token + "\n", token.uppercased()]
            + [
                token.replacing(".19", with: ".+19"), token.replacing(".19", with: ".019"),
                token.replacing("v1", with: "v2"),
            ]
            + [String(repeating: "v1.", count: 100), token + String(repeating: "A", count: 1 << 16)]
        for text in spellings {
            #expect((try? ShadowTag.verify(text, key: Self.key, now: 0)) == nil, "\(text)")
        }
    }

    @Test func `runs sort by their beginning and differ within a second`() {
        let seconds: [Int64] = [0, 1, 31, 32, 1_023, 1_899_999_999, 1_900_000_000, 34_359_738_367]
        let texts = seconds.map { RunID(secondsSince1970: $0, entropy: [255, 255, 255, 255, 255]).text }
        #expect(texts == texts.sorted() && Set(texts).count == seconds.count)
        var entropy = [UInt8](repeating: 0, count: 5)
        var seen: Set<String> = []
        for place in 0..<40 {
            entropy = [UInt8](repeating: 0, count: 5)
            entropy[place / 8] = 1 << UInt8(place % 8)
            seen.insert(RunID(secondsSince1970: 7, entropy: entropy).text)
        }
        #expect(seen.count == 40)
        #expect(RunID(texts[5])?.text == texts[5])
        #expect(Self.run.worker(3) == "1rkzcr004106105-w3")
        for text in [
            "", "1rkzcr00410610", "1rkzcr0041061051", "1rkzcr00410610u", "1RKZCR004106105", "../../../../../x",
        ] {
            #expect(RunID(text) == nil, "\(text)")
        }
    }
}

@Suite struct TraceparentTests {
    @Test func `a traceparent has the standard's form and is never zero`() {
        var bytes: [UInt8] = Array("x: ".utf8)
        bytes.reserveCapacity(64)
        Traceparent.append(seed: Seed(7).child(1), to: &bytes)
        let text = String(decoding: bytes.dropFirst(3), as: UTF8.self)
        let parts = text.split(separator: "-")
        #expect(parts.map(\.count) == [2, 32, 16, 2] && parts[0] == "00" && parts[3] == "01")
        #expect(text.utf8.count == Traceparent.byteCount)
        #expect(text.allSatisfy { "0123456789abcdef-".contains($0) })
        #expect(String(decoding: bytes.prefix(3), as: UTF8.self) == "x: ")
    }

    @Test func `every place of the tree has its own trace, and always the same`() {
        var seen: Set<String> = []
        for index in 0..<1_000 {
            var (first, second): ([UInt8], [UInt8]) = ([], [])
            Traceparent.append(seed: Seed(7).child(index), to: &first)
            Traceparent.append(seed: Seed(7).child(index), to: &second)
            #expect(first == second)
            seen.insert(String(decoding: first[3..<35], as: UTF8.self))
            seen.insert(String(decoding: first[36..<52], as: UTF8.self))
        }
        #expect(seen.count == 2_000)
    }
}
