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
    private var buffer: ByteBuffer
    private var parser: HeadParser
    private var isIdle = false
    var head = MessageHead()
    /// The head's bytes, which `head` points into; the buffer has gone on to the body.
    var headBytes: [UInt8] = []
    /// Answers that have not been written yet.
    var output: [UInt8] = []
    private lazy var exchange = HTTPExchange(self)

    /// Answers to pipelined requests are gathered up to here.
    private static let outputMark = 64 * 1024
    private static let readRoom = 4096

    var loop: EventLoop { server.loop }

    init(_ stream: any ByteStream, server: HTTPServer, slot: Int) {
        self.stream = stream
        self.server = server
        self.slot = slot
        self.buffer = server.loop.buffers.take()
        self.parser = HeadParser(limits: server.configuration.wire)
    }

    // MARK: From outside

    func closeIfIdle() { if isIdle { stream.close() } }
    func reset() { stream.reset() }

    // MARK: Life

    func serve(securedBy context: TLSContext?) async {
        do throws(StreamError) {
            if let context { try await secure(by: context) }
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
        case .closed, .cancelled: break
        default: server.counters.connectionsLost += 1
        }
    }

    /// False when the connection ends here.
    private func serveOne() async throws(StreamError) -> Bool {
        guard try await receiveHead() else { return false }
        server.counters.requests += 1
        exchange.begin()
        do {
            try await server.handler(exchange)
            exchange.handlerReturned()
        } catch {
            exchange.handlerFailed(error)
        }
        if let failure = exchange.failure { throw failure }
        let keeps = try await exchange.finish()
        if !keeps || output.count > ServerConnection.outputMark { try await flush() }
        if !keeps { try await linger() }
        return keeps
    }

    // MARK: Heads

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
            try await flush()
            if buffer.isEmpty, !parser.isInsideHead {
                guard try await waitForRequest() else { return false }
            }
            let until = deadline ?? loop.now + server.configuration.headTimeout
            deadline = until
            guard try await readMore(until: until) else { return false }
        }
    }

    private func parseHead() throws(WireError) -> Bool {
        let isWhole = try buffer.withReadable { bytes throws(WireError) in
            try parser.parseRequest(bytes, into: &head)
        }
        guard isWhole else { return false }
        headBytes.removeAll(keepingCapacity: true)
        buffer.append(to: &headBytes, count: head.byteCount)
        buffer.consume(head.byteCount)
        return true
    }

    /// Waits without holding a buffer. False when none comes in time, or the server drains.
    private func waitForRequest() async throws(StreamError) -> Bool {
        if server.isDraining { return false }
        isIdle = true
        loop.buffers.give(buffer)
        defer {
            isIdle = false
            buffer = loop.buffers.take()
        }
        do throws(StreamError) {
            try await stream.waitReadable(until: loop.now + server.configuration.idleTimeout)
            return true
        } catch {
            guard error.cause == .timedOut else { throw error }
            server.counters.idleTimedOut += 1
            return false
        }
    }

    /// False when the peer ended, or took too long and was told so.
    private func readMore(until deadline: Instant) async throws(StreamError) -> Bool {
        do throws(StreamError) {
            buffer.reserve(ServerConnection.readRoom)
            let count = try await stream.read(into: buffer, until: deadline)
            if count == 0, parser.isInsideHead { server.counters.connectionsLost += 1 }
            return count > 0
        } catch {
            guard error.cause == .timedOut else { throw error }
            server.counters.headsTimedOut += 1
            try await refuse { $0.append(contentsOf: ServerConnection.timedOut) }
            return false
        }
    }

    private static let timedOut = Array(
        "HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n".utf8)

    private func refuse(_ words: (inout [UInt8]) -> Void) async throws(StreamError) {
        words(&output)
        try await flush()
        try await linger()
    }

    // MARK: Bodies

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
            let deadline = loop.now + server.configuration.bodyTimeout
            if try await stream.read(into: buffer, until: deadline) == 0 { throw StreamError(.read, "", .truncated) }
        } catch {
            if error.cause == .timedOut { server.counters.bodiesTimedOut += 1 }
            throw .stream(StreamError(error.operation, stream.peer.description, error.cause))
        }
    }

    // MARK: Writing

    func flush() async throws(StreamError) {
        if output.isEmpty { return }
        try await stream.write(output, until: loop.now + server.configuration.writeTimeout)
        output.removeAll(keepingCapacity: true)
        // One large answer must not be remembered by every connection.
        if output.capacity > 4 * ServerConnection.outputMark { output = [] }
    }

    /// Closing while the peer still sends would reset the connection and could take the answer with it: end this
    /// side, and read what comes for a moment.
    private func linger() async throws(StreamError) {
        let deadline = loop.now + .seconds(1)
        try await stream.finishWriting(until: deadline)
        var left = server.configuration.unreadBodyMax
        while left > 0 {
            buffer.clear()
            buffer.reserve(ServerConnection.readRoom)
            do throws(StreamError) {
                let count = try await stream.read(into: buffer, until: deadline)
                if count == 0 { return }
                left -= count
            } catch {
                return
            }
        }
    }
}
