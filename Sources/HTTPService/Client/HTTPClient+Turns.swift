public import EventLoop

/// What a request has that stood in line before it was made: a connection, leave to open one, or why it has neither.
/// It is for one `send`, or is given back.
public struct ConnectionTurn {
    enum Outcome {
        case connection(ClientConnection)
        case leave
        case refused(HTTPClientError.Cause)
    }

    let outcome: Outcome

    /// It will not be sent: its deadline has passed, or the client is closed.
    public var isRefused: Bool { if case .refused = outcome { true } else { false } }
}

/// Waiting without a task. A caller with thousands of requests that find no connection, as after a stall, need not make
/// them yet, and has a hundred bytes of each instead of a task, its stack, and its buffers.
extension HTTPClient {
    /// Whether a request that was sent now would wait in line.
    public var isFull: Bool {
        free.isEmpty && openConnections >= configuration.connectionsMax && !isClosed
            && line.count < configuration.waitingMax
    }

    /// For a client that is full. `begin` is called once and later, from the midst of other requests' ends: it may start
    /// tasks, and leaves what takes longer to them. At its deadline, and when the client is closed, it has its turn too,
    /// and hears from `send` what became of it.
    public func standInLine(until deadline: Instant, _ begin: @escaping (ConnectionTurn) -> Void) {
        precondition(isFull, "a request stands in line where a connection is to be had")
        line.append(WaitingRequest(in: self, until: deadline, begin))
    }

    func turn(of request: WaitingRequest, _ wake: Wake, since came: Instant) -> ConnectionTurn {
        _ = countWait(since: came)
        if wake.isReady { return ConnectionTurn(outcome: request.connection.map { .connection($0) } ?? .leave) }
        line.leave(request)
        return ConnectionTurn(outcome: .refused(wake == .timedOut ? .poolTimedOut : .closed))
    }

    func countWait(since came: Instant) -> TimeSpan {
        let wait = loop.now - came
        counters.waits += 1
        counters.waited = counters.waited + wait
        return wait
    }

    /// For a request that was not made after all.
    public func giveBack(_ turn: ConnectionTurn) {
        switch turn.outcome {
        case .connection(let connection): release(connection)
        case .leave:
            leaves -= 1
            grantLeave()
        case .refused: break
        }
    }

    @inline(never)
    func redeem(_ turn: ConnectionTurn, until deadline: Instant) async throws(HTTPClientError) -> ClientConnection {
        counters.requests += 1
        if case .refused(let cause) = turn.outcome { throw failure(cause, mayHaveBeenSent: false) }
        do throws(HTTPClientError) {
            try check(until: deadline)
        } catch {
            giveBack(turn)
            throw error
        }
        if case .connection(let connection) = turn.outcome { return connection }
        leaves -= 1
        return try await connect(until: deadline)
    }
}
