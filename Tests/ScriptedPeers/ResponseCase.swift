package import HTTPService
package import HTTPWire

/// What a scripted server says to the first request, and what the client makes of it.
package struct ResponseCase: Sendable {
    package enum Result: Sendable {
        case body(String, isKept: Bool)
        case failure(HTTPClientError.Cause)
    }

    package let name: String
    package var method = Method.post
    package let said: String
    package var thenEnds = false
    package let result: Result

    private static let interims = String(repeating: "HTTP/1.1 103 Early Hints\r\nx: y\r\n\r\n", count: 32)

    package static let all: [ResponseCase] = [
        ResponseCase(
            name: "a length", said: "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc",
            result: .body("abc", isKept: true)),
        ResponseCase(
            name: "no body", said: "HTTP/1.1 204 No Content\r\n\r\n", result: .body("", isKept: true)),
        ResponseCase(
            name: "chunks and trailers",
            said:
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nDigest: z\r\n\r\n",
            result: .body("abcde", isKept: true)),
        ResponseCase(
            name: "until close", said: "HTTP/1.1 200 OK\r\n\r\nabc", thenEnds: true, result: .body("abc", isKept: false)
        ),
        ResponseCase(
            name: "HEAD", method: .head, said: "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n",
            result: .body("", isKept: true)),
        ResponseCase(
            name: "304 with a length", method: .get, said: "HTTP/1.1 304 Not Modified\r\nContent-Length: 3\r\n\r\n",
            result: .body("", isKept: true)),
        ResponseCase(
            name: "interim answers", said: interims + "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na",
            result: .body("a", isKept: true)),
        ResponseCase(
            name: "interim answers without end", said: interims + "HTTP/1.1 103 Early Hints\r\n\r\n",
            result: .failure(.tooManyInterimResponses(33))),
        ResponseCase(
            name: "Connection: close", said: "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\na",
            result: .body("a", isKept: false)),
        ResponseCase(
            name: "HTTP/1.0", said: "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\na",
            result: .body("a", isKept: false)),
        ResponseCase(
            name: "bytes behind the answer", said: "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nabcd",
            result: .body("a", isKept: false)),
        ResponseCase(
            name: "a second answer",
            said: "HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfalse",
            result: .body("", isKept: false)),
        ResponseCase(name: "nonsense", said: "SSH-2.0-OpenSSH_9.2\r\n", result: .failure(.malformed(.badStatusLine))),
        ResponseCase(
            name: "two lengths", said: "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\na",
            result: .failure(.malformed(.repeatedContentLength))),
        ResponseCase(
            name: "an upgrade unasked", said: "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
            result: .failure(.malformed(.unexpectedUpgrade))),
        ResponseCase(
            name: "a bad chunk", said: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            result: .failure(.malformed(.badChunkSize))),
        ResponseCase(
            name: "a head cut short", said: "HTTP/1.1 200 OK\r\nContent-", thenEnds: true,
            result: .failure(.malformed(.truncatedBody))),
        ResponseCase(
            name: "a body cut short", said: "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab", thenEnds: true,
            result: .failure(.malformed(.truncatedBody))),
        ResponseCase(
            name: "chunks cut short", said: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab",
            thenEnds: true, result: .failure(.malformed(.truncatedBody))),
        ResponseCase(
            name: "no answer at all", said: "", thenEnds: true, result: .failure(.endedBeforeResponse(isKept: false))),
        ResponseCase(
            name: "a length over the bound", said: "HTTP/1.1 200 OK\r\nContent-Length: 4097\r\n\r\n",
            result: .failure(.malformed(.bodyTooLarge))),
        ResponseCase(
            name: "chunks over the bound",
            said: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1001\r\n",
            result: .failure(.malformed(.bodyTooLarge))),
        ResponseCase(
            name: "bytes over the bound until close",
            said: "HTTP/1.1 200 OK\r\n\r\n" + String(repeating: "x", count: 4097), thenEnds: true,
            result: .failure(.malformed(.bodyTooLarge))),
        ResponseCase(
            name: "a head over the bound", said: "HTTP/1.1 200 OK\r\nX: \(String(repeating: "y", count: 9000))\r\n\r\n",
            result: .failure(.malformed(.fieldLineTooLong))),
    ]
}

extension ResponseCase {
    /// Says it to the first request of all, and `second` to those behind it. `heard` counts each, on whatever
    /// connection it came.
    package func play(to peer: RawPeer, heard: () -> Int) async throws {
        while await !peer.receive(through: "\r\n\r\n").isEmpty {
            if heard() > 1 {
                try await peer.send("HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nsecond")
                continue
            }
            try await peer.send(said)
            if thenEnds { return }
        }
    }
}
