import HTTPWire
import Testing

/// Seeded messages: what is encoded is read back, and no mutation of a message breaks a law.
@Suite struct RandomTests {
    private static let names = Array("abcXYZ019!#$%&'*+-.^_`|~".utf8)
    private static let values = Array("abc XYZ\t019,;:=\"()/\u{e9}".utf8)
    private static let targets = Array("abc/XYZ?019&=%-._~!$'()*+,;:@[]|{}".utf8)

    @Test(arguments: UInt64(0)..<200) func `what is encoded is read back`(seed: UInt64) throws {
        var random = Generator(seed: seed)
        let method = Method.allCases[random.below(Method.allCases.count)]
        let target = method == .connect ? Array("a:1".utf8) : [0x2f] + random.text(Self.targets, 0...60)
        let name = method == .other ? "PROPFIND" : method.name
        var out: [UInt8] = []
        HeadEncoder.requestLine(
            try RequestLine(methodName: name, target: String(decoding: target, as: UTF8.self)), into: &out)
        try HeadEncoder.field("Host", "a", into: &out)
        var fields = [Conversation.Field(name: Array("Host".utf8), value: Array("a".utf8))]
        for _ in 0..<random.below(12) {
            let name = [0x78] + random.text(Self.names, 0...30)
            let value = random.text(Self.values, 0...60)
            try HeadEncoder.field(name.span, value.span, into: &out)
            let isBlank = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
            let trimmed = Array(value.drop(while: isBlank).reversed().drop(while: isBlank).reversed())
            fields.append(Conversation.Field(name: name, value: trimmed))
        }
        let data = random.text(Self.values, 0...300)
        let isChunked = random.below(2) == 0
        if isChunked {
            HeadEncoder.chunkedBody(into: &out)
            HeadEncoder.end(into: &out)
            var start = 0
            while start < data.count {
                let end = min(data.count, start + 1 + random.below(100))
                ChunkEncoder.chunk(data.span.extracting(start..<end), into: &out)
                start = end
            }
            ChunkEncoder.last(into: &out)
        } else {
            HeadEncoder.contentLength(data.count, into: &out)
            HeadEncoder.end(into: &out)
            out += data
        }

        let events = Conversation.events(.requests, out, cuts: [random.below(out.count)])
        guard case .head(let head)? = events.first else {
            Issue.record("seed \(seed): \(events)")
            return
        }
        #expect(head.method == method, "seed \(seed)")
        #expect(head.target == target, "seed \(seed)")
        #expect(head.fields.dropLast() == fields[...], "seed \(seed)")
        var expected: [Conversation.Event] = [.end(trailers: [])]
        if !data.isEmpty { expected.insert(.data(data), at: 0) }
        #expect(Array(events.dropFirst()) == expected, "seed \(seed)")
    }

    @Test(arguments: UInt64(0)..<16) func `no mutation of a message breaks a law`(seed: UInt64) {
        var random = Generator(seed: seed &* 7919)
        let good = SampleMessages.requests + SampleMessages.responses + BadMessages.all.map(\.text)
        let bytes = Array("\r\n\0 \t:;,0123fFx/%\u{7f}\u{ff}HTTP".utf8)
        for round in 0..<40 {
            var stream = Array(good[random.below(good.count)].utf8.prefix(600))
            if random.below(3) == 0 { stream += Array(good[random.below(good.count)].utf8.prefix(300)) }
            for _ in 0..<random.below(4) where !stream.isEmpty {
                let position = random.below(stream.count)
                switch random.below(4) {
                case 0: stream[position] = bytes[random.below(bytes.count)]
                case 1: stream.remove(at: position)
                case 2: stream.insert(bytes[random.below(bytes.count)], at: position)
                default: stream[position] = UInt8(truncatingIfNeeded: random.next())
                }
            }
            let sides: [Conversation.Side] = [.requests, .responses(answering: .get), .responses(answering: .head)]
            var limits = Limits()
            if random.below(4) == 0 {
                limits.fieldLineBytes = 20 + random.below(40)
                limits.headBytes = 60 + random.below(100)
                limits.fieldCount = 1 + random.below(4)
            }
            let breach = WireLaws.breach(
                sides[random.below(3)], stream, seed: random.below(1 << 20), limits: limits)
            #expect(
                breach == nil,
                "seed \(seed), round \(round): \(String(decoding: stream, as: UTF8.self).debugDescription)")
        }
    }

    @Test(arguments: UInt64(0)..<8) func `noise is refused or waited for, never a trap`(seed: UInt64) {
        var random = Generator(seed: seed &* 104_729)
        let alphabet: [UInt8] = seed % 2 == 0 ? Array(0...255) : Array("GET HTTP/1.\r\n: 0aA\t".utf8)
        for round in 0..<100 {
            let stream = random.text(alphabet, 1...80)
            let breach = WireLaws.breach(.requests, stream, seed: random.below(1 << 20), limits: Limits())
            #expect(breach == nil, "seed \(seed), round \(round): \(stream)")
        }
    }
}
