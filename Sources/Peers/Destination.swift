import EventLoop
package import HTTPService
import PlanValues
package import Timebase

/// A host and port that is told things, with its one client.
///
/// Who may be told is judged by the address, as for a run's peers: a name is resolved once, pinned to its first address
/// that is allowed, and never asked for again. `localhost` is 127.0.0.1 here, whatever a resolver says, so that it means
/// the same in simulation, where there are no other names.
package final class Destination {
    enum State {
        case opening
        case open(HTTPClient)
        case refused(String)
    }

    /// `http://127.0.0.1:8080`.
    package let name: String
    private let loop: EventLoop
    private(set) var state = State.opening
    private var waiting: [Parking] = []
    private var opening: SpawnedTask?

    init(_ name: String, on loop: EventLoop) {
        self.name = name
        self.loop = loop
    }

    /// Numbers are judged before this returns; a name is resolved by a task of its own.
    func open(_ url: HTTPAddress, under policy: PeerPolicy, _ bounds: DestinationBounds) {
        opening = loop.spawn { [self] in
            state = await opened(url, under: policy, bounds)
            for place in waiting { place.wake() }
            waiting = []
        }
    }

    private func opened(_ url: HTTPAddress, under policy: PeerPolicy, _ bounds: DestinationBounds) async -> State {
        let host = url.host == "localhost" ? "127.0.0.1" : url.host
        do {
            let candidates = try await policy.candidates(
                for: host, port: UInt16(url.port), on: loop, until: loop.now + bounds.resolveWithin)
            let peer = candidates.pinned(to: candidates.allowed[0])
            guard let numeric = HTTPAddress("http://\(host.contains(":") ? "[\(host)]" : host):\(url.port)") else {
                return .refused("'\(url)' has no host")
            }
            var configuration = ClientConfiguration()
            configuration.connectionsMax = bounds.connectionsMax
            configuration.waitingMax = bounds.connectionsMax
            let origin = try policy.permit(peer, as: numeric, security: nil)
            return .open(try origin.makeClient(on: loop, configuration: configuration))
        } catch let error as PeerError {
            return .refused("\(error); \(error.fix)")
        } catch {
            return .refused("\(error)")
        }
    }

    /// Nil when it is refused, or was not resolved by then.
    package func client(until deadline: Instant) async -> HTTPClient? {
        if case .opening = state {
            let place = Parking(loop)
            waiting.append(place)
            _ = await place.wait(until: deadline)
            waiting.removeAll { $0 === place }
        }
        if case .open(let client) = state { return client }
        return nil
    }

    package var refusal: String? { if case .refused(let words) = state { words } else { nil } }

    /// Those that wait for the name, and those under way, come to their end.
    func close() {
        opening?.cancel()
        if case .open(let client) = state { client.close() }
        for place in waiting { place.wake(.closed) }
    }

    func join() async { await opening?.join() }
}
