public import EventLoop

/// A request that waits for a connection, or for leave to open one.
public final class WaitingRequest {
    public let parking: Parking
    /// What it was given: nil is leave to open a connection.
    var connection: ClientConnection?
    fileprivate var isInLine = true

    public init(_ loop: EventLoop) {
        parking = Parking(loop)
    }
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
            if request.isInLine, request.parking.isTaken {
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
