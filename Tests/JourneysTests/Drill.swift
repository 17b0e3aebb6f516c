import Diagnostics
import HTTPWire
import Journeys
import PlanLanguage
import PlanModel
import SeededRandom
import Testing
import Timebase

/// A plan around some journeys, and a runner for it.
struct Drill {
    let book: JourneyBook
    let loop: LoopData
    let context: JourneyContext

    static let secret = "s3cr3t-of-the-environment"

    static func setting(_ change: (inout RunSetting) -> Void = { _ in }) -> RunSetting {
        var setting = RunSetting(
            runID: "run-1", epochMilliseconds: 1_795_257_000_000, shard: 3, shadowToken: "token.1",
            shadowFields: [("baggage", "shadow=1,run=run-1")], webhookURL: "http://127.0.0.1:9000/hooks",
            environment: ["KEY": "key", "SECRET": secret], hosts: [:])
        change(&setting)
        return setting
    }

    /// `parts` are whole sections: `data:`, `journeys:`, and the like.
    static func plan(_ parts: String) throws -> Plan {
        let text = """
            plan: test
            target: {url: "http://127.0.0.1:8080"}
            webhooks: {listen: "127.0.0.1:0", public-url: "http://127.0.0.1"}
            traffic:
              - hold: {for: 1s, rate: 1/s}
            \(parts)
            """
        let outcome = Plan.parse(SourceText(name: "test.yaml", text: text))
        return try #require(outcome.plan, "\(outcome.diagnostics.map(\.message))")
    }

    init(_ parts: String, _ change: (inout RunSetting) -> Void = { _ in }) throws {
        try self.init(Self.plan(parts), Self.setting(change))
    }

    init(_ plan: Plan, _ setting: RunSetting) throws {
        let outcome = JourneyBook.compile(plan, setting)
        book = try #require(outcome.book, "\(outcome.diagnostics.map(\.message))")
        loop = LoopData(book)
        context = JourneyContext(book, on: loop)
    }

    var steps: [CompiledStep] { book.journeys[0].steps }

    func begin(_ arrival: Int = 0, at span: TimeSpan = .milliseconds(250), journey: Int = 0) {
        context.begin(
            book.journeys[journey], arrival: arrival, seed: Seed(7).split("data").child(arrival), intendedAt: span)
    }

    /// The request of one step of the journey under way.
    func wire(_ step: Int = 0, attempt: Int = 0) -> [UInt8] {
        var wire: [UInt8] = []
        let rendering = context.render(context.journey.steps[step], attempt: attempt, into: &wire)
        #expect(rendering == .whole)
        return wire
    }

    func request(_ step: Int = 0, attempt: Int = 0) throws -> ParsedRequest {
        try ParsedRequest(wire(step, attempt: attempt))
    }

    func check(_ step: Int = 0, _ status: Int = 200, _ body: String, head: String = "") -> StepVerdict {
        context.check(
            context.journey.steps[step], status: status, head: Array(head.utf8).span, body: Array(body.utf8).span)
    }
}

/// A request as a strict server reads it.
struct ParsedRequest {
    let method: String
    let target: String
    private(set) var fields: [(name: String, value: String)] = []
    let body: [UInt8]

    init(_ wire: [UInt8]) throws {
        var parser = HeadParser()
        var head = MessageHead()
        try #require(try parser.parseRequest(wire.span, into: &head))
        method = head.methodName.text(in: wire.span)
        target = head.target.text(in: wire.span)
        for index in 0..<head.fields.count {
            let field = head.fields[index]
            fields.append((field.name.text(in: wire.span), field.value.text(in: wire.span)))
        }
        body = Array(wire[head.byteCount...])
        switch head.framing {
        case .none: #expect(body.isEmpty)
        case .length(let length): #expect(length == UInt64(body.count))
        case .chunked, .untilClose: Issue.record("a body of an unknown length")
        }
    }

    subscript(name: String) -> String? { fields.first { $0.name.lowercased() == name }?.value }
    var text: String { String(decoding: body, as: UTF8.self) }
}
