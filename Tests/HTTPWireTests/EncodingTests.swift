import HTTPWire
import Testing

@Suite struct EncodingTests {
    private func refused(_ error: WireError, _ encode: (inout [UInt8]) throws -> Void) {
        var out: [UInt8] = [1, 2, 3]
        #expect(throws: error) { try encode(&out) }
        #expect(out == [1, 2, 3], "a refused part leaves nothing behind")
    }

    private func text(_ encode: (inout [UInt8]) throws -> Void) rethrows -> String {
        var out: [UInt8] = []
        try encode(&out)
        return String(decoding: out, as: UTF8.self)
    }

    @Test(arguments: 0...255) func `a byte that could end a line or a name is refused everywhere`(value: Int) {
        let byte = UInt8(value)
        let isControl = byte < 0x20 || byte == 0x7f
        let around: [[UInt8]] = [[byte], [97, byte], [byte, 97], [UInt8](repeating: 97, count: 11) + [byte, 98]]
        for bytes in around {
            if isControl, byte != 9 {
                refused(.badFieldValue) { try HeadEncoder.field("a".utf8.span, bytes.span, into: &$0) }
            } else {
                #expect(throws: Never.self) { try text { try HeadEncoder.field("a".utf8.span, bytes.span, into: &$0) } }
            }
            if isControl || byte == 0x20 || byte >= 0x7f || byte == UInt8(ascii: "#") {
                refused(.badTarget) { try HeadEncoder.requestLine(.get, target: bytes.span, into: &$0) }
            }
            let isName =
                byte < 128 && "!#$%&'*+-.^_`|~".utf8.contains(byte)
                || Character(UnicodeScalar(byte)).isASCII && Character(UnicodeScalar(byte)).isLetter
                || (0x30...0x39).contains(byte)
            if isName {
                #expect(throws: Never.self) { try text { try HeadEncoder.field(bytes.span, "".utf8.span, into: &$0) } }
            } else {
                refused(.badFieldName) { try HeadEncoder.field(bytes.span, "".utf8.span, into: &$0) }
            }
        }
    }

    @Test func `what would break the message is refused by name`() {
        refused(.emptyFieldName) { try HeadEncoder.field("", "a", into: &$0) }
        refused(.reservedField) { try HeadEncoder.field("Content-Length", "5", into: &$0) }
        refused(.reservedField) { try HeadEncoder.field("transfer-ENCODING", "chunked", into: &$0) }
        refused(.badFieldValue) { try HeadEncoder.field("a", "b\r\nc: d", into: &$0) }
        refused(.badTarget) { try HeadEncoder.requestLine(.get, target: "", into: &$0) }
        refused(.badTarget) { try HeadEncoder.requestLine(.get, target: "/ HTTP/1.1\r\nX: y", into: &$0) }
        refused(.badMethod) { try HeadEncoder.requestLine(.other, target: "/", into: &$0) }
        refused(.badStatus) { try HeadEncoder.statusLine(99, into: &$0) }
        refused(.badStatus) { try HeadEncoder.statusLine(600, into: &$0) }
        #expect(throws: WireError.badMethod) { try RequestLine(methodName: "G T", target: "/") }
        #expect(throws: WireError.badMethod) { try RequestLine(methodName: "", target: "/") }
        #expect(throws: WireError.badMethod) { try RequestLine(methodName: "get", target: "/") }
        #expect(throws: WireError.methodTooLong) {
            try RequestLine(methodName: "ABCDEFGHIJKLMNOPQRSTU", target: "/")
        }
        #expect(throws: WireError.badTarget) { try RequestLine(methodName: "PURGE", target: "/ x") }
        #expect(throws: WireError.forbiddenTrailer) {
            var block = FieldBlock(.trailers)
            try block.add("Host", "a")
        }
    }

    @Test func `every status line is read as its status`() throws {
        for status in UInt16(100)...599 where status != 101 {
            var out: [UInt8] = []
            try HeadEncoder.statusLine(status, into: &out)
            HeadEncoder.end(into: &out)
            var parser = HeadParser()
            var head = MessageHead()
            #expect(try parser.parseResponse(out.span, answering: .get, into: &head))
            #expect(head.status == status)
            #expect(head.reason.text(in: out.span) == HeadEncoder.reasonPhrase(status))
        }
    }

    @Test func `numbers are written as they are read`() throws {
        var values: [UInt64] = [0, 9, 10, .max]
        for shift in 0..<64 { values += [1 << UInt64(shift), (1 << UInt64(shift)) - 1, (1 << UInt64(shift)) + 1] }
        for value in values {
            #expect(text { HeadEncoder.contentLength(value, into: &$0) } == "content-length: \(value)\r\n")
            if let length = Int(exactly: value) {
                #expect(
                    text { HeadEncoder.endWithLength(length, into: &$0) } == "content-length: \(value)\r\n\r\n")
            }
            #expect(try text { try HeadEncoder.field("n", decimal: value, into: &$0) } == "n: \(value)\r\n")
            if let count = Int(exactly: value), count > 0 {
                let line = text { ChunkEncoder.begin(byteCount: count, into: &$0) }
                #expect(line == String(value, radix: 16) + "\r\n")
            }
        }
    }

    @Test(
        arguments: [
            (Int64(0), "Thu, 01 Jan 1970 00:00:00"), (784_111_777, "Sun, 06 Nov 1994 08:49:37"),
            (951_782_399, "Mon, 28 Feb 2000 23:59:59"), (951_782_400, "Tue, 29 Feb 2000 00:00:00"),
            (951_868_800, "Wed, 01 Mar 2000 00:00:00"), (1_735_689_599, "Tue, 31 Dec 2024 23:59:59"),
            (4_107_542_400, "Mon, 01 Mar 2100 00:00:00"), (253_402_300_799, "Fri, 31 Dec 9999 23:59:59"),
        ])
    func `a date is written in its fixed form`(seconds: Int64, expected: String) {
        let block = FieldBlock.date(secondsSinceEpoch: seconds)
        #expect(String(decoding: block.bytes, as: UTF8.self) == "date: \(expected) GMT\r\n")
    }

    @Test func `a whole head and a chunked body are what was meant`() throws {
        var block = FieldBlock()
        try block.add("host", "a")
        var trailers = FieldBlock(.trailers)
        try trailers.add("sum", "9")
        let line = try RequestLine(methodName: "PURGE", target: "/x")
        #expect(line.method == .other)
        #expect(try RequestLine(methodName: "GET", target: "/").method == .get)
        let message = text { out in
            HeadEncoder.requestLine(line, into: &out)
            HeadEncoder.fields(block, into: &out)
            HeadEncoder.chunkedBody(into: &out)
            HeadEncoder.connectionClose(into: &out)
            HeadEncoder.connectionKeepAlive(into: &out)
            HeadEncoder.end(into: &out)
            ChunkEncoder.chunk("0123456789abcdef".utf8.span, into: &out)
            ChunkEncoder.chunk("".utf8.span, into: &out)
            ChunkEncoder.last(trailers: trailers, into: &out)
            HeadEncoder.continueResponse(into: &out)
        }
        #expect(
            message
                == "PURGE /x HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\nconnection: close\r\n"
                + "connection: keep-alive\r\n\r\n10\r\n0123456789abcdef\r\n0\r\nsum: 9\r\n\r\n"
                + "HTTP/1.1 100 Continue\r\n\r\n")
    }
}
