// Goal: a run can be watched in a browser, scraped and steered while it is under way, and none of that can hold it up.
// Method: a server of its own (on a thread of its own when live) that reads the board and nothing else of the run; orders
// leave through `LiveControls`.
//
//     GET  /           the page; /live.css, /live.js
//     GET  /events     the run so far, then each second: server-sent events
//     GET  /metrics    for Prometheus
//     POST /control/…  orders (ControlDesk)
//
// Not here: what happens in a run (`LiveBoard`), and who carries out orders.

package import EventLoop
import HTTPService
import HTTPWire
import JSON
package import PlanValues
package import Timebase

/// On its loop.
package final class LiveServer {
    package struct Limits: Sendable {
        /// Readers of /events at a time; one more is answered 503.
        package var viewers = 16
        package var connections = 64
        /// A viewer whose connection takes nothing for so long is let go; its page comes again by itself.
        package var writeTimeout = TimeSpan.seconds(10)

        package init() {}
    }

    private let board: LiveBoard
    private let token: String
    private let networks: [NetworkBlock]
    private let limits: Limits
    private var server: HTTPServer?
    private var doorkeeper: Doorkeeper?
    /// Nil while no run is under way.
    package var controls: LiveControls?

    static let retryMilliseconds = 1_000
    /// So often a viewer who is told nothing is told that somebody is there.
    static let stillHereEvery = TimeSpan.seconds(5)

    /// - Parameters:
    ///   - token: at least 16 visible characters of ASCII.
    ///   - networks: from which it may be looked at beside this machine.
    package init(
        of board: LiveBoard, token: String, openTo networks: [NetworkBlock] = [], limits: Limits = Limits()
    ) {
        self.board = board
        self.token = token
        self.networks = networks
        self.limits = limits
    }

    package func open(at address: Address) throws(StreamError) -> Address {
        var configuration = ServerConfiguration()
        configuration.connectionsMax = limits.connections
        configuration.writeTimeout = limits.writeTimeout
        configuration.wire.bodyBytes = UInt64(ControlDesk.bodyBytesMax)
        configuration.fields = Self.fields(PageAnswer.alwaysSaid)
        let server = HTTPServer(on: board.loop, configuration: configuration) { [weak self] exchange in
            guard let self else { return exchange.respond(503) }
            try await handle(exchange)
        }
        self.server = server
        let bound = try server.listen(on: address)
        doorkeeper = Doorkeeper(at: bound, token: token, openTo: networks)
        return bound
    }

    /// Viewers are told all there is, and let go.
    package func close(until deadline: Instant) async {
        board.close()
        await server?.drain(until: deadline)
    }

    // MARK: Requests

    private func handle(_ exchange: HTTPExchange) async throws {
        do {
            guard let doorkeeper else { return exchange.respond(503) }
            try doorkeeper.admit(exchange)
            let path = OperatorTarget(exchange.target).path
            if ControlDesk.paths.contains(path) { return try await steer(exchange, path, doorkeeper) }
            guard exchange.method == .get || exchange.method == .head else { throw Problem.wrongMethod("GET") }
            if let file = PageFile(path: path) { return Self.answer(exchange, 200, file.type, file.bytes) }
            switch path {
            case "/events":
                try doorkeeper.admitLooking(exchange)
                try await show(exchange)
            case "/metrics":
                try doorkeeper.admitLooking(exchange)
                Self.answer(exchange, 200, "text/plain; version=0.0.4; charset=utf-8", LiveMetrics(board).bytes)
            default:
                throw Problem(
                    status: 404, kind: "no-such-path",
                    detail: "there are /, /events, /metrics, \(ControlDesk.paths.joined(separator: ", "))")
            }
        } catch let problem as Problem {
            refuse(exchange, problem)
        }
    }

    private func steer(_ exchange: HTTPExchange, _ path: String, _ doorkeeper: Doorkeeper) async throws {
        guard exchange.method == .post else { throw Problem.wrongMethod("POST") }
        try doorkeeper.admitSteering(exchange)
        let type = (exchange.field("content-type") ?? "").prefix { $0 != ";" }.lowercased()
        guard type == "application/json" else {
            throw Problem(
                status: 415, kind: "wrong-type", detail: "orders are application/json", field: "content-type")
        }
        let text = try await exchange.collectBody()
        guard let body = try? JSONValue(parsing: text), body.members != nil else { throw Problem.notAnObject }
        guard let controls else {
            throw Problem(status: 409, kind: "no-run", detail: "no run is under way that could be steered")
        }
        try await ControlDesk(loop: board.loop, controls: controls, phase: board.phase).carryOut(path, body)
        Self.answer(exchange, 202, "application/json", Array("{}".utf8))
    }

    // MARK: Events

    private func show(_ exchange: HTTPExchange) async throws {
        if board.isClosed { return exchange.respond(204) }
        guard exchange.method == .get else { return Self.answer(exchange, 200, "text/event-stream", []) }
        guard board.counters.viewers < limits.viewers else {
            board.viewerRefused()
            throw Problem(
                status: 503, kind: "too-many-viewers", detail: "\(limits.viewers) look already", retryAfter: 5)
        }
        board.viewerCame()
        defer { board.viewerWent() }
        var place = board.place(behind: exchange.field("last-event-id"))
        exchange.startResponse(200, Self.fields([("content-type", "text/event-stream")]))
        try await exchange.write(ServerSentEvent.retry(milliseconds: Self.retryMilliseconds))
        while true {
            switch board.next(for: &place) {
            case .bytes(let bytes): try await exchange.write(bytes)
            case .over: return exchange.finishResponse()
            case .nothing:
                let deadline = board.loop.now + Self.stillHereEvery
                guard await board.waitForNews(until: deadline) else { return exchange.finishResponse() }
                if board.loop.now >= deadline { try await exchange.write(ServerSentEvent.stillHere) }
            }
        }
    }

    // MARK: Answers

    private func refuse(_ exchange: HTTPExchange, _ problem: Problem) {
        var more: [(String, String)] = []
        if let allow = problem.allow { more.append(("allow", allow)) }
        if let retryAfter = problem.retryAfter { more.append(("retry-after", "\(retryAfter)")) }
        if problem.status == 401 { more.append(("www-authenticate", "Bearer")) }
        Self.answer(exchange, problem.status, "application/problem+json", problem.body, more)
    }

    private static func answer(
        _ exchange: HTTPExchange, _ status: UInt16, _ type: String, _ body: [UInt8], _ more: [(String, String)] = []
    ) {
        exchange.respond(status, fields([("content-type", type)] + more), body: body)
    }

    private static func fields(_ pairs: [(String, String)]) -> FieldBlock {
        var block = FieldBlock()
        do throws(WireError) {
            for (name, value) in pairs { try block.add(name, value) }
        } catch {
            preconditionFailure(error.reason)
        }
        return block
    }
}
