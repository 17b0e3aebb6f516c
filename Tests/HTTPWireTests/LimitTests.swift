import HTTPWire
import Testing

/// Each limit admits what is exactly at it and refuses one more.
@Suite struct LimitTests {
    private func failure(_ text: String, _ change: (inout Limits) -> Void) -> WireError? {
        var limits = Limits()
        change(&limits)
        let stream = Array(text.utf8)
        let whole = Conversation.events(.requests, stream, limits: limits)
        #expect(Conversation.events(.requests, stream, cuts: Array(1..<stream.count), limits: limits) == whole)
        guard case .failure(let error)? = whole.last else { return nil }
        return error
    }

    @Test func `the request line`() {
        let text = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
        #expect(failure(text) { $0.startLineBytes = 16 } == nil)
        #expect(failure(text) { $0.startLineBytes = 15 } == .requestLineTooLong)
        #expect(failure(String(repeating: "A", count: 16)) { $0.startLineBytes = 16 } == .requestLineTooLong)
    }

    @Test func `a field line`() {
        let text = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
        #expect(failure(text) { $0.fieldLineBytes = 9 } == nil)
        #expect(failure(text) { $0.fieldLineBytes = 8 } == .fieldLineTooLong)
    }

    @Test func `the number of fields`() {
        let text = "GET / HTTP/1.1\r\nHost: a\r\nB: c\r\n\r\n"
        #expect(failure(text) { $0.fieldCount = 2 } == nil)
        #expect(failure(text) { $0.fieldCount = 1 } == .tooManyFields)
    }

    @Test func `the head`() {
        let text = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
        #expect(failure(text) { $0.headBytes = text.utf8.count } == nil)
        for smaller in 1..<text.utf8.count {
            #expect(failure(text) { $0.headBytes = smaller } == .headTooLarge, "\(smaller)")
        }
    }

    @Test func `the body`() {
        let length = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"
        #expect(failure(length) { $0.bodyBytes = 5 } == nil)
        #expect(failure(length) { $0.bodyBytes = 4 } == .bodyTooLarge)
        let chunks = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n"
        #expect(failure(chunks) { $0.bodyBytes = 5 } == nil)
        #expect(failure(chunks) { $0.bodyBytes = 4 } == .bodyTooLarge)
    }

    @Test func `a body until close`() throws {
        var limits = Limits()
        limits.bodyBytes = 5
        var body = try BodyDecoder(.untilClose, limits: limits)
        let data: [UInt8] = [1, 2, 3]
        #expect(try body.step(data.span).dataBytes == 3)
        #expect(try body.step(data.span).dataBytes == 2)
        #expect(throws: WireError.bodyTooLarge) { try body.step(data.span) }
    }

    @Test func `the largest length is no overflow`() throws {
        var limits = Limits()
        limits.bodyBytes = .max
        var body = try BodyDecoder(.length(.max), limits: limits)
        let data: [UInt8] = [1, 2, 3]
        #expect(try body.step(data.span) == BodyStep(framingBytes: 0, dataBytes: 3, isFinished: false))
        var chunks = try BodyDecoder(.chunked, limits: limits)
        let text = Array("ffffffffffffffff\r\nab".utf8)
        #expect(try chunks.step(text.span) == BodyStep(framingBytes: 18, dataBytes: 2, isFinished: false))
    }

    @Test func `chunk extensions and trailers`() {
        let text = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;a\r\nx\r\n0;bc\r\nA: b\r\n\r\n"
        #expect(failure(text) { $0.chunkExtensionBytes = 5 } == nil)
        #expect(failure(text) { $0.chunkExtensionBytes = 4 } == .chunkExtensionsTooLong)
        #expect(failure(text) { $0.trailerBytes = 8 } == nil)
        #expect(failure(text) { $0.trailerBytes = 7 } == .trailersTooLarge)
    }
}
