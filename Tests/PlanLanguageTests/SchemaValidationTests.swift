import ChannelProfile
import Diagnostics
import Glibc
import JSON
import PlanModel
import Testing

@testable import PlanLanguage

/// The schema, judged by the Python package jsonschema. scripts/test sets it up under .build.
@Suite struct SchemaValidationTests {
    private static let python: String = "\(Repository.root)/.build/validators/bin/python"
    private static let program: String = "\(Repository.root)/scripts/lib/validate_plans.py"

    private static func schema(of document: Document) -> String {
        "\(Repository.root)/schema/\(document).schema.json"
    }

    /// What turns the flash sale into something that neither its reader nor the schema takes.
    private static let slips: [(text: String, slip: String)] = [
        ("for: 10s, rate: 200/s", "rate: 200/s"), ("weight: 70", "weight: lots"), ("priority: low", "priority: least"),
        ("attempts: 3", "attempts: 0"), ("rate: 1%", "rate: 0.01"), ("within: 30s}", "within: 30}"),
        ("canary: required", "canary: 5"), ("control: 5/s", "control: 5"), ("arrivals: poisson", "arrivals: gauss"),
        ("at least: 95%", "at least: 95"), ("isolation: strict", "isolation: loose"), ("- money:", "- monies:"),
        ("{multiply: 8}", "{times: 8}"), ("every: 1s", "every: second"), ("\"127.0.0.1:0\"", "here"),
        ("status: 200", "status: 20"), ("order: [low, normal, critical]", "order: low"), ("zipf 1.1", "zipf"),
        ("currency: CNY", "currency: yuan"), ("allow: [127.0.0.0/8]", "allow: 127.0.0.0/8"),
        ("pool: 1000", "pool: none"),
        ("payment: $.id", "payment: id"), ("p99: 400ms", "p42: 400ms"), ("- GET /v1", "- FETCH /v1"),
    ]

    @Test func `an independent validator takes every plan and refuses what is broken`() throws {
        let plans = Repository.files(in: "plans", ending: ".yaml")
        var cases = try plans.map { path in
            try Self.example(path, isValid: true, try Repository.bytes(of: path))
        }
        let sale = String(decoding: try Repository.bytes(of: "plans/flash-sale.yaml"), as: UTF8.self)
        for (text, slip) in Self.slips {
            #expect(sale.contains(text), "the flash sale does not say '\(text)'")
            let broken = sale.replacing(text, with: slip, maxReplacements: 1)
            #expect(Plan.parse(SourceText(name: slip, text: broken)).plan == nil, "\(slip)")
            cases.append(try Self.example(slip, isValid: false, Array(broken.utf8)))
        }
        #expect(try Self.validate(.array(cases)) == 0, "the validator disagrees; its words stand above")
    }

    /// What turns the profile below into something that neither its reader nor the schema takes.
    private static let profileSlips: [(text: String, slip: String)] = [
        ("profile: p", "name: p"), ("seed: 7", "seed: -7"), ("allow: [127.0.0.0/8]", "allow: here"),
        ("\"127.0.0.1:9101\"", "9101"), ("protocol: json", "protocol: xml"), ("stripe-v1", "stripe"),
        ("{untagged: refuse}", "refuse"), ("concurrency: 64", "concurrency: 0"), ("quota: 800/s", "quota: 800"),
        ("latency: lognormal p50=35ms p99=250ms", "latency: fast"), ("{query: {latency", "{ask: {latency"),
        ("timer: 10s", "timer: 10"), ("approve: 93%", "approve: 0.93"), ("decline: {a: 7%}", "decline: 7%"),
        ("pending: 5%", "pending: some"), ("settlement: 1s", "settlement: soon"), ("{delay: 1s, lost", "{lost"),
        ("preset: wechat", "preset: wetalk"), ("speed: 600x", "speed: 600"), ("${env.KEY}", "secret"),
        ("min-age: 90s", "min-age: 90"), ("closes: 6m", "closes: six"), ("status: 204", "status: 99"),
        ("at: 60s", "at: '@flash'"), ("for: 45s", "for: long"), ("form: csv", "form: xls"),
        ("missing: 0.01%", "missing: 0.0001"), ("off-by-one", "off-by-two"),
    ]

    private static let profile = """
        profile: p
        seed: 7
        allow: [127.0.0.0/8]
        channels:
          icbc:
            listen: "127.0.0.1:9101"
            protocol: json
            idempotency: stripe-v1
            shadow: {untagged: refuse}
            capacity: {concurrency: 64, quota: 800/s}
            latency: lognormal p50=35ms p99=250ms
            operations: {query: {latency: 5ms}}
            timer: 10s
            outcome: {approve: 93%, decline: {a: 7%}, pending: 5%}
            settlement: 1s
            callback: {delay: 1s, lost: 1%, retries: {preset: wechat, speed: 600x}, key: "${env.KEY}"}
            query: {min-age: 90s}
            cut-off: {opens: 1m, closes: 6m, day: 10m}
          ccb:
          wall: {answer: {status: 204}}
        faults:
          - {at: 60s, for: 45s, channel: icbc, latency: {multiply: 8}}
        statement: {form: csv, missing: 0.01%, off-by-one: 0.01%}

        """

    @Test func `an independent validator takes every profile and refuses what is broken`() throws {
        let paths = Repository.files(in: "mocks", ending: ".yaml")
        var cases = try paths.map { path in try Self.example(path, isValid: true, try Repository.bytes(of: path)) }
        cases.append(try Self.example("profile", isValid: true, Array(Self.profile.utf8)))
        for (text, slip) in Self.profileSlips {
            #expect(Self.profile.contains(text), "the profile does not say '\(text)'")
            let broken = Self.profile.replacing(text, with: slip, maxReplacements: 1)
            #expect(ChannelProfile.parse(SourceText(name: slip, text: broken)).profile == nil, "\(slip)")
            cases.append(try Self.example(slip, isValid: false, Array(broken.utf8)))
        }
        #expect(ChannelProfile.parse(SourceText(name: "p", text: Self.profile)).profile != nil)
        #expect(
            try Self.validate(.array(cases), .profile) == 0, "the validator disagrees; its words stand above")
    }

    @Test func `the validator would notice`() throws {
        let plan = try Repository.bytes(of: "plans/steady-state.yaml")
        #expect(try Self.validate(.array([Self.example("planted disagreement", isValid: false, plan)])) == 1)
    }

    private static func example(_ name: String, isValid: Bool, _ bytes: [UInt8]) throws -> JSONValue {
        var collector = DiagnosticCollector()
        let node = try #require(YAMLReader.read(SourceText(name: name, bytes: bytes), into: &collector))
        return .object([("name", .text(name)), ("isValid", .boolean(isValid)), ("plan", node.json)])
    }

    /// The validator's exit code.
    private static func validate(_ cases: JSONValue, _ document: Document = .plan) throws -> Int32 {
        let isThere = unsafe access(python, X_OK) == 0
        try #require(isThere, "the validator is missing; scripts/test sets it up")
        let command = "'\(python)' '\(program)' '\(schema(of: document))'"
        guard let pipe = unsafe popen(command, "w") else { throw Repository.Unreadable(path: command) }
        let bytes = Array(cases.written().utf8)
        let count = unsafe fwrite(bytes, 1, bytes.count, pipe)
        let status = unsafe pclose(pipe)
        #expect(count == bytes.count)
        return status >> 8 & 0xFF
    }
}

extension YAMLNode {
    var json: JSONValue {
        switch content {
        case .null: .null
        case .boolean(let value): .boolean(value)
        case .integer(let value): .number(Double(value))
        case .float(let value): .number(value)
        case .text(let text): .text(text)
        case .sequence(let nodes): .array(nodes.map(\.json))
        case .mapping(let entries): .object(entries.map { ($0.key, $0.value.json) })
        }
    }
}
