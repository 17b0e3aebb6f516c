import HTTPWire
import Testing

/// Every byte at every place of a name, a value and a target: words of eight and single bytes must agree.
@Suite struct ByteTests {
    private static let places = 0..<19

    /// Calls with 19 harmless bytes of which one is replaced.
    private func forEachPlacement(_ byte: UInt8, _ check: ([UInt8], Int) -> Void) {
        for place in Self.places {
            var bytes = [UInt8](repeating: UInt8(ascii: "a"), count: Self.places.count)
            bytes[place] = byte
            check(bytes, place)
        }
    }

    private func isAccepted(_ before: String, _ bytes: [UInt8], _ after: String) -> Bool {
        let stream = Array(before.utf8) + bytes + Array((after + "\r\n\r\n").utf8)
        guard case .head? = Conversation.events(.requests, stream).first else { return false }
        return true
    }

    private func isEncoded(_ encode: (inout [UInt8]) throws -> Void) -> Bool {
        var out: [UInt8] = []
        return (try? encode(&out)) != nil
    }

    @Test(arguments: UInt8.min...UInt8.max) func `a value holds all but controls`(byte: UInt8) {
        let belongs = byte >= 0x20 && byte != 0x7f || byte == 0x09
        forEachPlacement(byte) { bytes, place in
            #expect(isAccepted("GET / HTTP/1.1\r\nHost: a\r\nX: ", bytes, "") == belongs, "at \(place)")
            #expect(isEncoded { try HeadEncoder.field("a".utf8.span, bytes.span, into: &$0) } == belongs, "at \(place)")
        }
    }

    @Test(arguments: UInt8.min...UInt8.max) func `a target holds visible ASCII without a fragment`(byte: UInt8) {
        let belongs = byte > 0x20 && byte < 0x7f && byte != UInt8(ascii: "#")
        forEachPlacement(byte) { bytes, place in
            #expect(isAccepted("GET /", bytes, " HTTP/1.1\r\nHost: a") == belongs, "at \(place)")
            let target = [UInt8(ascii: "/")] + bytes
            #expect(
                isEncoded { try HeadEncoder.requestLine(.get, target: target.span, into: &$0) } == belongs,
                "at \(place)")
        }
    }

    @Test(arguments: UInt8.min...UInt8.max) func `a name holds token characters`(byte: UInt8) {
        let tokens = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
        let belongs = tokens.utf8.contains(byte)
        forEachPlacement(byte) { bytes, place in
            // A colon ends the name; what is before it is a name if it is not empty.
            let isName = belongs || byte == UInt8(ascii: ":") && place > 0
            #expect(isAccepted("GET / HTTP/1.1\r\nHost: a\r\n", bytes, ": b") == isName, "at \(place)")
            #expect(
                isEncoded { try HeadEncoder.field(bytes.span, "".utf8.span, into: &$0) } == belongs, "at \(place)")
        }
    }

    @Test(arguments: UInt8.min...UInt8.max) func `a host holds letters, digits and marks`(byte: UInt8) {
        // The delimiters of hosts with ports and addresses are tried in the table of bad messages.
        let delimiters: [UInt8] = Array(":[] \t".utf8)
        let belongs = "-._~!$&'()*+;=%0123456789".utf8.contains(byte) || (byte | 0x20) &- 0x61 < 26
        if delimiters.contains(byte) || byte < 0x20 { return }
        forEachPlacement(byte) { bytes, place in
            #expect(isAccepted("GET / HTTP/1.1\r\nHost: ", bytes, "") == belongs, "at \(place)")
        }
    }

    @Test(arguments: UInt8.min...UInt8.max) func `a chunk size holds hexadecimal digits`(byte: UInt8) throws {
        let isDigit = "0123456789abcdefABCDEF".utf8.contains(byte)
        let stream: [UInt8] = [UInt8(ascii: "1"), byte, 13, 10]
        var body = try BodyDecoder(.chunked)
        let step = try? body.step(stream.span)
        #expect((step?.framingBytes == 4) == (isDigit || byte == UInt8(ascii: ";")))
    }
}
