import EventLoop
import Evidence
import HTTPService
import HTTPWire
import JSON
import Peers
import Timebase

/// The operator's side of the embedded stack, over HTTP: what its stores hold.
final class StackDesk {
    private let client: HTTPClient
    private let loop: EventLoop
    private let fields: FieldBlock

    /// A store of ten million rows is counted in some seconds.
    private static let patience = TimeSpan.seconds(60)

    /// Whatever the plan allows to be hit, this goes to loopback and nowhere else.
    private static let policy = PeerPolicy(planAllow: [], permitted: [])

    init(at address: Address, token: String, on loop: EventLoop) throws(PartFault) {
        var configuration = ClientConfiguration()
        configuration.connectionsMax = 1
        self.loop = loop
        do {
            client = try Self.policy.permit(local: address).makeClient(on: loop, configuration: configuration)
        } catch {
            throw PartFault("the operator's listener of the embedded stack at \(address): \(error)")
        }
        var fields = FieldBlock()
        do throws(WireError) {
            try fields.add("authorization", "Bearer \(token)")
        } catch {
            preconditionFailure("a token that no field can hold: \(error)")
        }
        self.fields = fields
    }

    func close() { client.close() }

    func snapshot(_ moment: StoreSnapshot.Moment) async throws(PartFault) -> StoreSnapshot {
        let target = "/admin/counts"
        do {
            let request = try HTTPRequest(.get, target, host: client.origin.host, fields: fields)
            let response = try await client.send(request, until: loop.now + Self.patience)
            guard response.status == 200 else { throw PartFault("it was answered with \(response.status)") }
            let told = JSONPlace(try JSONValue(parsing: Array(response.body)))
            return StoreSnapshot(
                moment, live: try StoreSnapshot.Store(told.member("live")),
                shadow: try StoreSnapshot.Store(told.member("shadow")))
        } catch {
            throw PartFault("\(target): \(error)")
        }
    }
}
