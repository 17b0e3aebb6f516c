import EventLoop
import HTTPService
import HTTPWire
import JSON
import Peers
import Timebase

/// The operator's side of a part of the run, over HTTP: on this machine, and for who knows the token.
final class OperatorClient {
    private let client: HTTPClient
    private let loop: EventLoop
    private let fields: FieldBlock

    static let patience = TimeSpan.seconds(5)

    /// Whatever the plan allows to be hit, this goes to loopback and nowhere else.
    private static let policy = PeerPolicy(planAllow: [], permitted: [])

    /// - Parameter part: in messages: `the mock banks`.
    init(of part: String, at address: Address, token: String, on loop: EventLoop) throws(PartFault) {
        self.loop = loop
        client = try Self.client(of: part, at: address, on: loop)
        var fields = FieldBlock()
        do throws(WireError) {
            try fields.add("authorization", "Bearer \(token)")
        } catch {
            preconditionFailure("a token that no field can hold: \(error)")
        }
        self.fields = fields
    }

    static func client(of part: String, at address: Address, on loop: EventLoop) throws(PartFault) -> HTTPClient {
        var configuration = ClientConfiguration()
        configuration.connectionsMax = 2
        do {
            return try policy.permit(local: address).makeClient(on: loop, configuration: configuration)
        } catch {
            throw PartFault("the operator's listener of \(part) at \(address): \(error)")
        }
    }

    func close() { client.close() }

    func ask(
        _ method: Method, _ target: String, _ body: JSONValue? = nil, within span: TimeSpan = patience
    ) async throws(PartFault) -> HTTPResponse {
        do {
            let request = try HTTPRequest(
                method, target, host: client.origin.host, fields: fields, body: body.map { $0.bytes(.compact) })
            return try await client.send(request, until: loop.now + span)
        } catch {
            throw PartFault("\(target): \(error)")
        }
    }

    /// An answer of any length, piece by piece.
    func fetch(_ target: String, into sink: EvidenceSink, within span: TimeSpan) async throws(PartFault) {
        do {
            try await client.call(.get, target, fields: fields, until: loop.now + span) { call in
                let status = try await call.response().status
                guard status == 200 else { throw PartFault("it was answered with \(status)") }
                var piece: [UInt8] = []
                while try await call.readPiece(into: &piece) {
                    try sink.write(piece)
                    piece.removeAll(keepingCapacity: true)
                }
                try sink.write(piece)
            }
        } catch {
            throw PartFault("\(error)")
        }
    }
}
