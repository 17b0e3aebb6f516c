package import EventLoop

/// An HTTP/1.1 client of one origin, on one loop.
///
/// **Goal.** `try await client.send(request, until: deadline)` costs the kernel's work, one allocation for the answer,
/// and little else; and what a caller hears of a failure is exact enough to settle a payment by.
///
/// **Method.** A pool with a cap. A request takes the connection that was used last, or opens one, or waits in a
/// bounded queue; the wait is measured and handed back with the answer. The caller's own task writes and reads.
///
/// **Not here.** Redirects, cookies, content coding, proxies: a driver must see what was sent and what came back.
package final class HTTPClient {
    package let loop: EventLoop
    package let origin: HTTPOrigin
    package let configuration: ClientConfiguration
    package private(set) var counters = ClientCounters()
    /// Connections with room for another request, the one used last at the end.
    private var free: [ClientConnection] = []
    private var open: [ObjectIdentifier: ClientConnection] = [:]
    private var connecting = 0
    private var waiting: [Waiter] = []
    private var firstWaiting = 0
    private var isClosed = false

    /// A request that waits for a connection, or for leave to open one.
    private final class Waiter {
        let parking: Parking
        var connection: ClientConnection?
        var isGone = false

        init(_ loop: EventLoop) {
            parking = Parking(loop)
        }
    }

    package init(on loop: EventLoop, to origin: HTTPOrigin, configuration: ClientConfiguration = .init()) {
        precondition(configuration.connectionsMax > 0 && configuration.pipelineDepth > 0, "a client needs a connection")
        self.loop = loop
        self.origin = origin
        self.configuration = configuration
    }

    package var openConnections: Int { open.count + connecting }
    package var waitingRequests: Int { waiting.count - firstWaiting }

    /// Ends every connection; requests under way fail with `closed` or `brokenByAnother`.
    package func close() {
        isClosed = true
        for connection in free { connection.end() }
        for connection in open.values.sorted(by: { $0.answered < $1.answered }) { connection.end() }
        free.removeAll()
        open.removeAll()
        for index in firstWaiting..<waiting.count { waiting[index].parking.wake(.closed) }
    }

    // MARK: Sending

    package func send(_ request: HTTPRequest, until deadline: Instant) async throws(HTTPClientError) -> HTTPResponse {
        counters.requests += 1
        var mayRepeat = configuration.repeatsIdempotent && request.isIdempotent
        while true {
            var wait = TimeSpan.zero
            let connection: ClientConnection
            if !isClosed, let kept = takeFree() {
                connection = kept
            } else {
                (connection, wait) = try await acquire(until: deadline)
            }
            do throws(ExchangeFailure) {
                let response = try await connection.exchange(request, poolWait: wait, until: deadline)
                release(connection)
                return response
            } catch {
                discard(connection)
                if mayRepeat, case .endedBeforeResponse(isKept: true) = error.cause {
                    mayRepeat = false
                    counters.requestsRepeated += 1
                    continue
                }
                throw failure(isClosed ? .closed : error.cause, mayHaveBeenSent: true)
            }
        }
    }

    private func failure(_ cause: HTTPClientError.Cause, mayHaveBeenSent: Bool) -> HTTPClientError {
        HTTPClientError(origin: origin.description, cause: cause, mayHaveBeenSent: mayHaveBeenSent)
    }

    // MARK: The pool

    /// Opens a connection, or waits for one; how long that wait was.
    private func acquire(until deadline: Instant) async throws(HTTPClientError) -> (ClientConnection, TimeSpan) {
        if isClosed { throw failure(.closed, mayHaveBeenSent: false) }
        if openConnections < configuration.connectionsMax { return (try await connect(until: deadline), .zero) }
        let began = loop.now
        let connection = try await waitForConnection(until: deadline)
        let wait = loop.now - began
        counters.waits += 1
        counters.waited = counters.waited + wait
        if let connection { return (connection, wait) }
        return (try await connect(until: deadline), wait)
    }

    private func takeFree() -> ClientConnection? {
        while let connection = free.popLast() {
            if connection.isStale {
                counters.connectionsStale += 1
                discard(connection)
                continue
            }
            if connection.underWay + 1 < configuration.pipelineDepth { free.append(connection) }
            return connection
        }
        return nil
    }

    private func connect(until deadline: Instant) async throws(HTTPClientError) -> ClientConnection {
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
            if isClosed {
                stream.close()
                throw StreamError(.connect, origin.address.description, .closed)
            }
            let connection = ClientConnection(
                stream, loop: loop, limits: configuration.wire, isPipelined: configuration.pipelineDepth > 1)
            open[ObjectIdentifier(connection)] = connection
            counters.connectionsOpened += 1
            if configuration.pipelineDepth > 1 { free.append(connection) }
            return connection
        } catch {
            counters.connectsFailed += 1
            // Leave for another who waits to try: this place in the pool is free again.
            defer { grantNext(nil) }
            switch error.cause {
            case .cancelled: throw failure(.cancelled, mayHaveBeenSent: false)
            case .closed where isClosed: throw failure(.closed, mayHaveBeenSent: false)
            default: throw failure(.unreachable(error), mayHaveBeenSent: false)
            }
        }
    }

    /// Nil: leave to open one.
    private func waitForConnection(until deadline: Instant) async throws(HTTPClientError) -> ClientConnection? {
        guard waitingRequests < configuration.waitingMax else {
            counters.waitsRefused += 1
            throw failure(.poolQueueFull(waitingRequests), mayHaveBeenSent: false)
        }
        let waiter = Waiter(loop)
        waiting.append(waiter)
        switch await waiter.parking.wait(until: deadline) {
        case .ready: return waiter.connection
        case let wake:
            waiter.isGone = true
            if wake != .closed { forgetGone() }
            throw failure(
                wake == .timedOut ? .poolTimedOut : wake == .closed ? .closed : .cancelled, mayHaveBeenSent: false)
        }
    }

    private func release(_ connection: ClientConnection) {
        if connection.isBroken { return discard(connection) }
        if waitingRequests > 0, !connection.isStale {
            grantNext(connection)
        } else if configuration.pipelineDepth == 1 {
            free.append(connection)
        } else if connection.underWay + 1 == configuration.pipelineDepth {
            // It was full, and so not in the list.
            free.append(connection)
        }
    }

    private func discard(_ connection: ClientConnection) {
        connection.end()
        guard open.removeValue(forKey: ObjectIdentifier(connection)) != nil else { return }
        free.removeAll { $0 === connection }
        grantNext(nil)
    }

    /// Hands the connection, or leave to open one, to whoever has waited longest.
    private func grantNext(_ connection: ClientConnection?) {
        while firstWaiting < waiting.count {
            let waiter = waiting[firstWaiting]
            firstWaiting += 1
            defer { compactWaiting() }
            if waiter.isGone { continue }
            waiter.connection = connection
            if waiter.parking.wake() { return }
        }
        if let connection, configuration.pipelineDepth == 1 { free.append(connection) }
    }

    private func forgetGone() {
        while firstWaiting < waiting.count, waiting[firstWaiting].isGone { firstWaiting += 1 }
        compactWaiting()
    }

    private func compactWaiting() {
        guard firstWaiting == waiting.count || firstWaiting > 1024 else { return }
        waiting.removeFirst(firstWaiting)
        firstWaiting = 0
    }
}
