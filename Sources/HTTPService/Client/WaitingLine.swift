public import EventLoop

/// A request that waits for a connection, or for leave to open one: its task stands still meanwhile, or it has none yet
/// and is called.
public final class WaitingRequest: TimerTarget {
    private enum Waiter {
        case task(Parking)
        case call((ConnectionTurn) -> Void, in: HTTPClient, since: Instant, timer: TimerID)
        case called
    }

    private var waiter: Waiter
    /// What it was given: nil is leave to open a connection.
    var connection: ClientConnection?
    fileprivate var isInLine = true

    public init(_ loop: EventLoop) {
        waiter = .task(Parking(loop))
    }

    /// `call` is called once, when the wait is over for whatever reason.
    init(in client: HTTPClient, until deadline: Instant, _ call: @escaping (ConnectionTurn) -> Void) {
        waiter = .called
        waiter = .call(call, in: client, since: client.loop.now, timer: client.loop.arm(deadline, self))
    }

    /// One that was made for a task.
    public func wait(until deadline: Instant) async -> Wake {
        guard case .task(let parking) = waiter else { preconditionFailure("this request is called, and has no task") }
        return await parking.wait(until: deadline)
    }

    var isWaiting: Bool {
        switch waiter {
        case .task(let parking): parking.isTaken
        case .call: true
        case .called: false
        }
    }

    public func wake(_ reason: Wake = .ready) {
        switch waiter {
        case .task(let parking):
            parking.wake(reason)
        case .call(let call, let client, let since, let timer):
            waiter = .called
            client.loop.cancel(timer)
            call(client.turn(of: self, reason, since: since))
        case .called: break
        }
    }

    public func timerFired(_ timer: TimerID) { wake(.timedOut) }
}

/// Requests that wait, first come, first served. Some leave before their turn; they cost nothing afterwards.
public struct WaitingLine {
    private var places: [WaitingRequest] = []
    private var first = 0
    public private(set) var count = 0

    public init() {}

    public mutating func append(_ request: WaitingRequest) {
        places.append(request)
        count += 1
    }

    /// Takes out whoever has waited longest and still does: one whose deadline has just passed is on its way out.
    public mutating func next() -> WaitingRequest? {
        while first < places.count {
            let request = places[first]
            first += 1
            if request.isInLine, request.isWaiting {
                request.isInLine = false
                count -= 1
                compact()
                return request
            }
        }
        compact()
        return nil
    }

    /// It waits no longer.
    public mutating func leave(_ request: WaitingRequest) {
        guard request.isInLine else { return }
        request.isInLine = false
        count -= 1
        compact()
    }

    private mutating func compact() {
        let gone = places.count - count
        guard gone > 64, gone > count else { return }
        places = places[first...].filter(\.isInLine)
        first = 0
    }
}
