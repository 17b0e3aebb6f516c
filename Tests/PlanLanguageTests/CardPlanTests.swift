import ChannelProfile
import Diagnostics
import PlanLanguage
import PlanModel
import Testing

/// Plans are read by many, and kept: no card of a person stands in one.
@Suite struct CardPlanTests {
    private static let plan = """
        plan: NAME
        about: ABOUT
        target: {url: "http://a"}
        data: {card: {choice: [CHOICE]}}
        journeys: {pay: {steps: [{POST /pay/PATH: {headers: {Idempotency-Key: "KEY-${id}", X-M: FIELD}, json: {card: BODY}}}]}}
        traffic: [hold: {for: 1s, rate: 1/s, name: STAGE}]

        """
    private static let places = ["NAME", "ABOUT", "CHOICE", "PATH", "KEY", "FIELD", "BODY", "STAGE"]

    private static func text(_ planted: String, at place: String) -> String {
        places.reduce(plan) { $0.replacing($1, with: $1 == place ? planted : $1.lowercased()) }
    }

    private static func objections(_ planted: String, at place: String) -> [Diagnostic] {
        Plan.parse(SourceText(name: "p", text: text(planted, at: place))).diagnostics.filter {
            $0.message.contains("a card's number")
        }
    }

    @Test(arguments: places) func `a card's number is an error at its place`(place: String) throws {
        let found = Self.objections("4532015112830366", at: place)
        try #require(found.count == 1, "\(found.map(\.message))")
        let span = try #require(found[0].span)
        let written = String(decoding: span.source.bytes[span.range], as: UTF8.self)
        #expect(written.contains("4532015112830366"))
        #expect(found[0].severity == .error && found[0].fix?.contains("test card") == true)
    }

    @Test(arguments: places) func `a test card is none, and no number that fails its check`(place: String) {
        for number in ["4111111111111111", "4532015112830367"] {
            #expect(Self.objections(number, at: place).isEmpty)
        }
    }

    @Test func `what is set on the command line is looked at too, and mock profiles`() {
        let plan = Plan.parse(
            SourceText(name: "p", text: Self.text("a", at: "NAME")), overrides: ["about=k4532015112830366"])
        #expect(plan.diagnostics.contains { $0.message.contains("a card's number") })
        let profile = ChannelProfile.parse(
            SourceText(name: "m", text: "profile: m\nabout: 4532 0151 1283 0366\nchannels: {a: {}}\n"))
        #expect(profile.diagnostics.contains { $0.message.contains("a card's number") })
    }
}
