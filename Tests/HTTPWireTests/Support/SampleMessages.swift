import HTTPWire

/// Well-formed messages that between them take every path of the codec.
enum SampleMessages {
    static let requests: [String] = [
        "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "\r\nGET /x?y=z HTTP/1.1\r\nHost:\ta:80 \t\r\nEmpty:\r\nSpaces:   a  b\t \r\n\r\n",
        "POST /pay HTTP/1.1\r\nHost: bank\r\nContent-Length: 5\r\n\r\nhello",
        "POST /pay HTTP/1.1\r\nhost: bank\r\ntransfer-encoding: Chunked\r\n\r\n5\r\nhello\r\n0A;x=\"\ty\\\"\\\\;\" ;z\r\n0123456789\r\n0\r\n\r\n",
        "PUT /t HTTP/1.1\r\nHost: bank\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n!\r\n000\r\nSum: 9\r\nEmpty:\r\n\r\n",
        "HEAD /a HTTP/1.0\r\n\r\n",
        "GET /old HTTP/1.0\r\nConnection: Keep-Alive\r\nHost: [::1]:8080\r\n\r\n",
        "DELETE http://bank:80/x HTTP/1.1\r\nHost: other\r\nConnection: x, close\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
        "CONNECT bank:443 HTTP/1.1\r\nHost: bank:443\r\n\r\n",
        "TRACE / HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n",
        "PATCH / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 1\r\n\r\n?",
        "BASELINE-CONTROL /%20 HTTP/1.1\r\nHost: a\r\nX-\u{7e}!#$: \u{e9}\r\n\r\n",
        "X / HTTP/1.1\r\nHost: a\r\nA-long-field-name-that-spans-words: a long value, that spans several words of eight bytes\r\n\r\n",
    ]

    static let responses: [String] = [
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103\r\nLink: </a>\r\n\r\nHTTP/1.1 201 \r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfF\r\n" + String(repeating: "x", count: 255)
            + "\r\n0\r\nA: b\r\n\r\n",
        "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 304 Not Modified\r\nContent-Length: 77\r\nETag: \"a\"\r\n\r\n",
        "HTTP/1.0 200 OK\r\nContent-Length: 1\r\nConnection: keep-alive\r\n\r\n1",
        "HTTP/1.1 503 Service\tUnavailable \r\nUpgrade: h2c\r\nConnection: close\r\nContent-Length: 3\r\n\r\nbye",
        "HTTP/1.1 500 \u{e9}\r\nConnection: close\r\n\r\nuntil the end",
    ]
}
