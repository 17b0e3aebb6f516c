import ChannelProfile
import EventLoop
import Glibc
import HTTPService
import HTTPWire
import JSON
import Peers
import Timebase

/// The operator's side of the mock banks, over HTTP: their health, faults and statements.
final class BankDesk {
    private let client: HTTPClient
    private let loop: EventLoop
    private let fields: FieldBlock

    private static let patience = TimeSpan.seconds(5)
    /// A statement is made from the journal of the whole run.
    private static let statementMax = TimeSpan.seconds(120)

    /// Whatever the plan allows to be hit, this goes to loopback and nowhere else.
    private static let policy = PeerPolicy(planAllow: [], permitted: [])

    init(at address: Address, token: String, on loop: EventLoop) throws(PartFault) {
        var configuration = ClientConfiguration()
        configuration.connectionsMax = 2
        self.loop = loop
        do {
            client = try Self.policy.permit(local: address).makeClient(on: loop, configuration: configuration)
        } catch {
            throw PartFault("the operator's listener of the mock banks at \(address): \(error)")
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

    private func ask(
        _ method: Method, _ target: String, _ body: JSONValue? = nil
    ) async throws(PartFault) -> HTTPResponse {
        do {
            let request = try HTTPRequest(
                method, target, host: client.origin.host, fields: fields, body: body.map { $0.bytes(.compact) })
            return try await client.send(request, until: loop.now + Self.patience)
        } catch {
            throw PartFault("\(target): \(error)")
        }
    }

    /// What each channel has counted. A bank that is not well says so with 503, and tells all the same.
    func health() async throws(PartFault) -> [(channel: String, counts: [(name: String, count: Int64)])] {
        let response = try await ask(.get, "/_mock/healthz")
        guard let said = try? JSONValue(parsing: Array(response.body)), let channels = said["channels"]?.members else {
            throw PartFault("GET /_mock/healthz was answered with \(response.status), and tells no channels")
        }
        return channels.map { name, counts in
            (name, (counts.members ?? []).compactMap { key, value in value.int64.map { (key, $0) } })
        }
    }

    /// Instants count from the request.
    func post(_ faults: JSONValue) async throws(PartFault) {
        let response = try await ask(.post, "/_mock/faults", faults)
        guard (200..<300).contains(response.status) else {
            throw PartFault("POST /_mock/faults was answered with \(response.status): \(response.bodyText.prefix(500))")
        }
    }

    /// Piece by piece into a file that is made for it.
    func save(
        statementOf channel: String, _ form: StatementRule.Form, into path: String
    ) async throws(PartFault) {
        let target = "/_mock/statement?channel=\(channel)&form=\(form.rawValue)"
        do {
            try await client.call(.get, target, fields: fields, until: loop.now + Self.statementMax) { call in
                let status = try await call.response().status
                guard status == 200 else { throw PartFault("it was answered with \(status)") }
                let file = try NewFile(path)
                var piece: [UInt8] = []
                while try await call.readPiece(into: &piece) {
                    try file.write(piece)
                    piece.removeAll(keepingCapacity: true)
                }
                try file.write(piece)
            }
        } catch {
            // Half of one would be taken for the whole.
            unsafe _ = unlink(path)
            throw PartFault("the statement of '\(channel)': \(error)")
        }
    }
}

/// A file that is its owner's alone.
private final class NewFile {
    private let path: String
    private let descriptor: Int32

    init(_ path: String) throws(SystemError) {
        self.path = path
        descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        if descriptor < 0 { throw SystemError("create '\(path)'") }
    }

    deinit { close(descriptor) }

    func write(_ bytes: [UInt8]) throws(SystemError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw SystemError("write '\(path)'") }
            rest = rest.dropFirst(count)
        }
    }
}
