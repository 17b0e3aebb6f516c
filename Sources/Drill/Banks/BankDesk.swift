import ChannelProfile
import EventLoop
import Evidence
import Glibc
import HTTPService
import HTTPWire
import JSON
import Timebase

/// The operator's side of the mock banks, over HTTP: their health, faults and statements.
final class BankDesk {
    private let client: OperatorClient

    /// A statement is made from the journal of the whole run.
    private static let statementMax = TimeSpan.seconds(120)

    init(at address: Address, token: String, on loop: EventLoop) throws(PartFault) {
        client = try OperatorClient(of: "the mock banks", at: address, token: token, on: loop)
    }

    func close() { client.close() }

    /// What each channel has counted. A bank that is not well says so with 503, and tells all the same.
    func health() async throws(PartFault) -> [(channel: String, counts: [(name: String, count: Int64)])] {
        let response = try await client.ask(.get, "/_mock/healthz")
        guard let said = try? JSONValue(parsing: Array(response.body)), let channels = said["channels"]?.members else {
            throw PartFault("GET /_mock/healthz was answered with \(response.status), and tells no channels")
        }
        return channels.map { name, counts in
            (name, (counts.members ?? []).compactMap { key, value in value.int64.map { (key, $0) } })
        }
    }

    /// Instants count from the request.
    func post(_ faults: JSONValue) async throws(PartFault) {
        let response = try await client.ask(.post, "/_mock/faults", faults)
        guard (200..<300).contains(response.status) else {
            throw Self.fault("POST", response)
        }
    }

    /// Those that are up or to come.
    func faults() async throws(PartFault) -> [StandingFault] {
        let response = try await client.ask(.get, "/_mock/faults")
        guard response.status == 200, let said = try? JSONValue(parsing: Array(response.body)), let list = said.elements
        else { throw PartFault("GET /_mock/faults was answered with \(response.status)") }
        return list.compactMap(StandingFault.init)
    }

    /// These instead of all.
    func replaceFaults(by faults: JSONValue) async throws(PartFault) {
        let response = try await client.ask(.put, "/_mock/faults", faults)
        guard (200..<300).contains(response.status) else {
            throw Self.fault("PUT", response)
        }
    }

    private static func fault(_ method: String, _ response: HTTPResponse) -> PartFault {
        PartFault(
            "\(method) /_mock/faults was answered with \(response.status): \(response.bodyText.prefix(500))",
            isRefusal: (400..<500).contains(response.status))
    }

    /// Piece by piece into a file that is made for it, or into memory.
    func save(
        statementOf channel: String, _ form: StatementRule.Form, into path: String?
    ) async throws(PartFault) -> CollectedEvidence.Place {
        let target = "/_mock/statement?channel=\(channel)&form=\(form.rawValue)"
        do {
            let sink = try EvidenceSink(path)
            try await client.fetch(target, into: sink, within: Self.statementMax)
            return sink.place
        } catch {
            // Half of one would be taken for the whole.
            if let path { unsafe _ = unlink(path) }
            throw PartFault("the statement of '\(channel)': \(error)")
        }
    }
}

/// A fault as a bank tells it.
struct StandingFault {
    let channel: String
    let isUp: Bool
    /// As it is taken again.
    let json: JSONValue

    init?(_ told: JSONValue) {
        guard let channel = told["channel"]?.string, let isUp = told["up"]?.bool else { return nil }
        self.channel = channel
        self.isUp = isUp
        json = .object((told.members ?? []).filter { $0.0 != "up" })
    }
}
