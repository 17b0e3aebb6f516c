public import EventLoop

/// An HTTP/1.1 client of one origin, on one loop.
///
/// **Goal.** `try await client.send(request, until: deadline)` costs the kernel's work, one allocation for the answer,
/// and little else; and what a caller hears of a failure is exact enough to settle a payment by.
///
/// **Method.** A pool with a cap. A request takes the connection that was used last, or opens one, or waits in a
/// bounded queue; the wait is measured and handed back with the answer. The caller's own task writes and reads.
///
/// What does not wait is not inlined into `send`: its frame lives through the wait, once for each request under way,
/// and grew to 7.5 KB.
///
/// Bodies that must not stand in memory whole go through `call`.
///
/// **Not here.** Redirects, cookies, content coding, proxies: a driver must see what was sent and what came back.
public final class HTTPClient {
    public let loop: EventLoop
    public let origin: HTTPOrigin
    public let configuration: ClientConfiguration
    public internal(set) var counters = ClientCounters()
    /// Connections with room for another request, the one used last at the end.
    private(set) var free: [ClientConnection] = []
    private var open: [ClientConnection] = []
    private var connecting = 0
    /// Places in the pool that were given to requests in line, which have not begun to connect yet.
    var leaves = 0
    var line = WaitingLine()
    private(set) var isClosed = false

    public init(on loop: EventLoop, to origin: HTTPOrigin, configuration: ClientConfiguration = .init()) {
        precondition(configuration.connectionsMax > 0 && configuration.pipelineDepth > 0, "a client needs a connection")
        self.loop = loop
        self.origin = origin
        self.configuration = configuration
    }

    /// Those being opened included.
    public var openConnections: Int { open.count + connecting + leaves }
    public var waitingRequests: Int { line.count }

    /// Ends every connection; requests under way and in line fail with `closed`.
    public func close() {
        isClosed = true
        for connection in open {
            connection.slot = nil
            connection.end()
        }
        open.removeAll()
        free.removeAll()
        while let waiting = line.next() { waiting.wake(.closed) }
    }

    // MARK: Sending

    public func send(_ request: HTTPRequest, until deadline: Instant) async throws(HTTPClientError) -> HTTPResponse {
        try await attempt(request, in: nil, until: deadline)
    }

    /// `turn`: what a request has that stood in line before it was made.
    public func send(
        _ request: HTTPRequest, in turn: ConnectionTurn?, until deadline: Instant
    ) async throws(HTTPClientError) -> HTTPResponse {
        try await attempt(request, in: turn, until: deadline)
    }

    @inline(__always)
    private func attempt(
        _ request: HTTPRequest, in turn: ConnectionTurn?, until deadline: Instant
    ) async throws(HTTPClientError) -> HTTPResponse {
        if turn == nil { try admit(until: deadline) }
        var turn = turn
        /// Above one, an earlier attempt may have been sent, whatever becomes of this one.
        var attempts = 1
        var wait = TimeSpan.zero
        while true {
            let connection: ClientConnection
            // What `take` does, without its `async` call.
            if turn == nil, !isClosed, let kept = takeFree() {
                connection = kept
            } else {
                do throws(HTTPClientError) {
                    connection =
                        if let turn = turn.take() {
                            try await redeem(turn, until: deadline)
                        } else {
                            try await acquire(&wait, until: deadline)
                        }
                } catch {
                    throw failure(error.cause, mayHaveBeenSent: attempts > 1)
                }
            }
            do throws(ExchangeFailure) {
                var response = try await connection.exchange(request, poolWait: wait, until: deadline)
                release(connection)
                response.attempts = attempts
                return response
            } catch {
                discard(connection)
                if !isClosed, mayTryAgain(request, error, &attempts) { continue }
                throw failure(
                    isClosed ? .closed : error.cause, mayHaveBeenSent: error.mayHaveBeenSent || attempts > 1)
            }
        }
    }

    /// Counts a request. Nothing is sent for a caller who no longer waits: a payment would be unknown for no reason.
    func admit(until deadline: Instant) throws(HTTPClientError) {
        counters.requests += 1
        try check(until: deadline)
    }

    func check(until deadline: Instant) throws(HTTPClientError) {
        if hasPassed(deadline) { throw failure(.timedOut, mayHaveBeenSent: false) }
        if configuration.heedsCancellation, Task.isCancelled { throw failure(.cancelled, mayHaveBeenSent: false) }
    }

    /// Looking at the clock costs more than the rest of this: a deadline that is far from the turn's beginning needs no
    /// such look.
    private func hasPassed(_ deadline: Instant) -> Bool {
        deadline - loop.turnBegan < HTTPClient.turnMax && deadline <= loop.now
    }

    /// No turn of a loop that works lasts so long.
    private static let turnMax = TimeSpan.seconds(1)

    /// What never left may take another connection. What may have been sent is repeated once, if it means the same
    /// twice and met the end of a kept connection.
    @inline(never)
    private func mayTryAgain(_ request: HTTPRequest, _ failure: ExchangeFailure, _ attempts: inout Int) -> Bool {
        switch failure.cause {
        case .endedBeforeResponse(isKept: true), .brokenByAnother:
            if !failure.mayHaveBeenSent { return true }
            let mayRepeat = attempts == 1 && configuration.repeatsIdempotent && request.isIdempotent
            guard mayRepeat, failure.cause != .brokenByAnother else { return false }
            attempts += 1
            counters.requestsRepeated += 1
            return true
        default:
            return false
        }
    }

    @inline(never)
    func failure(_ cause: HTTPClientError.Cause, mayHaveBeenSent: Bool) -> HTTPClientError {
        HTTPClientError(origin: origin.description, cause: cause, mayHaveBeenSent: mayHaveBeenSent)
    }

    // MARK: The pool

    func take(_ wait: inout TimeSpan, until deadline: Instant) async throws(HTTPClientError) -> ClientConnection {
        if !isClosed, let kept = takeFree() { return kept }
        return try await acquire(&wait, until: deadline)
    }

    /// Opens a connection, or waits for one and adds how long.
    @inline(never)
    private func acquire(
        _ wait: inout TimeSpan, until deadline: Instant
    ) async throws(HTTPClientError) -> ClientConnection {
        if isClosed { throw failure(.closed, mayHaveBeenSent: false) }
        if openConnections >= configuration.connectionsMax,
            let connection = try await waitInLine(&wait, until: deadline)
        {
            return connection
        }
        return try await connect(until: deadline)
    }

    private func takeFree() -> ClientConnection? {
        while let connection = free.popLast() {
            connection.isFree = false
            if connection.isStale {
                counters.connectionsStale += 1
                discard(connection)
                continue
            }
            connection.load += 1
            offer(connection)
            return connection
        }
        return nil
    }

    @inline(never)
    func connect(until deadline: Instant) async throws(HTTPClientError) -> ClientConnection {
        if isClosed { throw failure(.closed, mayHaveBeenSent: false) }
        connecting += 1
        defer { connecting -= 1 }
        let until = min(deadline, loop.now + configuration.connectTimeout)
        do throws(StreamError) {
            let stream =
                if let security = origin.security {
                    try await loop.connect(
                        to: origin.address, securedBy: security, as: origin.hostName, until: until)
                } else {
                    try await loop.connect(to: origin.address, until: until)
                }
            return try keep(stream)
        } catch {
            throw unreachable(error)
        }
    }

    @inline(never)
    private func keep(_ stream: any ByteStream) throws(StreamError) -> ClientConnection {
        if isClosed {
            stream.close()
            throw StreamError(.connect, origin.address.description, .closed)
        }
        let connection = ClientConnection(stream, loop: loop, configuration: configuration)
        connection.slot = open.count
        connection.load = 1
        open.append(connection)
        counters.connectionsOpened += 1
        offer(connection)
        return connection
    }

    @inline(never)
    private func unreachable(_ error: StreamError) -> HTTPClientError {
        counters.connectsFailed += 1
        grantLeave()
        return switch error.cause {
        case .cancelled: failure(.cancelled, mayHaveBeenSent: false)
        case .closed where isClosed: failure(.closed, mayHaveBeenSent: false)
        default: failure(.unreachable(error), mayHaveBeenSent: false)
        }
    }

    /// Nil: leave to open one.
    private func waitInLine(
        _ wait: inout TimeSpan, until deadline: Instant
    ) async throws(HTTPClientError) -> ClientConnection? {
        guard line.count < configuration.waitingMax else {
            counters.waitsRefused += 1
            throw failure(.poolQueueFull(line.count), mayHaveBeenSent: false)
        }
        let waiting = WaitingRequest(loop)
        line.append(waiting)
        let began = loop.now
        let wake = await waiting.wait(until: deadline)
        wait = wait + countWait(since: began)
        switch wake {
        case .ready:
            if waiting.connection == nil { leaves -= 1 }
            return waiting.connection
        case .timedOut, .cancelled, .closed:
            line.leave(waiting)
            throw failure(
                wake == .timedOut ? .poolTimedOut : wake == .closed ? .closed : .cancelled, mayHaveBeenSent: false)
        }
    }

    func release(_ connection: ClientConnection) {
        connection.load -= 1
        if connection.isBroken { return discard(connection) }
        if line.count > 0, connection.isStale {
            counters.connectionsStale += 1
            return discard(connection)
        }
        offer(connection)
    }

    @inline(never)
    func discard(_ connection: ClientConnection) {
        connection.end()
        guard let slot = connection.slot else { return }
        connection.slot = nil
        let last = open.removeLast()
        if last !== connection {
            last.slot = slot
            open[slot] = last
        }
        if connection.isFree { free.removeAll { $0 === connection } }
        grantLeave()
    }

    /// Gives the connection's room to those who have waited longest; what is left is for who comes next.
    private func offer(_ connection: ClientConnection) {
        while connection.load < configuration.pipelineDepth {
            guard line.count > 0, let waiting = line.next() else {
                if !connection.isFree {
                    connection.isFree = true
                    free.append(connection)
                }
                return
            }
            connection.load += 1
            waiting.connection = connection
            waiting.wake()
        }
    }

    /// A place in the pool has become free: it belongs to whoever has waited longest.
    func grantLeave() {
        guard let waiting = line.next() else { return }
        leaves += 1
        waiting.wake()
    }
}
