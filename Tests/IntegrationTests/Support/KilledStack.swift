import ChannelProfile
import EventLoop
import Evidence
import Glibc
import HTTPService
import HTTPWire
import JSON
import StackVocabulary
import TestFolders
import Testing
import Timebase

/// A stack and a bank, each a child of the test, and merchants who pay: the stack is killed and started again on its
/// file, and in the end the bank's statement is held against the books.
final class KilledStack {
    private static let profile = """
        profile: one
        channels:
          icbc:
            latency: 2ms
            idempotency: stripe-v1
            shadow: {untagged: record}
            outcome: {decline: {do_not_honour: 5%}, pending: 10%}
            settlement: 30ms
            callback: {delay: 10ms}
        """
    private static let merchants = 6

    private let defects: DefectSwitches
    private let loop: EventLoop
    private let folder: TestFolder
    private let bank: SpillwayProcess
    private let bankFront: Address
    private let bankAdmin: Address
    private let bankToken: String
    private var lives = 0
    private var process: SpillwayProcess?
    private var front: Address?
    private var desk: Address?
    private var token = ""
    private var client: HTTPClient?
    private var keys = 0
    private var open: [String] = []
    /// By key: the payment that was acknowledged with 201.
    private(set) var acknowledged: [String: String] = [:]
    private(set) var unanswered = 0
    private var faults: [String] = []

    private init(_ defects: DefectSwitches, on loop: EventLoop) async throws {
        self.defects = defects
        self.loop = loop
        folder = try TestFolder()
        _ = try folder.write(Self.profile.utf8, as: "one.yaml")
        bank = try SpillwayProcess(
            ["mock", "\(folder.path)/one.yaml", "--out", "\(folder.path)/journals"], name: "bank", in: folder)
        let told = try await Self.told("bank", "admin  ", bank, in: folder, on: loop)
        bankFront = try Self.address("icbc", in: told)
        bankAdmin = try Self.address("admin", in: told)
        bankToken = try Self.word(after: "Bearer ", in: bank.talk)
    }

    static func run(
        _ defects: DefectSwitches = [], _ scenario: @escaping (KilledStack) async throws -> Void
    ) throws {
        let loop = try EventLoop.live()
        try loop.run { () async throws in
            let stack = try await KilledStack(defects, on: loop)
            try await scenario(stack)
            stack.process?.signal(SIGKILL)
            stack.bank.signal(SIGINT)
            _ = try await stack.bank.end(on: loop)
        }
    }

    // MARK: Starting

    /// On the same file, and at the same place.
    private func start() async throws {
        lives += 1
        var setting = StackSetting()
        setting.bankTimeout = .seconds(1)
        setting.query.first = .milliseconds(200)
        setting.query.perPaymentMax = 10
        setting.defects = defects
        let name = "stack-\(lives)"
        var words = [
            "stack", "--database", "\(folder.path)/ledger.db", "--live-channels", "icbc=http://\(bankFront)",
            "--setting", setting.json.written(.compact),
        ]
        if let front { words += ["--listen", "\(front)"] }
        let process = try SpillwayProcess(words, name: name, in: folder)
        self.process = process
        let told = try await Self.told(name, "channel   ", process, in: folder, on: loop)
        let place = try Self.address("front   ", in: told)
        (front, desk) = (place, try Self.address("operator", in: told))
        token = try Self.word(after: "Bearer ", in: process.talk)
        client = HTTPClient(on: loop, to: HTTPOrigin(place))
    }

    private static func told(
        _ name: String, _ last: String, _ process: SpillwayProcess, in folder: TestFolder, on loop: EventLoop
    ) async throws -> [String] {
        let deadline = loop.now + .seconds(20)
        while true {
            let lines = folder.text(of: "\(name).out").split(separator: "\n").map(String.init)
            if lines.contains(where: { $0.hasPrefix(last) }), process.talk.contains("Bearer ") { return lines }
            try #require(loop.now < deadline, "\(name): \(process.talk)")
            try await loop.sleep(until: loop.now + .milliseconds(5))
        }
    }

    private static func address(_ name: String, in lines: [String]) throws -> Address {
        let line = try #require(lines.first { $0.hasPrefix(name) })
        let text = try #require(line.split(separator: " ").first { $0.hasPrefix("http://") })
        return try #require(Address(String(text.dropFirst(7))))
    }

    private static func word(after mark: String, in text: String) throws -> String {
        let rest = try #require(text.split(separator: mark).dropFirst().first)
        return String(rest.prefix { $0 != "'" && $0 != "\n" })
    }

    // MARK: One life

    /// Merchants ask again for what was not answered, and pay, until the stack is killed.
    func live(_ round: Int) async throws {
        try await start()
        let asked = open
        open = []
        var isOver = false
        let tasks = (0..<Self.merchants).map { merchant in
            loop.spawn { [self] in
                for key in asked where Self.number(of: key) % Self.merchants == merchant { await pay(key) }
                while !isOver { await pay(newKey()) }
            }
        }
        // A number that is spread over the span, and the same in each run.
        let wait = (round * 7_919 + 104_729) % 400
        try await loop.sleep(until: loop.now + .milliseconds(Int64(30 + wait)))
        isOver = true
        process?.signal(SIGKILL)
        _ = try await process?.end(on: loop)
        for task in tasks { await task.join() }
        client?.close()
    }

    private static func number(of key: String) -> Int { Int(key.dropFirst(4)) ?? 0 }

    private func newKey() -> String {
        keys += 1
        return "key-\(keys)"
    }

    private func send(
        _ method: HTTPWire.Method, _ path: String, _ fields: [(String, String)], body: String? = nil
    ) async throws -> HTTPResponse {
        var block = FieldBlock()
        for (name, value) in fields { try block.add(name, value) }
        let request = try HTTPRequest(method, path, host: "stack", fields: block, body: body.map { Array($0.utf8) })
        return try await #require(client).send(request, until: loop.now + .seconds(10))
    }

    @discardableResult
    private func pay(_ key: String) async -> UInt16? {
        let fields = [("idempotency-key", key), ("x-merchant", "merchant-\(Self.number(of: key) % 50 + 1)")]
        let answer = try? await send(
            .post, "/v1/payments", fields, body: #"{"amount":700,"currency":"CNY","card":"4111111111111111"}"#)
        guard let answer else {
            unanswered += 1
            open.append(key)
            return nil
        }
        if answer.status == 201, let id = Self.text("id", (try? JSONValue(parsing: Array(answer.body))) ?? .null) {
            if let known = acknowledged[key], known != id { faults.append("\(key) is \(known), and \(id)") }
            acknowledged[key] = id
        }
        return answer.status
    }

    private static func text(_ name: String, _ json: JSONValue) -> String? {
        if case .text(let text)? = json[name] { text } else { nil }
    }
    private static func number(_ name: String, _ json: JSONValue) -> Int64 {
        if case .integer(let number)? = json[name] { number } else { 0 }
    }

    /// The last life: every key is asked for again, and what nobody knows is asked for at the bank.
    func settle() async throws {
        try await start()
        for key in open {
            let status = await pay(key)
            if ![201, 202, 402].contains(status) { faults.append("\(key), asked for again: \(status ?? 0)") }
        }
        let deadline = loop.now + .seconds(5)
        while loop.now < deadline, try await export("payments").contains(where: isUndecided) {
            try await loop.sleep(until: loop.now + .milliseconds(250))
        }
    }

    private func isUndecided(_ row: JSONValue) -> Bool {
        ["unknown", "processing"].contains(Self.text("state", row) ?? "")
    }

    // MARK: The end

    private func export(_ table: String) async throws -> [JSONValue] {
        let body = try await Self.ask(
            try #require(desk), "/admin/export/\(table)?shadow=0", token, on: loop)
        let lines = body.split(separator: UInt8(ascii: "\n"))
        return try lines.dropLast().map { try JSONValue(parsing: Array($0)) }
    }

    private static func ask(
        _ address: Address, _ path: String, _ token: String, on loop: EventLoop
    ) async throws -> [UInt8] {
        var block = FieldBlock()
        try block.add("authorization", "Bearer \(token)")
        let client = HTTPClient(on: loop, to: HTTPOrigin(address))
        defer { client.close() }
        let response = try await client.send(
            try HTTPRequest(.get, path, host: "\(address)", fields: block), until: loop.now + .seconds(20))
        try #require(response.status == 200)
        return Array(response.body)
    }

    /// Charges at the bank, by the payment's id.
    private func charges() async throws -> [String: [Int64]] {
        var reader = ChannelStatementReader(.csv)
        let lines = try reader.read(
            try await Self.ask(bankAdmin, "/_mock/statement?channel=icbc", bankToken, on: loop))
        try reader.finish()
        var charges: [String: [Int64]] = [:]
        for line in lines where line.booking == .captured {
            charges[String(line.reference.description.prefix(RecordID.letterCount)), default: []].append(line.amount)
        }
        return charges
    }

    func audit() async throws -> [String] {
        var faults = faults
        var payments: [String: JSONValue] = [:]
        for row in try await export("payments") { payments[Self.text("id", row) ?? ""] = row }
        for (key, id) in acknowledged where payments[id].flatMap({ Self.text("state", $0) }) != "captured" {
            faults.append("\(key), acknowledged as \(id), is \(payments[id].map { "\($0)" } ?? "lost")")
        }
        let names = payments.values.compactMap { Self.text("key", $0) }
        if Set(names).count < names.count { faults.append("two payments of one key") }
        let charges = try await charges()
        for (id, amounts) in charges {
            if amounts.count > 1 { faults.append("the bank charged \(id) \(amounts.count) times") }
            if payments[id] == nil { faults.append("the bank charged \(id), of which the stack knows nothing") }
        }
        for (id, payment) in payments {
            let (here, there) = (Self.number("captured", payment), charges[id]?.reduce(0, +) ?? 0)
            if here != there { faults.append("\(here) captured here, \(there) at the bank: \(payment)") }
        }
        return faults + (try await books(payments.values.map(\.self)))
    }

    private func books(_ payments: [JSONValue]) async throws -> [String] {
        var faults: [String] = []
        var (changes, accounts): ([Int64: Int64], [String: Int64]) = ([:], [:])
        for row in try await export("journal") {
            changes[Self.number("change", row), default: 0] += Self.number("amount", row)
            accounts[Self.text("account", row) ?? "", default: 0] += Self.number("amount", row)
        }
        if changes.values.contains(where: { $0 != 0 }) { faults.append("a change that does not sum to zero") }
        for row in try await export("balances") {
            let account = Self.text("account", row) ?? ""
            if accounts[account, default: 0] != Self.number("amount", row) {
                faults.append("\(account) is not what its journal says: \(row)")
            }
        }
        let unknown = payments.filter { Self.text("state", $0) == "unknown" }
            .reduce(0) { $0 + Self.number("amount", $1) }
        if accounts["suspense:icbc", default: 0] != unknown { faults.append("suspense is not what is unknown") }
        let owed = payments.reduce(0) { $0 + Self.number("captured", $1) }
        let held = accounts.filter { $0.key.hasPrefix("merchant:") }.values.reduce(0, +)
        if owed != held { faults.append("merchants hold \(held), and are owed \(owed)") }
        return faults
    }
}
