import EventLoop
import Evidence
import HTTPService
import HTTPWire
import JSON
import Timebase

/// The operator's side of the embedded stack, over HTTP: what its stores hold.
final class StackDesk {
    private let client: OperatorClient

    /// A store of ten million rows is counted in some seconds.
    private static let patience = TimeSpan.seconds(60)

    init(at address: Address, token: String, on loop: EventLoop) throws(PartFault) {
        client = try OperatorClient(of: "the embedded stack", at: address, token: token, on: loop)
    }

    func close() { client.close() }

    func snapshot(_ moment: StoreSnapshot.Moment) async throws(PartFault) -> StoreSnapshot {
        let target = "/admin/counts"
        let response = try await client.ask(.get, target, within: Self.patience)
        do {
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
