import HTTPWire
import Testing

@Suite struct BasicTests {
    @Test func `a request with a body is parsed to slices and framing`() throws {
        let bytes = Array("POST /pay?x=1 HTTP/1.1\r\nHost: bank:80\r\nContent-Length: 5\r\n\r\nhello".utf8)
        var parser = HeadParser()
        var head = MessageHead()
        try #require(try parser.parseRequest(bytes.span, into: &head))
        #expect(head.method == .post)
        #expect(head.target.text(in: bytes.span) == "/pay?x=1")
        #expect(head.framing == .length(5))
        #expect(head.keepsAlive)
        #expect(head.byteCount == bytes.count - 5)
        #expect(head.fields.first("content-length", in: bytes.span)?.text(in: bytes.span) == "5")
    }

    @Test func `a chunked response is decoded with its trailers`() throws {
        let text =
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n1\r\n!\r\n0\r\nSum: 9\r\n\r\nHTTP"
        let bytes = Array(text.utf8)
        var parser = HeadParser()
        var head = MessageHead()
        try #require(try parser.parseResponse(bytes.span, answering: .get, into: &head))
        #expect(head.status == 200)
        var body = try BodyDecoder(head.framing)
        var position = head.byteCount
        var data: [UInt8] = []
        while !body.isFinished {
            let rest = bytes.span.extracting(position..<bytes.count)
            let step = try body.step(rest)
            data += bytes[position + step.framingBytes..<position + step.consumed]
            if step.isFinished {
                #expect(body.trailers.first("sum", in: rest)?.text(in: rest) == "9")
            }
            position += step.consumed
        }
        #expect(String(decoding: data, as: UTF8.self) == "hello!")
        #expect(bytes.count - position == 4)
    }

    @Test func `an encoded head is what was meant`() throws {
        var out: [UInt8] = []
        try HeadEncoder.requestLine(.get, target: "/", into: &out)
        try HeadEncoder.field("host", "a", into: &out)
        HeadEncoder.fields(.date(secondsSinceEpoch: 784_111_777), into: &out)
        HeadEncoder.contentLength(1_234_567, into: &out)
        HeadEncoder.end(into: &out)
        #expect(
            String(decoding: out, as: UTF8.self)
                == "GET / HTTP/1.1\r\nhost: a\r\ndate: Sun, 06 Nov 1994 08:49:37 GMT\r\ncontent-length: 1234567\r\n\r\n"
        )
    }
}
