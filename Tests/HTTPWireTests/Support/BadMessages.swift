import HTTPWire
import Testing

struct BadMessage: Sendable, CustomTestStringConvertible {
    var side: Conversation.Side
    var text: String
    var error: WireError

    var testDescription: String { "\(error): \(text.prefix(60).debugDescription)" }
}

/// Inputs that must be refused, each for its own reason.
enum BadMessages {
    static let all = requests + responses + bodies

    /// One more field line behind a good start.
    private static func field(_ line: String, _ error: WireError) -> BadMessage {
        request("POST / HTTP/1.1\r\nHost: a\r\n\(line)\r\n\r\n", error)
    }

    private static func request(_ text: String, _ error: WireError) -> BadMessage {
        BadMessage(side: .requests, text: text, error: error)
    }

    private static func response(_ text: String, _ error: WireError, to method: Method = .get) -> BadMessage {
        BadMessage(side: .responses(answering: method), text: text, error: error)
    }

    private static func chunks(_ text: String, _ error: WireError) -> BadMessage {
        request("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\(text)", error)
    }

    static let requests: [BadMessage] = [
        // Start line
        request("get / HTTP/1.1\r\nHost: a\r\n\r\n", .badMethod),
        request("Get / HTTP/1.1\r\nHost: a\r\n\r\n", .badMethod),
        request("GE(T / HTTP/1.1\r\nHost: a\r\n\r\n", .badMethod),
        request("GE\0T / HTTP/1.1\r\nHost: a\r\n\r\n", .badMethod),
        request("GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n", .badMethod),
        request(" GET / HTTP/1.1\r\nHost: a\r\n\r\n", .badMethod),
        request("\u{16}\u{3}\u{1}\u{2}", .badMethod),
        request("GETGETGETGETGETGETGETGET / HTTP/1.1\r\nHost: a\r\n\r\n", .methodTooLong),
        request("GET  / HTTP/1.1\r\nHost: a\r\n\r\n", .badTarget),
        request("GET / HTTP/1.1 \r\nHost: a\r\n\r\n", .badRequestLine),
        request("GET /  HTTP/1.1\r\nHost: a\r\n\r\n", .badRequestLine),
        request("GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", .badRequestLine),
        request("GET /\t HTTP/1.1\r\nHost: a\r\n\r\n", .badTarget),
        request("GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n", .badTarget),
        request("GET /\u{7f} HTTP/1.1\r\nHost: a\r\n\r\n", .badTarget),
        request("GET /\u{e9} HTTP/1.1\r\nHost: a\r\n\r\n", .badTarget),
        request("GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", .badTarget),
        request("GET a HTTP/1.1\r\nHost: a\r\n\r\n", .badTarget),
        request("GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n", .badTarget),
        request("GET http:///x HTTP/1.1\r\nHost: a\r\n\r\n", .badTarget),
        request("GET http://user@a/ HTTP/1.1\r\nHost: a\r\n\r\n", .badTarget),
        request("GET http://a:99999/ HTTP/1.1\r\nHost: a\r\n\r\n", .badTarget),
        request("GET * HTTP/1.1\r\nHost: a\r\n\r\n", .targetNotAllowed),
        request("CONNECT / HTTP/1.1\r\nHost: a\r\n\r\n", .targetNotAllowed),
        request("CONNECT a HTTP/1.1\r\nHost: a\r\n\r\n", .targetNotAllowed),
        request("CONNECT a: HTTP/1.1\r\nHost: a\r\n\r\n", .targetNotAllowed),
        request("CONNECT http://a:1/ HTTP/1.1\r\nHost: a\r\n\r\n", .targetNotAllowed),
        request("GET a:80 HTTP/1.1\r\nHost: a\r\n\r\n", .badTarget),
        request("GET /\r\n\r\n", .badRequestLine),
        request("GET\r\n\r\n", .badRequestLine),
        request("\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", .badRequestLine),
        request("\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", .bareLineFeed),
        request("\rGET / HTTP/1.1\r\nHost: a\r\n\r\n", .bareCarriageReturn),
        request("GET / HTTP/1.1\nHost: a\n\n", .bareLineFeed),
        request("GET / HTTP/1.1\rHost: a\r\n\r\n", .bareCarriageReturn),
        request("GET / HTTP/1.1\r\r\nHost: a\r\n\r\n", .bareCarriageReturn),
        request("GET / HTTP/2.0\r\nHost: a\r\n\r\n", .unsupportedVersion),
        request("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", .unsupportedVersion),
        request("GET / HTTP/0.9\r\n\r\n", .unsupportedVersion),
        request("GET / HTTP/1.2\r\nHost: a\r\n\r\n", .unsupportedVersion),
        request("GET / http/1.1\r\nHost: a\r\n\r\n", .badRequestLine),
        request("GET / HTTP/11\r\nHost: a\r\n\r\n", .badRequestLine),
        request("GET / HTTP/1.1x\r\nHost: a\r\n\r\n", .badRequestLine),
        request("GET / HTTP/1.\r\nHost: a\r\n\r\n", .badRequestLine),
        request("GET / \r\nHost: a\r\n\r\n", .badRequestLine),
        request("GET /\(String(repeating: "x", count: 8192)) HTTP/1.1\r\nHost: a\r\n\r\n", .requestLineTooLong),

        // Lines and names
        field("A: b\nC: d", .bareLineFeed),
        field("A: b\rC: d", .bareCarriageReturn),
        field("A: b\r\r\nC: d", .bareCarriageReturn),
        field("A\nB: c", .bareLineFeed),
        field("A\rB: c", .bareCarriageReturn),
        field("\rA: b", .bareCarriageReturn),
        field("A: b\r\n folded", .obsoleteFold),
        field("A: b\r\n\tfolded", .obsoleteFold),
        field(" A: b", .obsoleteFold),
        field("A : b", .whitespaceBeforeColon),
        field("A\t: b", .whitespaceBeforeColon),
        field("Content-Length : 5", .whitespaceBeforeColon),
        field("Transfer-Encoding\t: chunked", .whitespaceBeforeColon),
        field(": b", .emptyFieldName),
        field("A", .missingColon),
        field("A b: c", .badFieldName),
        field("A\0: b", .badFieldName),
        field("\u{e9}: b", .badFieldName),
        field("A/B: c", .badFieldName),
        field("A: \0", .badFieldValue),
        field("A: b\0c", .badFieldValue),
        field("A: \u{1}", .badFieldValue),
        field("A: a long value with an escape \u{1b} in it", .badFieldValue),
        field("A: \u{7f}", .badFieldValue),
        field("A: \u{b}chunked", .badFieldValue),
        field("A: \(String(repeating: "x", count: 8192))", .fieldLineTooLong),
        field(String(repeating: "x", count: 8193), .fieldLineTooLong),
        field((0..<100).map { "A\($0): b" }.joined(separator: "\r\n"), .tooManyFields),
        field(
            (0..<9).map { "A\($0): \(String(repeating: "x", count: 4000))" }.joined(separator: "\r\n"), .headTooLarge),

        // Content-Length
        field("Content-Length: +5", .badContentLength),
        field("Content-Length: -5", .badContentLength),
        field("Content-Length:", .badContentLength),
        field("Content-Length: ", .badContentLength),
        field("Content-Length: 5 5", .badContentLength),
        field("Content-Length: 5, 5", .badContentLength),
        field("Content-Length: 5,", .badContentLength),
        field("Content-Length: 0x5", .badContentLength),
        field("Content-Length: 5.0", .badContentLength),
        field("Content-Length: 1_000", .badContentLength),
        field("Content-Length: five", .badContentLength),
        field("Content-Length: \"5\"", .badContentLength),
        field("Content-Length: 18446744073709551616", .badContentLength),
        field("Content-Length: 99999999999999999999", .badContentLength),
        field("Content-Length: 000000000000000000005", .badContentLength),
        field("Content-Length: \u{665}", .badContentLength),
        field("Content-Length: 5\r\nContent-Length: 5", .repeatedContentLength),
        field("Content-Length: 5\r\ncontent-length: 6", .repeatedContentLength),
        field("Content-Length: 16777217", .bodyTooLarge),
        field("Content-Length: 18446744073709551615", .bodyTooLarge),

        // Transfer-Encoding
        field("Content-Length: 5\r\nTransfer-Encoding: chunked", .contentLengthWithTransferEncoding),
        field("Transfer-Encoding: chunked\r\nContent-Length: 0", .contentLengthWithTransferEncoding),
        field("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", .repeatedTransferEncoding),
        field("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked", .repeatedTransferEncoding),
        field("Transfer-Encoding: chunked, chunked", .badTransferEncoding),
        field("Transfer-Encoding: chunked, gzip", .badTransferEncoding),
        field("Transfer-Encoding: gzip, chunked", .unsupportedTransferCoding),
        field("Transfer-Encoding: gzip", .badTransferEncoding),
        field("Transfer-Encoding: identity", .badTransferEncoding),
        field("Transfer-Encoding: xchunked", .badTransferEncoding),
        field("Transfer-Encoding: chunkedx", .badTransferEncoding),
        field("Transfer-Encoding: chunked;q=1", .badTransferEncoding),
        field("Transfer-Encoding: \"chunked\"", .badTransferEncoding),
        field("Transfer-Encoding:", .badTransferEncoding),
        field("Transfer-Encoding: ,chunked", .badTransferEncoding),
        field("Transfer-Encoding: chunked,", .badTransferEncoding),
        field("Transfer-Encoding: chun\tked", .badTransferEncoding),
        request("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", .transferEncodingInHTTP10),

        // Host, Expect
        request("GET / HTTP/1.1\r\n\r\n", .missingHost),
        request("GET / HTTP/1.1\r\nHos: a\r\n\r\n", .missingHost),
        request("GET http://a/ HTTP/1.1\r\n\r\n", .missingHost),
        field("Host: a", .repeatedHost),
        field("hOST: b", .repeatedHost),
        request("GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", .repeatedHost),
        request("GET / HTTP/1.1\r\nHost:\r\n\r\n", .badHost),
        request("GET / HTTP/1.1\r\nHost: a b\r\n\r\n", .badHost),
        request("GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", .badHost),
        request("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", .badHost),
        request("GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", .badHost),
        request("GET / HTTP/1.1\r\nHost: a:b\r\n\r\n", .badHost),
        request("GET / HTTP/1.1\r\nHost: a:1:2\r\n\r\n", .badHost),
        request("GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", .badHost),
        request("GET / HTTP/1.1\r\nHost: [::1]80\r\n\r\n", .badHost),
        request("GET / HTTP/1.1\r\nHost: :80\r\n\r\n", .badHost),
        field("Expect: 200-ok", .unsupportedExpectation),
    ]

    static let responses: [BadMessage] = [
        response("\u{15}\u{3}\u{1}", .badStatusLine),
        response("HTP/1.1 200 OK\r\n\r\n", .badStatusLine),
        response("http/1.1 200 OK\r\n\r\n", .badStatusLine),
        response("HTTP/1.1\r\n\r\n", .badStatusLine),
        response("HTTP/1.1200 OK\r\n\r\n", .badStatusLine),
        response("HTTP/2 200\r\n\r\n", .badStatusLine),
        response("HTTP/2.0 200 OK\r\n\r\n", .unsupportedVersion),
        response("HTTP/1.1 2\r\n\r\n", .badStatus),
        response("HTTP/1.1 20\r\n\r\n", .badStatus),
        response("HTTP/1.1 2000 OK\r\n\r\n", .badStatus),
        response("HTTP/1.1 099 OK\r\n\r\n", .badStatus),
        response("HTTP/1.1 600 OK\r\n\r\n", .badStatus),
        response("HTTP/1.1 -20 OK\r\n\r\n", .badStatus),
        response("HTTP/1.1 2x0 OK\r\n\r\n", .badStatus),
        response("HTTP/1.1  200 OK\r\n\r\n", .badStatus),
        response("HTTP/1.1 200OK\r\n\r\n", .badStatus),
        response("HTTP/1.1 200 O\0K\r\n\r\n", .badStatusLine),
        response("HTTP/1.1 200 OK\nA: b\r\n\r\n", .bareLineFeed),
        response("HTTP/1.1 200 OK\rA: b\r\n\r\n", .bareCarriageReturn),
        response("HTTP/1.1 200\n\r\n\r\n", .badStatus),
        response("HTTP/1.1 200 \(String(repeating: "x", count: 8192))\r\n\r\n", .statusLineTooLong),
        response("HTTP/1.1 200 OK\r\nA : b\r\n\r\n", .whitespaceBeforeColon),
        response("HTTP/1.1 200 OK\r\n A: b\r\n\r\n", .obsoleteFold),
        response("HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n", .unexpectedUpgrade),
        response("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello", .framingNotAllowed),
        response("HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n", .framingNotAllowed),
        response("HTTP/1.1 100 Continue\r\nContent-Length: 5\r\n\r\n", .framingNotAllowed),
        response("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n", .repeatedContentLength),
        response("HTTP/1.1 200 OK\r\nContent-Length: 5x\r\n\r\n", .badContentLength, to: .head),
        response(
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
            .contentLengthWithTransferEncoding, to: .head),
        response("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", .badTransferEncoding),
        response("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", .transferEncodingInHTTP10),
        response("HTTP/1.1 200 OK\r\nContent-Length: 16777217\r\n\r\n", .bodyTooLarge),
    ]

    static let bodies: [BadMessage] = [
        chunks("\r\n", .badChunkSize),
        chunks(" 5\r\nhello\r\n", .badChunkSize),
        chunks("5 \r\nhello\r\n", .badChunkSize),
        chunks("5\t;a\r\nhello\r\n", .badChunkSize),
        chunks("+5\r\nhello\r\n", .badChunkSize),
        chunks("-5\r\nhello\r\n", .badChunkSize),
        chunks("0x5\r\nhello\r\n", .badChunkSize),
        chunks("5h\r\nhello\r\n", .badChunkSize),
        chunks("g\r\n", .badChunkSize),
        chunks("\0005\r\nhello\r\n", .badChunkSize),
        chunks(";a\r\n", .badChunkSize),
        chunks("00000000000000005\r\nhello\r\n", .badChunkSize),
        chunks("10000000000000000\r\n", .chunkSizeOverflow),
        chunks("fffffffffffffffff\r\n", .chunkSizeOverflow),
        chunks("ffffffffffffffff\r\n", .bodyTooLarge),
        chunks("8000000000000000\r\n", .bodyTooLarge),
        chunks("1\r\na\r\nffffffffffffffff\r\n", .bodyTooLarge),
        chunks("1000001\r\n", .bodyTooLarge),
        chunks("5\nhello\r\n", .bareLineFeed),
        chunks("5\rhello\r\n", .bareCarriageReturn),
        chunks("5\r\nhello\n0\r\n\r\n", .missingChunkEnd),
        chunks("5\r\nhello\r0\r\n\r\n", .missingChunkEnd),
        chunks("5\r\nhello!\r\n", .missingChunkEnd),
        chunks("5\r\nhello0\r\n\r\n", .missingChunkEnd),
        chunks("5;a\nhello\r\n", .bareLineFeed),
        chunks("5;a\rb\r\nhello\r\n", .bareCarriageReturn),
        chunks("5;a\0\r\nhello\r\n", .badChunkExtension),
        chunks("5;\(String(repeating: "x", count: 4096))\r\nhello\r\n", .chunkExtensionsTooLong),
        chunks(String(repeating: "1;abcdefg\r\nx\r\n", count: 513), .chunkExtensionsTooLong),
        chunks("0\n\r\n", .bareLineFeed),
        chunks("0\r\n\n", .bareLineFeed),
        chunks("0\r\n\rX\r\n", .bareCarriageReturn),
        chunks("0\r\nA\r\n\r\n", .missingColon),
        chunks("0\r\nA : b\r\n\r\n", .whitespaceBeforeColon),
        chunks("0\r\nA: b\r\n c\r\n\r\n", .obsoleteFold),
        chunks("0\r\nA: b\nC: d\r\n\r\n", .bareLineFeed),
        chunks("0\r\nContent-Length: 5\r\n\r\n", .forbiddenTrailer),
        chunks("0\r\ntransfer-encoding: chunked\r\n\r\n", .forbiddenTrailer),
        chunks("0\r\nHost: b\r\n\r\n", .forbiddenTrailer),
        chunks("0\r\n\((0..<101).map { "A\($0): b\r\n" }.joined())\r\n", .tooManyFields),
        chunks("0\r\nA: \(String(repeating: "x", count: 8200))\r\n\r\n", .trailersTooLarge),
        chunks("0\r\nA: b\r\nB: \(String(repeating: "x", count: 8180))\r\n\r\n", .trailersTooLarge),
    ]
}
