import Diagnostics
import Glibc
import JSON
import PlanModel
import Testing

@testable import PlanLanguage

/// The schema, judged by the Python package jsonschema. scripts/test sets it up under .build.
@Suite struct SchemaValidationTests {
    private static let python: String = "\(Repository.root)/.build/jsonschema/bin/python"
    private static let program: String = "\(Repository.root)/scripts/lib/validate_plans.py"
    private static let schema: String = "\(Repository.root)/schema/plan.schema.json"

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
    private static func validate(_ cases: JSONValue) throws -> Int32 {
        let isThere = unsafe access(python, X_OK) == 0
        try #require(isThere, "the validator is missing; scripts/test sets it up")
        let command = "'\(python)' '\(program)' '\(schema)'"
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
