import Cryptography
import EventLoop
import HTTPWire

/// One connection of a server: reads heads, runs the handler, writes answers.
///
///     idle --bytes--> head --whole--> handling --answered--> idle | head (pipelined) | closed
final class ServerConnection {
    private(set) var stream: any ByteStream
    let server: HTTPServer
    /// Its place in the server's list.
    var slot: Int
    /// The task that serves it, for a drain that does not wait any longer.
    var task: SpawnedTask?
    private var buffer: ByteBuffer
    private var parser: HeadParser
    private var isIdle = false
    private let exchange: HTTPExchange
    private var isFlushing = false
    private var requestsInARow = 0
    /// Of the head that has begun to arrive.
    private var headDeadline = Instant.never
    /// How long this request's body has kept us waiting.
    private var waitedForBody = TimeSpan.zero
    private var bodyBytesRead = 0
    /// Where a handler waits for an instant.
    private var restingPlace: Parking?
    private var isReset = false
    private var hasLentBuffer = false

    /// Answers to pipelined requests are gathered up to here.
    private static let outputMark = 64 * 1024
    private static let readRoom = 4096
    /// Requests served without a wait, before others have their turn.
    private static let requestsInARowMax = 128

    var loop: EventLoop { server.loop }

    init(_ stream: any ByteStream, server: HTTPServer, slot: Int) {
        self.stream = stream
        self.server = server
        self.slot = slot
        self.buffer = server.loop.buffers.take()
        self.parser = HeadParser(limits: server.configuration.wire)
        self.exchange = HTTPExchange(server: server, peer: stream.peer)
    }

    // MARK: From outside

    /// A request that has come and is not read yet is one to be answered.
    func closeIfIdle() { if isIdle, !stream.hasUnexpectedInput { stream.close() } }

    func reset() {
        isReset = true
        stream.reset()
        task?.cancel()
        restingPlace?.wake(.cancelled)
    }

    /// Shows the peer that its answer is not whole. Those before it are, and may not have left yet.
    func breakOff() {
        runAtEndOfTurn()
        reset()
    }

    // MARK: Life

    /// The only place where a kept connection waits, and flat: every `async` call between here and the wait would cost
    /// each request a change of executor on the way back.
    func serve(securedBy context: TLSContext?) async {
        do throws(StreamError) {
            if let context { try await secure(by: context) }
            exchange.connection = self
            defer { exchange.connection = nil }
            var goesOn = true
            while goesOn {
                switch try nextStep() {
                case .handle:
                    do {
                        try await server.handler(exchange)
                        exchange.handlerReturned()
                    } catch {
                        exchange.handlerFailed(error)
                    }
                    if !mayGoOnAtOnce() { goesOn = try await finishRequest() }
                case .wait(let place, let deadline):
                    let wake = await stand(at: place, until: deadline)
                    endIdleness()
                    if !wake.isReady { goesOn = try await waitEnded(wake) }
                case .flush: try await flush()
                case .turnAway: goesOn = await server.isHeardAgain()
                case .refuse(let error):
                    server.counters.requestsMalformed += 1
                    try await refuse { HeadEncoder.refusal(error, into: &$0) }
                    goesOn = false
                case .end: goesOn = false
                }
            }
        } catch {
            note(error)
        }
        stream.close()
        loop.buffers.give(buffer)
    }

    private func secure(by context: TLSContext) async throws(StreamError) {
        do throws(StreamError) {
            stream = try await loop.secure(
                stream, by: context, until: loop.now + server.configuration.headTimeout)
        } catch {
            server.counters.handshakesFailed += 1
            throw StreamError(.handshake, error.address, .closed)
        }
    }

    private func note(_ error: StreamError) {
        switch error.cause {
        case .timedOut where error.operation == .write: server.counters.writesTimedOut += 1
        // Counted where it was seen.
        case .timedOut, .closed, .cancelled: break
        default: server.counters.connectionsLost += 1
        }
    }

    /// The usual end of a request: nothing of it is left to read, and its answer leaves with the next step.
    private func mayGoOnAtOnce() -> Bool {
        requestsInARow += 1
        return exchange.mayKeepAtOnce && exchange.output.count <= ServerConnection.outputMark
            && requestsInARow < ServerConnection.requestsInARowMax
    }

    /// False when the connection ends here.
    private func finishRequest() async throws(StreamError) -> Bool {
        if let failure = exchange.failure { try await giveUp(failure) }
        if exchange.mayKeepAtOnce {
            try await letOthersRun()
            return true
        }
        let keeps = try await exchange.readAwayBody()
        if !keeps {
            try await flush()
            try await linger()
        }
        return keeps
    }

    private func letOthersRun() async throws(StreamError) {
        let isTurnOver = requestsInARow >= ServerConnection.requestsInARowMax
        try await flush()
        if isTurnOver {
            requestsInARow = 0
            await Task.yield()
        }
    }

    /// Nothing more can come of this request. A peer whose body did not come can still hear the handler's answer, or
    /// that it kept us waiting; half an answer must not look like a whole one.
    private func giveUp(_ failure: StreamError) async throws(StreamError) -> Never {
        let isUnanswered = exchange.isUnanswered
        if exchange.isStreaming {
            stream.reset()
        } else if failure.operation == .read, failure.cause == .timedOut || failure.cause == .truncated && !isUnanswered
        {
            try await refuse { if isUnanswered { $0.append(contentsOf: ServerConnection.timedOut) } }
        }
        throw failure
    }

    // MARK: Heads

    /// What a connection does next, found without waiting.
    private enum Step {
        case handle
        case wait(Parking, until: Instant)
        case flush
        /// Nothing is read for now.
        case turnAway
        case refuse(WireError)
        case end
    }

    private func nextStep() throws(StreamError) -> Step {
        let (buffer, stream) = (buffer, stream)
        while true {
            if !buffer.isEmpty {
                do throws(WireError) {
                    if try parseHead(from: buffer) { return beginRequest() }
                } catch {
                    return .refuse(error)
                }
            }
            if !exchange.output.isEmpty, !(try flushNow(to: stream)) { return .flush }
            if server.isDeaf { return .turnAway }
            buffer.reserve(ServerConnection.readRoom)
            if let count = try stream.readNow(into: buffer) {
                if count > 0 { continue }
                if isInsideMessage { server.counters.connectionsLost += 1 }
                return .end
            }
            if let place = try stream.placeOfBytes() { return beginWait(at: place) }
        }
    }

    private var isInsideMessage: Bool { parser.isInsideHead || !buffer.isEmpty }

    private func beginRequest() -> Step {
        server.counters.requests += 1
        exchange.begin()
        headDeadline = .never
        waitedForBody = .zero
        bodyBytesRead = 0
        // The answers before this one must not wait for its handler.
        if !exchange.output.isEmpty { loop.atEndOfTurn(self) }
        return .handle
    }

    /// An idle connection holds no buffer.
    private func beginWait(at place: Parking) -> Step {
        requestsInARow = 0
        if isInsideMessage {
            if headDeadline == .never { headDeadline = loop.now + server.configuration.headTimeout }
            return .wait(place, until: headDeadline)
        }
        if server.isDraining { return .end }
        isIdle = true
        loop.buffers.give(buffer)
        return .wait(place, until: loop.turnBegan + server.configuration.idleTimeout)
    }

    /// Who cancels the task has closed the stream, which wakes it here.
    @inline(__always)
    private func stand(at place: Parking, until deadline: Instant) async -> Wake {
        await unsafe withUnsafeContinuation { unsafe place.take($0, until: deadline) }
    }

    private func endIdleness() {
        guard isIdle else { return }
        isIdle = false
        buffer = loop.buffers.take()
    }

    private func parseHead(from buffer: ByteBuffer) throws(WireError) -> Bool {
        let isWhole = try buffer.withReadable { bytes throws(WireError) in
            try parser.parseRequest(bytes, into: &exchange.head)
        }
        guard isWhole else { return false }
        let count = exchange.head.byteCount
        buffer.copy(into: &exchange.headBytes, count: count)
        buffer.consume(count)
        return true
    }

    /// False: the connection ends in order. A peer that began a head and took too long is told so.
    private func waitEnded(_ wake: Wake) async throws(StreamError) -> Bool {
        guard wake == .timedOut else { throw StreamError(.read, stream.peer.description, wake: wake) }
        if isInsideMessage {
            server.counters.headsTimedOut += 1
            try await refuse { $0.append(contentsOf: ServerConnection.timedOut) }
        } else {
            server.counters.idleTimedOut += 1
        }
        return false
    }

    private static let timedOut = Array(
        "HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n".utf8)

    private func refuse(_ words: (inout [UInt8]) -> Void) async throws(StreamError) {
        words(&exchange.output)
        try await flush()
        try await linger()
    }

    // MARK: Bodies

    /// False when not all of it has arrived.
    func takeBody(_ count: Int, into body: inout [UInt8]) -> Bool {
        guard buffer.count >= count else { return false }
        buffer.append(to: &body, count: count)
        buffer.consume(count)
        return true
    }

    /// False when not all of it has arrived.
    func skipBody(_ count: Int) -> Bool {
        guard buffer.count >= count else { return false }
        buffer.consume(count)
        return true
    }

    /// Waits for one more piece of the body and appends it. False at its end.
    func readBody(
        with decoder: inout BodyDecoder, into body: inout [UInt8]
    ) async throws(HTTPExchangeError) -> Bool {
        while !decoder.isFinished {
            let step: BodyStep
            do throws(WireError) {
                step = try buffer.withReadable { bytes throws(WireError) in try decoder.step(bytes) }
            } catch {
                throw .malformedBody(error)
            }
            if step.dataBytes > 0 { buffer.append(to: &body, from: step.framingBytes, count: step.dataBytes) }
            buffer.consume(step.consumed)
            bodyBytesRead += step.dataBytes
            if step.dataBytes > 0 { return true }
            if step.consumed == 0, !step.isFinished { try await readBodyBytes() }
        }
        return false
    }

    private func readBodyBytes() async throws(HTTPExchangeError) {
        do throws(StreamError) {
            // A handler that writes and reads by turns must see its answer go out first.
            try await flush()
            buffer.reserve(ServerConnection.readRoom)
            if let count = try stream.readNow(into: buffer) {
                if count == 0 { throw StreamError(.read, "", .truncated) }
                return
            }
            let began = loop.now
            defer { waitedForBody = waitedForBody + (loop.now - began) }
            try await stream.waitReadable(until: began + bodyPatience)
        } catch {
            if error.cause == .timedOut { server.counters.bodiesTimedOut += 1 }
            throw .stream(StreamError(error.operation, stream.peer.description, error.cause))
        }
    }

    /// How long to wait for the next bytes of a body: one that drips uses up its patience, one that flows earns some.
    private var bodyPatience: TimeSpan {
        let configuration = server.configuration
        let earned = TimeSpan.nanoseconds(
            Int64(bodyBytesRead) * (1_000_000_000 / Int64(max(1, configuration.bodyBytesPerSecondMin))))
        return min(configuration.bodyTimeout, configuration.bodyTimeout + earned - waitedForBody)
    }

    /// Reads whatever comes, and keeps none of it.
    func waitForEnd(until deadline: Instant) async {
        do throws(StreamError) {
            try await flush()
            while loop.now < deadline {
                buffer.clear()
                buffer.reserve(ServerConnection.readRoom)
                if let count = try stream.readNow(into: buffer) {
                    if count == 0 { return }
                    // A peer that never stops sending must not keep the loop from all others.
                    await Task.yield()
                } else {
                    try await stream.waitReadable(until: deadline)
                }
            }
        } catch {
            buffer.clear()
        }
    }

    // MARK: Resting

    /// Where to wait; nil for a connection that is gone.
    func beginRest() -> Parking? {
        if isReset { return nil }
        hasLentBuffer = buffer.isEmpty
        if hasLentBuffer { loop.buffers.give(buffer) }
        if let place = restingPlace { return place }
        let place = Parking(loop)
        restingPlace = place
        return place
    }

    func endRest() {
        if hasLentBuffer { buffer = loop.buffers.take() }
        hasLentBuffer = false
    }

    // MARK: Writing

    /// True when all of it is with the kernel.
    private func flushNow(to stream: any ByteStream) throws(StreamError) -> Bool {
        let sent = try stream.writeNow(exchange.output, from: 0)
        guard sent == exchange.output.count else {
            exchange.output.removeFirst(sent)
            return false
        }
        clearOutput()
        return true
    }

    func flush() async throws(StreamError) {
        if exchange.output.isEmpty { return }
        isFlushing = true
        defer { isFlushing = false }
        try await stream.write(exchange.output, until: loop.now + server.configuration.writeTimeout)
        clearOutput()
    }

    /// One large answer must not be remembered by every connection.
    private func clearOutput() {
        if exchange.output.capacity > 4 * ServerConnection.outputMark {
            exchange.output = []
        } else {
            exchange.output.removeAll(keepingCapacity: true)
        }
    }

    private func linger() async throws(StreamError) {
        buffer.clear()
        try await stream.linger(over: buffer, byteCount: server.configuration.unreadBodyMax)
    }
}

extension ServerConnection: DeferredWork {
    /// A handler waits while answers before its own are still here. A failure is seen again by the next write.
    func runAtEndOfTurn() {
        if !isFlushing, !exchange.output.isEmpty { _ = try? flushNow(to: stream) }
    }
}

extension ByteStream {
    /// Closing while the peer still sends would reset the connection and could take the answer with it: end this
    /// side, and read what comes for a moment.
    func linger(over buffer: ByteBuffer, byteCount: Int) async throws(StreamError) {
        let deadline = loop.now + .seconds(1)
        try await finishWriting(until: deadline)
        var left = byteCount
        while left > 0 {
            buffer.clear()
            buffer.reserve(4096)
            do throws(StreamError) {
                let count = try await read(into: buffer, until: deadline)
                if count == 0 { return }
                left -= count
            } catch {
                return
            }
        }
    }
}
