// Goal: who runs a drill can see everything that the stack has written down, and switch defects while it runs; nobody else
// can.
// Method: a listener of its own, on loopback only, whose requests bear a token.
//
//     GET  /admin/export/TABLE?shadow=1[&after=PLACE][&limit=N]   rows as NDJSON; the last line is the watermark
//          payments, refunds, attempts, journal, balances, notifications, queues, log
//     GET  /admin/counts           rows of each table, live and shadow
//     GET  /admin/defects          which are on
//     PUT  /admin/defects          these and no others: ["no-limiter"]
//     GET  /admin/setting          how the stack is set up
//
// Not here: changing what is in the books.

import Diagnostics
import EventLoop
import HTTPService
import HTTPWire
import JSON
import StackVocabulary
import Timebase

final class OperatorDesk {
    static let pageRows = 1_000
    static let bodyBytesMax: UInt64 = 1 << 16

    private let desks: [PaymentDesk]
    private let log: StackLog
    private let setting: StackSetting
    private let queues: (PaymentDesk) -> JSONValue
    private let gate: OperatorGate
    private let loop: EventLoop
    private var server: HTTPServer?

    init(
        over desks: [PaymentDesk], _ setting: StackSetting, log: StackLog, token: String, on loop: EventLoop,
        queues: @escaping (PaymentDesk) -> JSONValue
    ) {
        self.desks = desks
        self.setting = setting
        self.log = log
        self.queues = queues
        self.loop = loop
        gate = OperatorGate(token: token)
    }

    func open(on address: Address) throws(StreamError) -> Address {
        precondition(address.isLoopback, "the operator's place is loopback, not \(address)")
        var configuration = ServerConfiguration()
        configuration.wire.bodyBytes = Self.bodyBytesMax
        configuration.connectionsMax = 64
        let server = HTTPServer(on: loop, configuration: configuration) { [weak self] exchange in
            guard let self else { return exchange.respond(503) }
            do {
                try await self.handle(exchange)
            } catch let problem as Problem {
                StackAnswer(problem).send(exchange)
            }
        }
        self.server = server
        return try server.listen(on: address)
    }

    func close(until deadline: Instant) async { await server?.drain(until: deadline) }

    private func handle(_ exchange: HTTPExchange) async throws {
        try gate.check(exchange)
        let target = OperatorTarget(exchange.target)
        switch (exchange.method, target.path) {
        case (.get, let path) where path.hasPrefix("/admin/export/"):
            try await export(String(path.dropFirst(14)), target, exchange)
        case (.get, "/admin/counts"): StackAnswer(200, try await counts().bytes(.compact)).send(exchange)
        case (.get, "/admin/defects"): tellDefects(exchange)
        case (.put, "/admin/defects"):
            try switchDefects(try await exchange.collectBody())
            tellDefects(exchange)
        case (.get, "/admin/setting"): StackAnswer(200, setting.json.bytes(.compact)).send(exchange)
        case (_, "/admin/defects"): throw Problem.wrongMethod("GET or PUT")
        case (_, "/admin/setting"), (_, "/admin/counts"): throw Problem.wrongMethod("GET")
        default:
            throw Problem(
                status: 404, kind: "no-such-path",
                detail: "there are GET /admin/export/TABLE, GET /admin/counts, GET and PUT /admin/defects, "
                    + "GET /admin/setting")
        }
    }

    // MARK: Export

    private func export(_ name: String, _ target: OperatorTarget, _ exchange: HTTPExchange) async throws {
        let desk = desks[try Self.flag(target["shadow"]) ? 1 : 0]
        switch name {
        case "queues": try await send([queues(desk)], exchange)
        case "log": try await send(log.lines(of: desk.namespace).map(JSONValue.text), exchange)
        default:
            guard let table = ExportTable(rawValue: name) else {
                let names = ExportTable.allCases.map(\.rawValue) + ["queues", "log"]
                let closest = Spelling.closest(to: name, among: names).map { "; did you mean '\($0)'?" } ?? ""
                throw Problem(status: 404, kind: "no-such-table", detail: "there is no table '\(name)'\(closest)")
            }
            try await send(
                table, of: desk.store, after: try Self.number(target["after"], "after") ?? 0,
                atMost: try Self.number(target["limit"], "limit") ?? .max, exchange)
        }
    }

    private static func flag(_ text: String?) throws(Problem) -> Bool {
        switch text {
        case nil, "0": false
        case "1": true
        default: throw .wrong("shadow", "0 or 1")
        }
    }

    private static func number(_ text: String?, _ name: String) throws(Problem) -> Int64? {
        guard let text else { return nil }
        guard let number = Int64(text), number >= 0 else { throw .wrong(name, "a whole number") }
        return number
    }

    private func send(
        _ table: ExportTable, of store: any LedgerStore, after place: Int64, atMost limit: Int64,
        _ exchange: HTTPExchange
    ) async throws {
        var (place, sent, watermark) = (place, Int64(0), Int64(0))
        var page = try await store.page(table, after: place, limit: Int(min(limit, Int64(Self.pageRows))))
        exchange.startResponse(200, StackAnswer.linesFields)
        while true {
            watermark = page.watermark
            sent += Int64(page.count)
            if page.count > 0 { try await exchange.write(page.lines) }
            let left = limit - sent
            if page.count == 0 || left <= 0 { break }
            place = page.last
            page = try await store.page(table, after: place, limit: Int(min(left, Int64(Self.pageRows))))
        }
        let end = JSONValue.object([
            ("watermark", .integer(watermark)), ("rows", .integer(sent)), ("last", .integer(page.last)),
        ])
        try await exchange.write(end.bytes(.compact) + [UInt8(ascii: "\n")])
        exchange.finishResponse()
    }

    private func send(_ lines: [JSONValue], _ exchange: HTTPExchange) async throws {
        exchange.respond(
            200, StackAnswer.linesFields, body: lines.flatMap { $0.bytes(.compact) + [UInt8(ascii: "\n")] })
    }

    // MARK: Counts

    /// `{"live": {"rows": {"payments": 3, ...}, "watermark": 7}, "shadow": {...}}`
    private func counts() async throws -> JSONValue {
        var stores: [(String, JSONValue)] = []
        for desk in desks {
            let counts = try await desk.store.counts()
            let rows = ExportTable.allCases.map { ($0.rawValue, JSONValue.integer(counts[$0])) }
            stores.append(
                (
                    desk.namespace.name,
                    .object([("rows", .object(rows)), ("watermark", .integer(counts.watermark))])
                ))
        }
        return .object(stores)
    }

    // MARK: Defects

    private func tellDefects(_ exchange: HTTPExchange) {
        let names = setting.defects.inOrder.map { JSONValue.text($0.name) }
        StackAnswer(200, JSONValue.array(names).bytes(.compact)).send(exchange)
    }

    private func switchDefects(_ body: [UInt8]) throws(Problem) {
        guard case .array(let names)? = try? JSONValue(parsing: body) else {
            throw Problem(status: 400, kind: "malformed-body", detail: #"the body is a list: ["no-limiter"]"#)
        }
        var wanted: Set<Defect> = []
        for name in names {
            guard case .text(let text) = name, let defect = Defect(name: text) else {
                let text = if case .text(let text) = name { text } else { "" }
                let closest = Spelling.closest(to: text, among: Defect.allCases.map(\.name))
                throw Problem(
                    status: 422, kind: "no-such-defect",
                    detail: "there is no defect '\(text)'" + (closest.map { "; did you mean '\($0)'?" } ?? ""))
            }
            wanted.insert(defect)
        }
        setting.defects.set(wanted)
        for desk in desks { log.note("defects: " + setting.defects.words, desk.namespace) }
    }
}
