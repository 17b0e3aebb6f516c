package import Cryptography
package import EventLoop
import HTTPService
package import Peers
package import PlanModel

/// One of the plan's entry points, as this loop reaches it. It is made of a permitted origin and of nothing else, so
/// that no byte goes where no policy looked.
package struct ServiceTarget {
    let client: HTTPClient
    /// As the Host field says it.
    let authority: String

    package init(_ origin: PermittedOrigin, of target: Target, on loop: EventLoop) throws(TLSError) {
        var configuration = ClientConfiguration()
        configuration.connectionsMax = target.connections
        // Each open arrival has one request under way, or two where it sends a twin.
        configuration.waitingMax = 2 * target.inFlight
        configuration.connectTimeout = target.timeout
        // A driver counts each attempt; none may hide behind another.
        configuration.repeatsIdempotent = false
        authority = origin.authority
        client = try origin.makeClient(on: loop, configuration: configuration)
    }

    func close() { client.close() }
}
