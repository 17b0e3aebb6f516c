public import EventLoop
public import HTTPWire

/// What can go wrong between a handler and its peer.
public enum HTTPExchangeError: Error, Equatable, CustomStringConvertible {
    case malformedBody(WireError)
    case stream(StreamError)

    public var description: String {
        switch self {
        case .malformedBody(let error): "the request's body is malformed: \(error.reason)"
        case .stream(let error): error.description
        }
    }
}

/// One request and its answer, as a handler sees them.
///
/// The object serves its connection from request to request: a handler does not keep it.
///
///     unanswered --respond--> answered
///     unanswered --startResponse--> streaming --finishResponse--> answered
public final class HTTPExchange {
    private enum Answer {
        case none, streaming(chunked: Bool, remaining: UInt64), complete
    }

    private let server: HTTPServer
    public let peer: Address
    public internal(set) var head = MessageHead()
    /// The head's bytes, which the slices of `head` point into; the connection's buffer has gone on to the body.
    public internal(set) var headBytes: [UInt8] = []
    /// Answers that have not been written yet.
    var output: [UInt8] = []
    /// Set while the connection is served: it is where bodies come from and go to.
    var connection: ServerConnection?
    private var answer = Answer.none
    private var body: BodyDecoder?
    private var isBodyStarted = false
    private var isBodyRead = false
    private var keeps = true
    private var bodyBytes: [UInt8] = []
    private static let bodyRoomMax = 64 * 1024
    /// The stream broke under the handler; the connection ends whatever the handler made of it.
    private(set) var failure: StreamError? { didSet { isBroken = failure != nil } }
    /// Asked with every request, which of a large optional costs more than all else that is asked.
    private(set) var isBroken = false

    init(server: HTTPServer, peer: Address) {
        self.server = server
        self.peer = peer
    }

    public var loop: EventLoop { server.loop }

    // MARK: The request's head

    public var method: Method { head.method }

    /// The target as it was sent: `/v1/payments?limit=3`.
    public var target: String { text(head.target) }

    /// Compares without making a String.
    public func hasTarget(_ target: String) -> Bool {
        let bytes = headBytes
        return head.target.equals(target, in: bytes.span)
    }

    public func field(_ name: String) -> String? {
        let bytes = headBytes
        return head.fields.first(name, in: bytes.span).map(text)
    }

    private func text(_ slice: Slice) -> String {
        String(decoding: headBytes[slice.range], as: UTF8.self)
    }

    // MARK: The request's body

    /// The whole body. Its bound is `ServerConfiguration.wire.bodyBytes`.
    public func collectBody() async throws(HTTPExchangeError) -> [UInt8] {
        if let body = takeBody() { return body }
        while try await nextBodyPiece(into: &bodyBytes) {}
        return bodyBytes
    }

    /// The whole body where it came with the head, the usual case; else nil. For who wants no `async` call then.
    public func takeBody() -> [UInt8]? {
        guard let length = lengthOfUnreadBody, served.takeBody(length, into: &bodyBytes) else { return nil }
        isBodyStarted = true
        isBodyRead = true
        return bodyBytes
    }

    private var lengthOfUnreadBody: Int? {
        guard !isBodyStarted, case .length(let length) = head.framing, length <= server.configuration.wire.bodyBytes
        else { return nil }
        return Int(length)
    }

    /// A body that came with the head and was not asked for goes without a wait.
    private func skipUnreadBody() {
        guard !isBodyRead, let length = lengthOfUnreadBody, length <= server.configuration.unreadBodyMax,
            served.skipBody(length)
        else { return }
        isBodyRead = true
    }

    /// Appends the next piece of the body as it arrived. False at its end.
    public func nextBodyPiece(into bytes: inout [UInt8]) async throws(HTTPExchangeError) -> Bool {
        do throws(HTTPExchangeError) {
            try startBody()
            guard var decoder = body else { return false }
            defer {
                body = decoder
                isBodyRead = decoder.isFinished
            }
            return try await served.readBody(with: &decoder, into: &bytes)
        } catch {
            keeps = false
            if case .stream(let failure) = error { self.failure = failure }
            throw error
        }
    }

    private func startBody() throws(HTTPExchangeError) {
        guard !isBodyStarted else { return }
        isBodyStarted = true
        guard !isBodyRead else { return }
        do throws(WireError) {
            body = try BodyDecoder(head.framing, limits: server.configuration.wire)
        } catch {
            throw .malformedBody(error)
        }
        if head.expectsContinue, case .none = answer {
            HeadEncoder.continueResponse(into: &output)
        }
    }

    // MARK: Waiting

    /// Waits for an instant with nothing in its hands: a thousand requests that wait hold a thousand buffers otherwise.
    /// It returns early when the connection is reset, for a server that is drained no longer.
    public func rest(until deadline: Instant) async {
        let connection = served
        guard let place = connection.beginRest() else { return }
        // Flat, and without registering for cancellation: who cancels the task resets the connection.
        _ = await unsafe withUnsafeContinuation { unsafe place.take($0, until: deadline) }
        connection.endRest()
    }

    // MARK: The answer

    /// Answers whole. It is written when the handler has returned.
    public func respond(_ status: UInt16, _ fields: FieldBlock? = nil, body: [UInt8] = []) {
        guard case .none = answer else { preconditionFailure("a request is answered once") }
        answer = .complete
        noteUnreadExpectation()
        writeHead(status, fields)
        if status != 204, status != 304 {
            HeadEncoder.endWithLength(body.count, into: &output)
        } else {
            HeadEncoder.end(into: &output)
        }
        if hasBody(status) { output.append(contentsOf: body) }
    }

    /// Begins an answer whose body follows in pieces. Without a length it is chunked, or ends with the connection for
    /// a peer of HTTP/1.0.
    public func startResponse(_ status: UInt16, _ fields: FieldBlock? = nil, length: UInt64? = nil) {
        guard case .none = answer else { preconditionFailure("a request is answered once") }
        precondition(status != 204 && status != 304, "\(status) has no body to stream")
        noteUnreadExpectation()
        let isChunked = length == nil && head.version == .http11
        if length == nil, !isChunked { keeps = false }
        writeHead(status, fields)
        if let length { HeadEncoder.contentLength(length, into: &output) }
        if isChunked { HeadEncoder.chunkedBody(into: &output) }
        HeadEncoder.end(into: &output)
        answer = .streaming(chunked: isChunked, remaining: length ?? .max)
    }

    /// Sends a piece of the body and returns when the kernel has it: a slow reader slows its handler. An empty piece
    /// sends what there is, the head for one.
    public func write(_ bytes: [UInt8]) async throws(HTTPExchangeError) {
        guard case .streaming(let isChunked, let remaining) = answer else {
            preconditionFailure("startResponse comes before write")
        }
        precondition(UInt64(bytes.count) <= remaining, "the body is longer than was announced")
        answer = .streaming(chunked: isChunked, remaining: isChunked ? .max : remaining - UInt64(bytes.count))
        if !head.method.isHead {
            if isChunked {
                ChunkEncoder.chunk(bytes.span, into: &output)
            } else {
                output.append(contentsOf: bytes)
            }
        }
        do throws(StreamError) {
            try await served.flush()
        } catch {
            failure = error
            throw .stream(error)
        }
    }

    public func finishResponse() {
        guard case .streaming(let isChunked, let remaining) = answer else {
            preconditionFailure("startResponse comes before finishResponse")
        }
        precondition(
            isChunked || remaining == 0 || !keeps || head.method.isHead,
            "the body is \(remaining) bytes shorter than was announced")
        if isChunked, !head.method.isHead { ChunkEncoder.last(into: &output) }
        answer = .complete
    }

    /// The connection ends after this answer.
    public func closeAfterwards() { keeps = false }

    // MARK: Playing a broken peer

    /// Sends these bytes as they are instead of an answer, and ends the connection in order.
    public func end(with bytes: [UInt8] = []) {
        guard case .none = answer else { preconditionFailure("a request is answered once") }
        answer = .complete
        output.append(contentsOf: bytes)
        keeps = false
    }

    /// Resets the connection instead of answering.
    public func reset() {
        guard case .none = answer else { preconditionFailure("a request is answered once") }
        answer = .complete
        failure = StreamError(.write, peer.description, .closed)
        connection?.breakOff()
    }

    /// Answers nothing. Returns when the peer has ended the connection, or at the deadline, when it ends here.
    public func keepSilent(until deadline: Instant) async {
        await served.waitForEnd(until: deadline)
        end()
    }

    /// The head of an answer, for who wants to send something that is none.
    public func rawHead(_ status: UInt16, _ fields: FieldBlock? = nil, announcing length: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        do throws(WireError) {
            try server.beginHead(status, into: &bytes)
        } catch {
            preconditionFailure("\(status) is not a status")
        }
        if let fields { HeadEncoder.fields(fields, into: &bytes) }
        HeadEncoder.endWithLength(length, into: &bytes)
        return bytes
    }

    private func hasBody(_ status: UInt16) -> Bool {
        !head.method.isHead && status != 204 && status != 304
    }

    /// A peer that waits for "continue" and gets its answer instead may or may not send the body: the connection
    /// cannot be kept.
    private func noteUnreadExpectation() {
        if head.expectsContinue, !isBodyStarted { keeps = false }
    }

    private func writeHead(_ status: UInt16, _ fields: FieldBlock?) {
        if !head.keepsAlive || server.isDraining { keeps = false }
        do throws(WireError) {
            try server.beginHead(status, into: &output)
        } catch {
            preconditionFailure("\(status) is not a status")
        }
        if let fields { HeadEncoder.fields(fields, into: &output) }
        if !keeps {
            HeadEncoder.connectionClose(into: &output)
        } else if case .http10 = head.version {
            HeadEncoder.connectionKeepAlive(into: &output)
        }
    }

    // MARK: The connection's side

    private var served: ServerConnection {
        guard let connection else { preconditionFailure("an exchange was kept beyond its handler") }
        return connection
    }

    func begin() {
        answer = .none
        if isBodyStarted { body = nil }
        isBodyStarted = false
        isBodyRead = head.framing.isNone
        keeps = true
        if isBroken { failure = nil }
    }

    /// One large body must not be remembered by every connection.
    private func forgetBody() {
        if bodyBytes.isEmpty { return }
        if bodyBytes.capacity > HTTPExchange.bodyRoomMax {
            bodyBytes = []
        } else {
            bodyBytes.removeAll(keepingCapacity: true)
        }
    }

    func handlerReturned() {
        forgetBody()
        // The peer's doing, which has been counted, and nobody is left to answer.
        if isBroken { return }
        switch answer {
        case .complete: skipUnreadBody()
        case .none: fail(status: 500)
        case .streaming: breakOff()
        }
    }

    /// A body that the codec refused is the peer's fault; everything else is ours.
    func handlerFailed(_ error: any Error) {
        forgetBody()
        if isBroken { return }
        switch (answer, error) {
        case (.none, HTTPExchangeError.malformedBody(let fault)):
            server.counters.requestsMalformed += 1
            answer = .complete
            HeadEncoder.refusal(fault, into: &output)
        case (.none, _): fail(status: 500)
        case (.complete, _): server.counters.handlersFailed += 1
        case (.streaming, _): breakOff()
        }
    }

    private func fail(status: UInt16) {
        server.counters.handlersFailed += 1
        respond(status)
    }

    /// The head has gone: all that is left is to let the peer see that the body is not whole.
    private func breakOff() {
        server.counters.handlersFailed += 1
        failure = failure ?? StreamError(.write, peer.description, .closed)
        connection?.breakOff()
    }

    var isUnanswered: Bool { if case .none = answer { true } else { false } }
    var isStreaming: Bool { if case .streaming = answer { true } else { false } }

    /// Nothing of the request is left to read: the connection goes on to the next at once.
    var mayKeepAtOnce: Bool { keeps && isBodyRead && !isBroken }

    /// Reads away what the handler left of the body. False when the connection ends.
    func readAwayBody() async throws(StreamError) -> Bool {
        guard keeps else { return false }
        var unread = 0
        do throws(HTTPExchangeError) {
            while try await nextBodyPiece(into: &bodyBytes) {
                unread += bodyBytes.count
                bodyBytes.removeAll(keepingCapacity: true)
                if unread > server.configuration.unreadBodyMax { return false }
            }
            return true
        } catch {
            if case .stream(let failure) = error { throw failure }
            return false
        }
    }
}
