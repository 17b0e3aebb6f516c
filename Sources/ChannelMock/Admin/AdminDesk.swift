// Goal: who runs a drill can look at its banks and put faults on them while they run; nobody else can.
// Method: a listener of its own, on loopback only, whose requests bear a token. What a list of faults looks like is
// known to those who read profiles; the desk asks them (`readFaults`).
//
//     GET    /_mock/healthz                            without token: up, and whether a bank raises an alarm
//     GET    /_mock/faults[?channel=NAME]              those that are up or to come
//     PUT    /_mock/faults                             these instead of all; instants count from now
//     POST   /_mock/faults                             these as well
//     DELETE /_mock/faults                             none
//     GET    /_mock/statement?channel=NAME[&form=F]
//     GET    /_mock/metrics                            for Prometheus
//
// Not here: changing what a bank is like on a good day.

package import ChannelProfile
import Diagnostics
package import EventLoop
import Evidence
import HTTPService
import HTTPWire
import JSON
import PlanValues
package import Timebase

package final class AdminDesk {
    /// The faults that a text lists, or what is wrong with it in words.
    package enum Reading: Sendable {
        case faults([Fault])
        case mistakes([String])
    }

    package static let bodyBytesMax = 1 << 20

    private let banks: MockBanks
    private let gate: OperatorGate
    private let readFaults: (_ text: [UInt8], _ channels: [String]) -> Reading
    private var server: HTTPServer?

    /// - Parameter token: of visible ASCII; it is never told again.
    package init(
        over banks: MockBanks, token: String, readFaults: @escaping (_ text: [UInt8], _ channels: [String]) -> Reading
    ) {
        self.banks = banks
        gate = OperatorGate(token: token)
        self.readFaults = readFaults
    }

    package func open(on address: Address) throws(StreamError) -> Address {
        precondition(address.isLoopback, "the operator's place is loopback, not \(address)")
        var configuration = ServerConfiguration()
        configuration.wire.bodyBytes = UInt64(Self.bodyBytesMax)
        configuration.connectionsMax = 64
        let server = HTTPServer(on: banks.loop, configuration: configuration) { [weak self] exchange in
            guard let self else { return exchange.respond(503) }
            try await self.handle(exchange)
        }
        self.server = server
        return try server.listen(on: address)
    }

    package func close(until deadline: Instant) async { await server?.drain(until: deadline) }

    // MARK: Requests

    private func handle(_ exchange: HTTPExchange) async throws {
        do {
            let target = OperatorTarget(exchange.target)
            if target.path == "/_mock/healthz", exchange.method == .get { return tellHealth(exchange) }
            try gate.check(exchange)
            switch (exchange.method, target.path) {
            case (.get, "/_mock/faults"): try listFaults(exchange, target)
            case (.put, "/_mock/faults"), (.post, "/_mock/faults"): try await postFaults(exchange)
            case (.delete, "/_mock/faults"):
                banks.clearFaults()
                exchange.respond(204)
            case (.get, "/_mock/statement"): try await tellStatement(exchange, target)
            case (.get, "/_mock/metrics"): tellMetrics(exchange)
            case (_, "/_mock/faults"): throw Problem.wrongMethod("GET, PUT, POST or DELETE")
            case (_, "/_mock/statement"), (_, "/_mock/metrics"), (_, "/_mock/healthz"):
                throw Problem.wrongMethod("GET")
            default:
                throw Problem(
                    status: 404, kind: "no-such-path",
                    detail: "there are /_mock/healthz, /_mock/faults, /_mock/statement and /_mock/metrics")
            }
        } catch let problem as Problem {
            let answer = BankAnswer(problem)
            exchange.respond(answer.status, answer.fields, body: answer.body)
        }
    }

    // MARK: Faults

    private func listFaults(_ exchange: HTTPExchange, _ target: OperatorTarget) throws(Problem) {
        let now = banks.loop.now
        let asked = try target["channel"].map { (name) throws(Problem) in [try bank(name)] } ?? banks.banks
        let faults = asked.flatMap { bank in
            bank.faults.map { posted in
                posted.fault.beginning(at: (posted.from - now).wholeMilliseconds).json.adding([
                    ("for", .text((posted.until - max(posted.from, now)).wholeMilliseconds.description)),
                    ("up", .boolean(posted.from <= now)),
                ])
            }
        }
        exchange.respond(200, BankAnswer.json, body: JSONValue.array(faults).bytes())
    }

    private func postFaults(_ exchange: HTTPExchange) async throws {
        let text = try await exchange.collectBody()
        let now = banks.loop.now
        switch readFaults(text, banks.profile.channels.map(\.name.value)) {
        case .mistakes(let mistakes):
            throw Problem(status: 400, kind: "wrong-faults", detail: mistakes.joined(separator: "\n"))
        case .faults(let faults):
            let isPut = exchange.method == .put
            let most = isPut ? 0 : banks.banks.map(\.faults.count).max() ?? 0
            guard most + faults.count <= FaultBoard.faultsMax else {
                throw Problem(
                    status: 422, kind: "too-many-faults",
                    detail: "a bank holds at most \(FaultBoard.faultsMax) faults at a time")
            }
            if isPut { banks.clearFaults() }
            banks.post(faults, from: now)
            exchange.respond(204)
        }
    }

    // MARK: What the banks say

    private func tellStatement(_ exchange: HTTPExchange, _ target: OperatorTarget) async throws {
        guard let name = target["channel"] else { throw Problem.missing("channel", "whose statement it is") }
        let form = try target["form"].map { (text) throws(Problem) in try MockBank.form("?form=\(text)") }
        try await bank(name).sendStatement(exchange, form: form ?? nil)
    }

    private func bank(_ name: String) throws(Problem) -> MockBank {
        if let bank = banks[name] { return bank }
        let names = banks.profile.channels.map(\.name.value)
        let closest = Spelling.closest(to: name, among: names).map { "; did you mean '\($0)'?" } ?? ""
        throw Problem(
            status: 404, kind: "no-such-channel", detail: "there is no channel '\(name)'\(closest)", field: "channel")
    }

    private func tellHealth(_ exchange: HTTPExchange) {
        let isAlarmed = banks.banks.contains(where: \.isAlarmed)
        let channels = banks.banks.map {
            ($0.channel.name.value, JSONValue.object($0.figures.map { ($0.name, .count($0.value)) }))
        }
        let body = JSONValue.object([
            ("status", .text(isAlarmed ? "alarm" : "ok")), ("profile", .text(banks.profile.name)),
            ("channels", .object(channels)),
        ])
        exchange.respond(isAlarmed ? 503 : 200, BankAnswer.json, body: body.bytes())
    }

    private func tellMetrics(_ exchange: HTTPExchange) {
        var text = ""
        let figures = banks.banks.map { (channel: $0.channel.name.value, figures: $0.figures) }
        for (index, figure) in (figures.first?.figures ?? []).enumerated() {
            let name = "spillway_mock_\(figure.name)"
            text += "# TYPE \(name) \(figure.isCounter ? "counter" : "gauge")\n"
            for bank in figures { text += "\(name){channel=\"\(bank.channel)\"} \(bank.figures[index].value)\n" }
        }
        exchange.respond(200, Self.metricsFields, body: Array(text.utf8))
    }

    private static let metricsFields = BankAnswer.fields("text/plain; version=0.0.4; charset=utf-8")
}

extension TimeSpan {
    /// For reading; nothing that is over is less than nothing.
    fileprivate var wholeMilliseconds: TimeSpan { .milliseconds(max(0, nanoseconds / 1_000_000)) }
}

extension JSONValue {
    /// The same object with other or further members.
    fileprivate func adding(_ members: [(String, JSONValue)]) -> JSONValue {
        let kept = (self.members ?? []).filter { own in !members.contains { $0.0 == own.0 } }
        return .object(kept + members)
    }
}
