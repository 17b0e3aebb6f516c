import EventLoop
import HTTPWire

/// A request and its answer in pieces, for bodies that must not stand in memory whole: uploads, exports, statements.
///
///     try await client.call(.get, "/admin/export/payments", until: deadline) { call in
///         let head = try await call.response()
///         while try await call.readPiece(into: &bytes) { … }
///     }
///
/// The object lives as long as the closure that it is given to. An exchange that is whole by then gives its connection
/// back; any other closes it.
public final class HTTPCall {
    private enum Sending {
        case pieces(chunked: Bool, remaining: UInt64)
        case done
    }

    let connection: ClientConnection
    private let turn: UInt64
    private let method: Method
    private let origin: String
    private let poolWait: TimeSpan
    private let deadline: Instant
    private var sending: Sending
    /// A piece may have left in part: what followed it would be taken for its rest.
    private var isCutOff = false
    private var head: HTTPResponse?
    private var body: BodyDecoder?

    init(
        _ connection: ClientConnection, _ request: HTTPRequest, _ plan: RequestBody, origin: String,
        poolWait: TimeSpan, deadline: Instant
    ) {
        self.connection = connection
        self.turn = connection.beginCall()
        self.method = request.method
        self.origin = origin
        self.poolWait = poolWait
        self.deadline = deadline
        self.sending =
            switch plan {
            case .whole: .done
            case .chunked: .pieces(chunked: true, remaining: .max)
            case .length(let count): .pieces(chunked: false, remaining: count)
            }
    }

    // MARK: The request

    /// Sends a piece of the body, and returns when the kernel has it: a slow peer slows its caller. When it throws, the
    /// peer may have answered already without reading on: ask for the response.
    public func write(_ bytes: [UInt8]) async throws(HTTPClientError) {
        guard case .pieces(let isChunked, let remaining) = sending else {
            preconditionFailure("the request's body is complete")
        }
        precondition(UInt64(bytes.count) <= remaining, "the body is longer than was announced")
        guard !bytes.isEmpty else { return }
        var framed: [UInt8] = []
        if isChunked { ChunkEncoder.chunk(bytes.span, into: &framed) }
        sending = .pieces(chunked: isChunked, remaining: isChunked ? .max : remaining - UInt64(bytes.count))
        try await send(isChunked ? framed : bytes)
    }

    public func finishRequest() async throws(HTTPClientError) {
        guard case .pieces(let isChunked, let remaining) = sending else { return }
        precondition(isChunked || remaining == 0, "the body is \(remaining) bytes shorter than was announced")
        sending = .done
        guard isChunked else { return }
        var last: [UInt8] = []
        ChunkEncoder.last(into: &last)
        try await send(last)
    }

    func send(_ bytes: [UInt8]) async throws(HTTPClientError) {
        do throws(ExchangeFailure) {
            try await connection.write(bytes, until: deadline)
        } catch {
            isCutOff = true
            throw failure(error)
        }
    }

    // MARK: The answer

    /// Status and fields; its body is empty, and comes in pieces. It may be there before the request is complete.
    public func response() async throws(HTTPClientError) -> HTTPResponse {
        if let head { return head }
        do throws(ExchangeFailure) {
            let (head, body) = try await connection.readCallHead(to: method, poolWait: poolWait, until: deadline)
            self.head = head
            self.body = body
            return head
        } catch {
            throw failure(error)
        }
    }

    /// Appends the next piece of the body as it arrived. False at its end.
    public func readPiece(into bytes: inout [UInt8]) async throws(HTTPClientError) -> Bool {
        _ = try await response()
        guard var body else { return false }
        defer { self.body = body }
        do throws(ExchangeFailure) {
            return try await connection.readCallPiece(with: &body, into: &bytes, until: deadline)
        } catch {
            throw failure(error)
        }
    }

    // MARK: The client's side

    /// Both messages are whole: the connection may carry another exchange.
    var isComplete: Bool {
        guard case .done = sending, !isCutOff, let body else { return false }
        return body.isFinished
    }

    var mayHaveBeenSent: Bool { connection.hasBegun(turn) }

    private func failure(_ failure: ExchangeFailure) -> HTTPClientError {
        HTTPClientError(origin: origin, cause: failure.cause, mayHaveBeenSent: mayHaveBeenSent)
    }
}

/// How a request's body is sent.
public enum RequestBody: Sendable, Equatable {
    /// With the head, or there is none.
    case whole
    /// In pieces of a known sum.
    case length(UInt64)
    case chunked
}
