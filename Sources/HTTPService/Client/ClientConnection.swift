import EventLoop
import HTTPWire

/// One connection of a client. Requests take turns: they are written in order, and answered in order.
///
///     turn taken -> written -> (those before are answered) -> read -> turn over
///
/// The task whose turn it is reads its own answer, so no other task stands between the socket and the caller. Any
/// failure ends the connection for all: an answer that came later must never become another request's.
final class ClientConnection: DeferredWork {
    let stream: any ByteStream
    private let loop: EventLoop
    private let limits: Limits
    private let isPipelined: Bool
    private let interimResponsesMax: Int
    private let heedsCancellation: Bool
    /// The pool's: its place among the open ones, how many requests hold it, and whether it is listed as free.
    var slot: Int?
    var load = 0
    var isFree = false
    private var buffer: ByteBuffer?
    private var parser: HeadParser
    private var head = MessageHead()
    private(set) var isBroken = false
    private(set) var answered: UInt64 = 0
    private var turnsTaken: UInt64 = 0
    /// Turns whose request has begun to be written: the others have not been sent for sure.
    private var turnsBegun: UInt64 = 0
    private var interimResponses = 0
    private var waitingTurns: [Parking] = []
    private var output: [UInt8] = []
    private var isWriting = false
    /// Of the request being written.
    private var written = 0

    private static let readRoom = 4096

    init(_ stream: any ByteStream, loop: EventLoop, configuration: ClientConfiguration) {
        self.stream = stream
        self.loop = loop
        self.limits = configuration.wire
        self.isPipelined = configuration.pipelineDepth > 1
        self.interimResponsesMax = configuration.interimResponsesMax
        self.heedsCancellation = configuration.heedsCancellation
        self.parser = HeadParser(limits: limits)
    }

    var underWay: Int { Int(turnsTaken - answered) }
    /// A peer that ended the connection, or talks unasked, while nothing is under way.
    var isStale: Bool { isBroken || (underWay == 0 && stream.hasUnexpectedInput) }

    func end() {
        guard !isBroken else { return }
        isBroken = true
        stream.close()
        for waiting in waitingTurns { waiting.wake(.closed) }
    }

    // MARK: One exchange

    @inline(__always)
    func exchange(
        _ request: HTTPRequest, poolWait: TimeSpan, until deadline: Instant
    ) async throws(ExchangeFailure) -> HTTPResponse {
        let turn = turnsTaken
        turnsTaken += 1
        do throws(ExchangeFailure) {
            // Broken by another between the pool and here.
            if isBroken { throw ExchangeFailure(.brokenByAnother) }
            if isPipelined {
                enqueue(request.wire)
                try await waitForTurn(turn, until: deadline)
            } else if !(try writeNow(request.wire)) {
                return try await exchangeLarge(request, poolWait: poolWait, until: deadline)
            }
            let response = try await readResponse(to: request.method, poolWait: poolWait, until: deadline)
            finishTurn()
            return response
        } catch {
            end()
            throw ExchangeFailure(error.cause, mayHaveBeenSent: turn < turnsBegun)
        }
    }

    private func finishTurn() {
        answered += 1
        interimResponses = 0
        if let buffer, !buffer.isEmpty, answered >= turnsBegun {
            // Nobody has asked for these bytes; they must not answer a request that is sent from now on.
            end()
        } else if let next = waitingTurns.first {
            waitingTurns.removeFirst()
            next.wake()
        }
        if underWay == 0, let buffer {
            loop.buffers.give(buffer)
            self.buffer = nil
        }
    }

    // MARK: Writing

    /// True when all of it is with the kernel. When the kernel refuses the first byte, nothing was sent, and whatever
    /// there is to read answers something else.
    private func writeNow(_ bytes: [UInt8]) throws(ExchangeFailure) -> Bool {
        do throws(StreamError) {
            written = try stream.writeNow(bytes, from: 0)
            turnsBegun = turnsTaken
            return written == bytes.count
        } catch {
            throw answered > 0 && error.isReset
                ? ExchangeFailure(.endedBeforeResponse(isKept: true)) : ExchangeFailure(error)
        }
    }

    /// False when the peer read no further.
    private func writeRest(of bytes: [UInt8], until deadline: Instant) async -> Bool {
        do throws(StreamError) {
            while written < bytes.count {
                try await stream.waitWritable(until: deadline)
                written += try stream.writeNow(bytes, from: written)
            }
            return true
        } catch {
            return false
        }
    }

    /// The answer may come while the request is still being written: a server that refuses a large body says so and
    /// reads no more of it. One that closes then breaks the write; its answer is there to be read.
    private func exchangeLarge(
        _ request: HTTPRequest, poolWait: TimeSpan, until deadline: Instant
    ) async throws(ExchangeFailure) -> HTTPResponse {
        var isWritten = false
        let writer = loop.spawn { [self] in
            isWritten = await writeRest(of: request.wire, until: deadline)
        }
        let response: HTTPResponse
        do throws(ExchangeFailure) {
            response = try await readResponse(to: request.method, poolWait: poolWait, until: deadline)
        } catch {
            end()
            await writer.join()
            throw error
        }
        if !isWritten { end() }
        await writer.join()
        finishTurn()
        return response
    }

    // MARK: Pipelining

    /// Requests of one turn of the loop leave with one write.
    private func enqueue(_ bytes: [UInt8]) {
        if output.isEmpty, !isWriting { loop.atEndOfTurn(self) }
        output.append(contentsOf: bytes)
    }

    func runAtEndOfTurn() {
        guard !isWriting, !output.isEmpty, !isBroken else { return }
        isWriting = true
        loop.spawn { [self] in
            while !output.isEmpty, !isBroken {
                let batch = output
                output = []
                turnsBegun = turnsTaken
                do throws(StreamError) {
                    try await stream.write(batch, until: .never)
                } catch {
                    // Answers to what came before may still be there; who reads them comes to the end by itself, and
                    // nothing more is written until then.
                    if error.isReset { return }
                    end()
                }
            }
            isWriting = false
        }
    }

    private func waitForTurn(_ turn: UInt64, until deadline: Instant) async throws(ExchangeFailure) {
        guard turn != answered else { return }
        let place = Parking(loop)
        waitingTurns.append(place)
        switch await place.wait(until: deadline) {
        case .ready: return
        case .timedOut: throw ExchangeFailure(.timedOut)
        case .cancelled: throw ExchangeFailure(.cancelled)
        case .closed: throw ExchangeFailure(.brokenByAnother)
        }
    }

    // MARK: Reading

    /// The only place where an exchange usually waits, kept flat: every `async` call between here and the wait would cost
    /// each request a change of executor on the way back.
    @inline(__always)
    private func readResponse(
        to method: Method, poolWait: TimeSpan, until deadline: Instant
    ) async throws(ExchangeFailure) -> HTTPResponse {
        let isFirst = answered == 0
        try await readHead(answering: method, until: deadline)
        var bytes: [UInt8] = []
        if !takeWhole(into: &bytes), !head.framing.isNone { try await readBody(into: &bytes, until: deadline) }
        let response = HTTPResponse(
            status: head.status, bytes: bytes, headCount: head.byteCount, poolWait: poolWait,
            isFirstOnConnection: isFirst)
        if !head.keepsAlive || head.framing.isUntilClose { end() }
        return response
    }

    /// Waits for the final head, and leaves its bytes in the buffer.
    @inline(__always)
    private func readHead(answering method: Method, until deadline: Instant) async throws(ExchangeFailure) {
        while !(try parseHead(answering: method)) {
            if try readHeadNow() { continue }
            if let place = try placeOfBytes() {
                let wake =
                    if heedsCancellation {
                        await place.wait(until: deadline)
                    } else {
                        await unsafe withUnsafeContinuation { unsafe place.take($0, until: deadline) }
                    }
                if !wake.isReady { throw unread(wake) }
            }
        }
    }

    @inline(never)
    private func unread(_ wake: Wake) -> ExchangeFailure {
        ExchangeFailure(StreamError(.read, stream.peer.description, wake: wake))
    }

    /// Parses up to the final head, and leaves its bytes in the buffer.
    @inline(never)
    private func parseHead(answering method: Method) throws(ExchangeFailure) -> Bool {
        guard let buffer else { return false }
        do throws(WireError) {
            while !buffer.isEmpty {
                let isWhole = try buffer.withReadable { bytes throws(WireError) in
                    try parser.parseResponse(bytes, answering: method, into: &head)
                }
                if !isWhole || !head.isInterim { return isWhole }
                buffer.consume(head.byteCount)
                interimResponses += 1
                if interimResponses > interimResponsesMax { break }
            }
        } catch {
            throw ExchangeFailure(.malformed(error))
        }
        if interimResponses > interimResponsesMax {
            throw ExchangeFailure(.tooManyInterimResponses(interimResponses))
        }
        return false
    }

    /// A kept connection that is reset before any byte of the answer has ended, like one that was closed.
    @inline(never)
    private func readHeadNow() throws(ExchangeFailure) -> Bool {
        do throws(ExchangeFailure) {
            return try readNow()
        } catch {
            guard answered > 0, !parser.isInsideHead, case .broken(let broken) = error.cause, broken.isReset else {
                throw error
            }
            throw ExchangeFailure(.endedBeforeResponse(isKept: true))
        }
    }

    /// Takes the head, and the body as well when all of it is there already: one array, of the right size.
    private func takeWhole(into bytes: inout [UInt8]) -> Bool {
        let buffer = heldBuffer()
        var count = head.byteCount
        var isWhole = false
        if case .length(let length) = head.framing, length <= limits.bodyBytes {
            bytes.reserveCapacity(count + Int(length))
            isWhole = buffer.count >= count + Int(length)
            if isWhole { count += Int(length) }
        }
        buffer.append(to: &bytes, count: count)
        buffer.consume(count)
        return isWhole
    }

    private func readBody(into bytes: inout [UInt8], until deadline: Instant) async throws(ExchangeFailure) {
        var decoder = try bodyDecoder(limits)
        while try await readPiece(with: &decoder, into: &bytes, until: deadline) {}
    }

    private func bodyDecoder(_ limits: Limits) throws(ExchangeFailure) -> BodyDecoder {
        do throws(WireError) {
            return try BodyDecoder(head.framing, limits: limits)
        } catch {
            throw ExchangeFailure(.malformed(error))
        }
    }

    /// Appends the next piece of the body as it arrived. False at its end.
    private func readPiece(
        with decoder: inout BodyDecoder, into bytes: inout [UInt8], until deadline: Instant
    ) async throws(ExchangeFailure) -> Bool {
        do throws(WireError) {
            while !decoder.isFinished {
                // Each wait may give an empty buffer away: never hold one across it.
                let buffer = heldBuffer()
                let step = try buffer.withReadable { bytes throws(WireError) in try decoder.step(bytes) }
                if step.dataBytes > 0 { buffer.append(to: &bytes, from: step.framingBytes, count: step.dataBytes) }
                buffer.consume(step.consumed)
                if step.dataBytes > 0 { return true }
                if step.consumed == 0, !step.isFinished, !(try await readBodyBytes(until: deadline)) {
                    try decoder.close()
                }
            }
            return false
        } catch {
            throw bodyFailure.take() ?? ExchangeFailure(.malformed(error))
        }
    }

    /// Why the stream failed inside a body, for `readPiece`, which speaks the codec's errors.
    private var bodyFailure: ExchangeFailure?

    /// False at the end of the stream.
    @inline(never)
    private func readBodyBytes(until deadline: Instant) async throws(WireError) -> Bool {
        do throws(ExchangeFailure) {
            while !(try readNow()) {
                guard let place = try placeOfBytes() else { continue }
                let wake = await place.wait(until: deadline)
                if !wake.isReady { throw unread(wake) }
            }
            return true
        } catch {
            if case .endedBeforeResponse = error.cause { return false }
            bodyFailure = error
            throw .truncatedBody
        }
    }

    private func heldBuffer() -> ByteBuffer {
        if let buffer { return buffer }
        let taken = loop.buffers.take()
        buffer = taken
        return taken
    }

    /// False: nothing is there yet.
    private func readNow() throws(ExchangeFailure) -> Bool {
        do throws(StreamError) {
            let buffer = heldBuffer()
            buffer.reserve(ClientConnection.readRoom)
            guard let count = try stream.readNow(into: buffer) else { return false }
            if count > 0 { return true }
        } catch {
            throw ExchangeFailure(error)
        }
        throw ExchangeFailure(
            parser.isInsideHead ? .malformed(.truncatedBody) : .endedBeforeResponse(isKept: answered > 0))
    }

    /// Gives an empty buffer back for the wait.
    @inline(never)
    private func placeOfBytes() throws(ExchangeFailure) -> Parking? {
        do throws(StreamError) {
            let place = try stream.placeOfBytes()
            if place != nil, let buffer, buffer.isEmpty {
                loop.buffers.give(buffer)
                self.buffer = nil
            }
            return place
        } catch {
            throw ExchangeFailure(error)
        }
    }
}

// MARK: In pieces

/// An exchange whose bodies are sent and read in pieces; `HTTPCall` is its face.
extension ClientConnection {
    /// The turn that the exchange takes; the connection is its own until `finishCall`.
    func beginCall() -> UInt64 {
        precondition(!isPipelined, "a call in pieces needs a connection of its own; set pipelineDepth to 1")
        defer { turnsTaken += 1 }
        return turnsTaken
    }

    func hasBegun(_ turn: UInt64) -> Bool { turn < turnsBegun }

    func write(_ bytes: [UInt8], until deadline: Instant) async throws(ExchangeFailure) {
        if isBroken { throw ExchangeFailure(.brokenByAnother) }
        if try writeNow(bytes) { return }
        do throws(StreamError) {
            while written < bytes.count {
                try await stream.waitWritable(until: deadline)
                written += try stream.writeNow(bytes, from: written)
            }
        } catch {
            throw ExchangeFailure(error)
        }
    }

    /// The head as a response without a body, and what will find the body's pieces.
    func readCallHead(
        to method: Method, poolWait: TimeSpan, until deadline: Instant
    ) async throws(ExchangeFailure) -> (HTTPResponse, BodyDecoder) {
        let isFirst = answered == 0
        try await readHead(answering: method, until: deadline)
        let buffer = heldBuffer()
        let bytes = buffer.copy(count: head.byteCount)
        buffer.consume(head.byteCount)
        // Pieces do not pile up here, so their sum needs no bound.
        var unbounded = limits
        unbounded.bodyBytes = .max
        let response = HTTPResponse(
            status: head.status, bytes: bytes, headCount: head.byteCount, poolWait: poolWait,
            isFirstOnConnection: isFirst)
        return (response, try bodyDecoder(unbounded))
    }

    func readCallPiece(
        with decoder: inout BodyDecoder, into bytes: inout [UInt8], until deadline: Instant
    ) async throws(ExchangeFailure) -> Bool {
        try await readPiece(with: &decoder, into: &bytes, until: deadline)
    }

    func finishCall() {
        if !head.keepsAlive || head.framing.isUntilClose { end() }
        finishTurn()
    }
}

extension Optional {
    /// The value, which is gone then.
    mutating func take() -> Wrapped? {
        defer { self = nil }
        return self
    }
}

/// Why an exchange failed, before the client adds with whom.
struct ExchangeFailure: Error {
    let cause: HTTPClientError.Cause
    /// Filled in where the turn is known.
    let mayHaveBeenSent: Bool

    init(_ cause: HTTPClientError.Cause, mayHaveBeenSent: Bool = true) {
        self.cause = cause
        self.mayHaveBeenSent = mayHaveBeenSent
    }

    init(_ error: StreamError) {
        mayHaveBeenSent = true
        switch error.cause {
        case .timedOut: cause = .timedOut
        case .cancelled: cause = .cancelled
        case .closed: cause = .brokenByAnother
        default: cause = .broken(error)
        }
    }
}
