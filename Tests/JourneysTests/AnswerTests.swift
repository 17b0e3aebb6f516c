import Journeys
import Testing

struct AnswerTests {
    private static let plan = """
        classify: {shed: [429, 503], declined: [402], unknown: [504]}
        journeys:
          one:
            steps:
              - GET /any: {}
              - GET /some: {expect: {status: [201, 402]}}
              - GET /all:
                  expect:
                    headers: {Content-Type: application/json, X-Two: "2"}
                    json: {$.result: ok, "$.items[1].n": [1, 2.5], $.flag: true, $.none: null}
                    body: "pay[0-9]+"
                  keep: {payment: $.id, state: $.state}
        """

    @Test(arguments: [
        (200, StepVerdict.ok), (299, .ok), (300, .expectationFailed(.status)), (404, .expectationFailed(.status)),
        (402, .declined), (429, .shed), (503, .shed), (504, .unknown), (500, .expectationFailed(.status)),
    ]) func `without an expectation every 2xx will do`(status: Int, verdict: StepVerdict) throws {
        let drill = try Drill(Self.plan)
        drill.begin()
        #expect(drill.check(0, status, "") == verdict)
    }

    @Test(arguments: [
        (201, StepVerdict.ok), (402, .ok), (200, .expectationFailed(.status)), (429, .shed),
    ]) func `what is expected comes before what it is classified as`(status: Int, verdict: StepVerdict) throws {
        let drill = try Drill(Self.plan)
        drill.begin()
        #expect(drill.check(1, status, "") == verdict)
    }

    private static let head = "HTTP/1.1 200 OK\r\nX-Two: 1\r\ncontent-TYPE:  application/json \r\nx-two:2\r\n\r\n"
    private static let body =
        #"{"result":"o\u006b","items":[{"n":0},{"n":2.50}],"flag":true,"none":null,"id":"pay17","state":"open"}"#

    @Test func `an answer that holds everything is ok`() throws {
        let drill = try Drill(Self.plan)
        drill.begin()
        #expect(drill.check(2, 200, Self.body, head: Self.head) == .ok)
    }

    @Test(arguments: [
        ("application/json", "application/jsonx", StepVerdict.Unmet.header(0)), ("x-two:2", "x-two:3", .header(1)),
        (#""o\u006b""#, #""no""#, .json(0)), (#""result""#, #""results""#, .json(0)), ("2.50", "2.51", .json(1)),
        ("2.50", #""2.5""#, .json(1)), ("true", #""true""#, .json(2)), ("null", "0", .json(3)), ("pay17", "pay", .body),
        (#""id""#, #""ids""#, .keep(0)), (#""state":"open""#, #""state":"ope"#, .keep(1)),
    ]) func `what is missing is named`(part: String, change: String, unmet: StepVerdict.Unmet) throws {
        let drill = try Drill(Self.plan)
        drill.begin()
        let (head, body) = (Self.changed(Self.head, part, change), Self.changed(Self.body, part, change))
        #expect(head != Self.head || body != Self.body)
        #expect(drill.check(2, 200, body, head: head) == .expectationFailed(unmet))
    }

    private static func changed(_ text: String, _ part: String, _ change: String) -> String {
        guard let range = text.firstRange(of: part) else { return text }
        return text.replacingCharacters(range, change)
    }

    @Test func `a value that is too long is not kept`() throws {
        let drill = try Drill("journeys: {one: {steps: [GET /a: {keep: {payment: $.id}}]}}")
        drill.begin()
        for (count, verdict) in [
            (JourneyContext.keptBytesMax, StepVerdict.ok),
            (JourneyContext.keptBytesMax + 1, .expectationFailed(.keep(0))),
        ] {
            #expect(drill.check(0, 200, #"{"id":"\#(String(repeating: "x", count: count))"}"#) == verdict)
        }
    }

    @Test func `a pattern looks no further than its bound`() throws {
        let drill = try Drill(#"journeys: {one: {steps: [GET /a: {expect: {body: "end$"}}]}}"#)
        drill.begin()
        let bound = JourneyContext.patternBytesMax
        #expect(drill.check(0, 200, String(repeating: "x", count: bound - 3) + "end") == .ok)
        #expect(drill.check(0, 200, String(repeating: "x", count: bound) + "end") == .expectationFailed(.body))
    }
}

extension String {
    fileprivate func replacingCharacters(_ range: Range<String.Index>, _ text: String) -> String {
        self[..<range.lowerBound] + text + self[range.upperBound...]
    }
}
