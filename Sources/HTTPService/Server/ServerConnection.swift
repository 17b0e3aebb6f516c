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
    /// How long this request's body has kept us waiting.
    private var waitedForBody = TimeSpan.zero
    private var bodyBytesRead = 0

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
        stream.reset()
        task?.cancel()
    }

    /// Shows the peer that its answer is not whole. Those before it are, and may not have left yet.
    func breakOff() {
        runAtEndOfTurn()
        reset()
    }

    // MARK: Life

    func serve(securedBy context: TLSContext?) async {
        do throws(StreamError) {
            if let context { try await secure(by: context) }
            exchange.connection = self
            defer { exchange.connection = nil }
            while try await serveOne() {}
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

    /// False when the connection ends here.
    private func serveOne() async throws(StreamError) -> Bool {
        guard try await receiveHead() else { return false }
        server.counters.requests += 1
        exchange.begin()
        waitedForBody = .zero
        bodyBytesRead = 0
        // The answers before this one must not wait for its handler.
        if !exchange.output.isEmpty { loop.atEndOfTurn(self) }
        do {
            try await server.handler(exchange)
            exchange.handlerReturned()
        } catch {
            exchange.handlerFailed(error)
        }
        if let failure = exchange.failure { try await giveUp(failure) }
        if exchange.mayKeepAtOnce {
            if exchange.output.count > ServerConnection.outputMark { try await flush() }
            requestsInARow += 1
            if requestsInARow == ServerConnection.requestsInARowMax { try await letOthersRun() }
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
        requestsInARow = 0
        try await flush()
        await Task.yield()
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

    /// The only place where a kept connection waits, kept flat: every `async` call between here and the wait would cost
    /// each request a change of executor on the way back.
    private func receiveHead() async throws(StreamError) -> Bool {
        var deadline: Instant?
        while true {
            if !buffer.isEmpty {
                do throws(WireError) {
                    if try parseHead() { return true }
                } catch {
                    server.counters.requestsMalformed += 1
                    try await refuse { HeadEncoder.refusal(error, into: &$0) }
                    return false
                }
            }
            if !exchange.output.isEmpty, !(try flushNow()) { try await flush() }
            buffer.reserve(ServerConnection.readRoom)
            if let count = try stream.readNow(into: buffer) {
                if count > 0 { continue }
                if parser.isInsideHead || !buffer.isEmpty { server.counters.connectionsLost += 1 }
                return false
            }
            guard let place = try stream.placeOfBytes() else { continue }
            requestsInARow = 0
            let wake: Wake
            if parser.isInsideHead || !buffer.isEmpty {
                deadline = deadline ?? loop.now + server.configuration.headTimeout
                wake = await place.wait(until: deadline ?? .never)
            } else {
                if server.isDraining { return false }
                isIdle = true
                loop.buffers.give(buffer)
                wake = await place.wait(until: loop.now + server.configuration.idleTimeout)
                buffer = loop.buffers.take()
                isIdle = false
            }
            if !wake.isReady { return try await waitEnded(wake) }
        }
    }

    private func parseHead() throws(WireError) -> Bool {
        let isWhole = try buffer.withReadable { bytes throws(WireError) in
            try parser.parseRequest(bytes, into: &exchange.head)
        }
        guard isWhole else { return false }
        let count = exchange.head.byteCount
        exchange.headBytes.removeAll(keepingCapacity: true)
        buffer.append(to: &exchange.headBytes, count: count)
        buffer.consume(count)
        return true
    }

    /// False: the connection ends in order. A peer that began a head and took too long is told so.
    private func waitEnded(_ wake: Wake) async throws(StreamError) -> Bool {
        guard wake == .timedOut else { throw StreamError(.read, stream.peer.description, wake: wake) }
        if parser.isInsideHead || !buffer.isEmpty {
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

    // MARK: Writing

    /// True when all of it is with the kernel.
    private func flushNow() throws(StreamError) -> Bool {
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
        if !isFlushing, !exchange.output.isEmpty { _ = try? flushNow() }
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
