import Diagnostics
import Glibc
import Journeys
import PlanLanguage
import PlanModel
import Testing

struct CompilationTests {
    private static func mistakes(
        _ parts: String, _ change: (inout RunSetting) -> Void = { _ in }
    ) throws
        -> [(message: String, place: String)]
    {
        let outcome = JourneyBook.compile(try Drill.plan(parts), Drill.setting(change))
        #expect(outcome.book == nil)
        return outcome.diagnostics.map { diagnostic in
            let bytes = diagnostic.span.map { Array($0.source.bytes[$0.range]) } ?? []
            return (diagnostic.message, String(decoding: bytes, as: UTF8.self))
        }
    }

    private static let card = """
        data: {card: {csv: cards.csv, pick: random}}
        journeys:
          one: {steps: [POST /pay: {json: {card: "${card.token}", bin: "${card.bin}"}}]}
        """

    @Test func `a missing secret is shown where it is used`() throws {
        let found = try Self.mistakes(
            #"journeys: {one: {steps: [GET /a: {headers: {X: "a ${env.NOTHING}"}}]}}"#)
        #expect(found.map(\.message) == ["the environment has no 'NOTHING'"])
        #expect(found.map(\.place) == ["${env.NOTHING}"])
    }

    @Test func `more steps than evidence can tell apart are a mistake`() throws {
        let steps = repeatElement("GET /a: {}", count: 65_536).joined(separator: ", ")
        let found = try Self.mistakes("journeys: {one: {steps: [\(steps)]}}")
        #expect(found.map(\.message) == ["the plan has 65536 steps, and evidence can tell 65535 apart"])
    }

    @Test func `a missing file is shown where it is named`() throws {
        let found = try Self.mistakes(Self.card)
        #expect(found.map(\.message) == ["'cards.csv' cannot be read"])
        #expect(found.map(\.place) == ["cards.csv"])
    }

    @Test func `a missing column is shown where it is used`() throws {
        let found = try Self.mistakes(Self.card) { $0.file = { _ in Array("tokens,bin\nt1,4111\n".utf8) } }
        #expect(found.map(\.message) == ["'card' has no column 'token'"])
        #expect(found.map(\.place) == ["${card.token}"])
    }

    @Test(arguments: [
        ("", "it is empty"), ("token,bin\n", "it has no rows"), ("token,bin\na\n", "line 2: it has 1 fields"),
        ("token,bin\n\"a,b\n", "line 2: a quote is opened"),
        ("token,bin\n\"a\"x,b\n", "something behind a closing quote"),
        ("token,bin\na,4111111111111111\nb,4532015112830366\n", "line 3: it holds a card's number"),
    ]) func `a broken table says which line`(text: String, reason: String) throws {
        let found = try Self.mistakes(Self.card) { $0.file = { _ in Array(text.utf8) } }
        #expect(found.first?.message.contains(reason) == true, "\(found)")
    }

    @Test func `rows of a table stay together, with commas and quotes in them`() throws {
        let text = "\u{FEFF}token,bin\r\n\"a,\"\"1\"\"\n\",1\r\n\r\nb,2\r\n"
        let drill = try Drill(Self.card) { $0.file = { _ in Array(text.utf8) } }
        var seen: Set<String> = []
        for arrival in 0..<50 {
            drill.begin(arrival)
            seen.insert(try drill.request().text)
        }
        #expect(seen == [#"{"card":"a,\"1\"\n","bin":"1"}"#, #"{"card":"b","bin":"2"}"#])
    }

    @Test(arguments: ["Content-Length", "transfer-encoding", "X Y", "X:", "host: a\\r\\nX"])
    func `a header that would change the message is refused`(name: String) throws {
        let found = try Self.mistakes(#"journeys: {one: {steps: [GET /a: {headers: {"\#(name)": "1"}}]}}"#)
        #expect(found.count == 1)
    }

    @Test func `secrets are in requests, and in no description`() throws {
        let drill = try Drill(
            """
            journeys:
              one:
                steps:
                  - POST /pay:
                      headers: {Authorization: "Bearer ${env.SECRET}"}
                      body: "${env.SECRET}"
                      sign: {header: X-S, method: sha256, key: "${env.SECRET}", over: "${request.body}"}
            """)
        drill.begin()
        #expect(try drill.request()["authorization"] == "Bearer \(Drill.secret)")
        var text = "\(drill.book) \(drill.context) \(drill.steps[0]) \(drill.book.journeys[0]) \(Drill.setting())"
        dump(drill.book, to: &text)
        dump(drill.context, to: &text)
        dump(drill.book.journeys, to: &text)
        dump(drill.steps, to: &text)
        dump(Drill.setting(), to: &text)
        let numbers = Array(Drill.secret.utf8).map { "\($0)" }.joined(separator: ", ")
        #expect(!text.contains(Drill.secret) && !text.contains(numbers))
        #expect(!String(reflecting: drill.book).contains(Drill.secret))
    }

    @Test(arguments: ["flash-sale", "outside-stack", "query-storm", "steady-state"])
    func `the plans of the repository compile, and render`(name: String) throws {
        let folder = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let text = try Self.file("/\(folder)/plans/\(name).yaml")
        let outcome = Plan.parse(SourceText(name: name, bytes: text))
        let plan = try #require(outcome.plan)
        let drill = try Drill(
            plan,
            Drill.setting {
                $0.environment = ["SIGNING_KEY": "k", "DRILL_KEY": "d"]
                $0.file = { _ in Array("token,bin\ntok 1,4111\ntok 2,4242\n".utf8) }
            })
        for (index, journey) in drill.book.journeys.enumerated() {
            drill.begin(journey: index)
            for step in journey.steps where step.kind != .think {
                var wire: [UInt8] = []
                if case .webhook = step.kind {
                    #expect(drill.context.correlate(step, into: &wire) == .whole)
                    continue
                }
                guard drill.context.render(step, into: &wire) == .whole else { continue }
                _ = try ParsedRequest(wire)
                let answer = #"{"id":"p/1","state":"pending","session":{"id":"s"},"result":"ok","methods":[]}"#
                let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n"
                let verdict = drill.context.check(
                    step, status: index == 0 && name == "flash-sale" ? 201 : 200, head: Array(head.utf8).span,
                    body: Array(answer.utf8).span)
                #expect(verdict != .unknown)
            }
        }
    }

    private static func file(_ path: String) throws -> [UInt8] {
        guard let file = unsafe fopen(path, "r") else { throw Unreadable(path: path) }
        defer { unsafe fclose(file) }
        var bytes: [UInt8] = []
        while true {
            let byte = unsafe getc(file)
            if byte == EOF { return bytes }
            bytes.append(UInt8(byte))
        }
    }

    private struct Unreadable: Error {
        let path: String
    }
}
