import Diagnostics
import Journeys
import PlanLanguage
import PlanModel
import SeededRandom
import Testing
import Timebase

/// What a journey does from step to step, beside its bytes.
struct CourseTests {
    private static let retry = """
        data: {amount: {minor: exponential 4900, currency: EUR}}
        journeys:
          same:
            retry: {on: [timeout, 503], attempts: 4, honour: retry-after, backoff: exponential 100ms}
            duplicate: {rate: 10%}
            steps: [POST /pay: {headers: {Key: "${id}", Request: "${uuid}"}, json: {amount: "${amount}"}}]
          other:
            retry: {on: [reset], attempts: 3, same-key: false, backoff: 50ms}
            steps:
              - POST /pay: {headers: {Key: "${id}", Request: "${uuid}"}}
              - GET /pay/${id}: {}
        """

    @Test func `a retry sends the same key, in another span`() throws {
        let drill = try Drill(Self.retry)
        drill.begin()
        let (first, second) = (try drill.request(attempt: 0), try drill.request(attempt: 1))
        #expect(first["key"] == second["key"] && first["request"] == second["request"] && first.body == second.body)
        #expect(first["traceparent"] != second["traceparent"])
        #expect(
            first["request"]?.wholeMatch(of: #/[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/#)
                != nil)
    }

    @Test func `without same-key the next attempt has a key of its own, and later steps go on with it`() throws {
        let drill = try Drill(Self.retry)
        drill.begin(journey: 1)
        let first = try drill.request(attempt: 0)
        let correlation = drill.context.correlation
        let second = try drill.request(attempt: 1)
        #expect(first["key"] != second["key"] && first["request"] != second["request"])
        #expect(second["key"] == drill.context.key.text)
        #expect(try drill.request(attempt: 1)["key"] == second["key"])
        #expect(try drill.request(1).target == "/pay/\(drill.context.key.text)")
        #expect(drill.context.correlation == correlation)
    }

    @Test func `waits double, spread by half, and end with the attempts`() throws {
        let drill = try Drill(Self.retry)
        drill.begin()
        for (attempt, middle) in [(0, 100), (1, 200), (2, 400)] {
            let wait = try #require(drill.context.retryWait(drill.steps[0], afterAttempt: attempt, .timeout))
            #expect(wait >= .milliseconds(Int64(middle / 2)) && wait < .milliseconds(Int64(middle * 3 / 2)))
            #expect(wait == drill.context.retryWait(drill.steps[0], afterAttempt: attempt, .timeout))
        }
        #expect(drill.context.retryWait(drill.steps[0], afterAttempt: 3, .timeout) == nil)
        #expect(drill.context.retryWait(drill.steps[0], afterAttempt: 0, .reset) == nil)
        #expect(drill.context.retryWait(drill.steps[0], afterAttempt: 0, .status(500)) == nil)
    }

    @Test func `a server's wish to wait is honoured where the plan says so, within an hour`() throws {
        let drill = try Drill(Self.retry)
        drill.begin()
        func wait(_ seconds: Int?) -> TimeSpan? {
            drill.context.retryWait(
                drill.context.journey.steps[0], afterAttempt: 0,
                drill.context.journey.name == "same" ? .status(503) : .reset,
                retryAfterSeconds: seconds)
        }
        #expect(wait(2) == .seconds(2))
        #expect(wait(100_000) == .seconds(3_600))
        #expect(wait(-5) == wait(nil))
        drill.begin(journey: 1)
        #expect(wait(2) == .milliseconds(50))
    }

    @Test func `as many arrivals are sent twice as the plan says`() throws {
        let drill = try Drill(Self.retry)
        var count = 0
        for arrival in 0..<10_000 {
            drill.begin(arrival)
            if drill.context.isDuplicated { count += 1 }
        }
        #expect(abs(count - 1_000) < 150)
    }

    @Test func `a step is left out unless the kept value is one of the named`() throws {
        let drill = try Drill(
            """
            journeys:
              one:
                steps:
                  - GET /a: {keep: {state: $.state}}
                  - GET /b: {when: {state: [pending, 7, true]}}
            """)
        for (value, isWanted) in [
            (#""pending""#, true), (#""captured""#, false), ("7", true), ("7.0", true), (#""7""#, false),
            ("true", true),
            (#""true""#, false), ("null", false),
        ] {
            drill.begin()
            #expect(!drill.context.wants(drill.steps[1]))
            #expect(drill.check(0, 200, #"{"state": \#(value)}"#) == .ok)
            #expect(drill.context.wants(drill.steps[1]) == isWanted, "\(value)")
        }
    }

    private static let recent = """
        journeys:
          make: {steps: [POST /pay: {keep: {payment: $.id}}]}
          ask: {steps: ["GET /pay/${recent.payment}": {}, "GET /again/${recent.payment}": {}]}
        """

    @Test func `recent values are those of other journeys, and stay through one`() throws {
        let drill = try Drill(Self.recent)
        drill.begin(journey: 1)
        var wire: [UInt8] = []
        #expect(drill.context.render(drill.context.journey.steps[0], into: &wire) == .recentMissing)
        #expect(wire.isEmpty)
        for number in 0..<3_000 {
            drill.begin(number)
            #expect(drill.check(0, 200, #"{"id": "p\#(number)"}"#) == .ok)
        }
        var seen: Set<String> = []
        for arrival in 0..<5_000 {
            drill.begin(arrival, journey: 1)
            let target = try drill.request().target
            #expect(try drill.request(1).target == target.replacing("/pay/", with: "/again/"))
            seen.insert(String(target.dropFirst("/pay/p".count)))
        }
        #expect(seen.compactMap { Int($0) }.allSatisfy { 3_000 - LoopData.recentMax..<3_000 ~= $0 })
        #expect(seen.count > 900)
    }

    @Test func `what setup kept reaches other loops`() throws {
        let drill = try Drill(
            """
            setup: [POST /token: {keep: {token: $.token}}]
            journeys: {one: {steps: [GET /a: {headers: {Authorization: "${recent.token}"}}]}}
            """)
        drill.context.begin(drill.book.setup, arrival: 0, seed: Seed(1), intendedAt: .zero)
        #expect(drill.book.stepCount == 1 && drill.book.setup.steps[0].index == 1)
        #expect(drill.check(0, 200, #"{"token":"t-1"}"#) == .ok)
        let other = LoopData(drill.book)
        other.takeIn(drill.loop.values)
        let context = JourneyContext(drill.book, on: other)
        context.begin(drill.book.journeys[0], arrival: 0, seed: Seed(1), intendedAt: .zero)
        var wire: [UInt8] = []
        #expect(context.render(drill.steps[0], into: &wire) == .whole)
        #expect(try ParsedRequest(wire)["authorization"] == "t-1")
    }

    @Test func `webhooks are told apart by the journey's key, or by what the plan says`() throws {
        let drill = try Drill(
            """
            journeys:
              one:
                steps:
                  - POST /pay: {json: {notify: "${webhook}"}, keep: {payment: $.id}}
                  - await webhook payment.captured: {within: 30s}
                  - await webhook payment.settled: {within: 5s, match: "payment=${payment}"}
            """)
        drill.begin()
        let key = drill.context.correlation.text
        #expect(try drill.request().text == #"{"notify":"http://127.0.0.1:9000/hooks/\#(key)"}"#)
        var (address, match): ([UInt8], [UInt8]) = ([], [])
        #expect(drill.context.correlate(drill.steps[1], into: &address) == .whole)
        #expect(String(decoding: address, as: UTF8.self) == key)
        #expect(drill.steps[1].kind == .webhook(event: "payment.captured", within: .seconds(30)))
        #expect(drill.context.correlate(drill.steps[2], into: &match) == .keptMissing)
        #expect(drill.check(0, 200, #"{"id":"p7"}"#) == .ok)
        #expect(drill.context.correlate(drill.steps[2], into: &match) == .whole)
        #expect(String(decoding: match, as: UTF8.self) == "payment=p7")
    }

    @Test func `people think as long as the plan says`() throws {
        let drill = try Drill("journeys: {one: {steps: [think: exponential 2s, think: 250ms]}}")
        var sum = 0.0
        for arrival in 0..<4_000 {
            drill.begin(arrival)
            sum += drill.context.thinkTime(drill.steps[0]).seconds
            #expect(drill.context.thinkTime(drill.steps[1]) == .milliseconds(250))
        }
        #expect(abs(sum / 4_000 - 2) < 0.15)
    }

    @Test func `a poll is its request again, and does not grow the journey`() throws {
        let drill = try Drill(
            """
            journeys:
              one:
                steps:
                  - poll GET /pay/${id}:
                      headers: {Request: "${uuid}", At: "${now}"}
                      every: 250ms
                      within: 20s
                      expect: {json: {$.state: done}}
            """)
        drill.begin(at: .milliseconds(1_250))
        #expect(drill.steps[0].kind == .poll(every: .milliseconds(250), within: .seconds(20)))
        let first = try drill.request()
        #expect(first["at"] == "2026-11-21T10:30:01.250Z")
        drill.context.now = .seconds(86_400)
        let second = try drill.request(attempt: 1)
        #expect(second["at"] == "2026-11-22T10:30:00.000Z")
        #expect(first.target == second.target && first["request"] != second["request"])
        #expect(drill.check(0, 200, #"{"state":"pending"}"#) == .expectationFailed(.json(0)))
        #expect(drill.check(0, 200, #"{"state":"done"}"#) == .ok)
    }

    @Test func `every kind of data is drawn as the plan says`() throws {
        let drill = try Drill(
            """
            data:
              merchant: {pool: 3, pick: in order}
              hot: {pool: 100000, pick: zipf 1.5}
              bank: {choice: [icbc, "a b", "c\\"d"], pick: random}
              weight: {number: uniform min=0.5 max=1.5}
              amount: {minor: 4900, currency: EUR}
              tiny: {minor: exponential 0.001, currency: EUR}
            journeys:
              one:
                steps:
                  - POST /pay:
                      json: ["${merchant}", "${hot}", "${bank}", "${weight}", "${amount}", "${tiny}", "${seq}", "${run.seed}", "${run.id}", "${run.plan}"]
            """)
        for arrival in 0..<100 {
            drill.begin(arrival)
            guard case .array(let values) = Tree.parsed(try drill.request().body) else {
                Issue.record("no array")
                return
            }
            #expect(values[0] == .text("merchant-\(arrival % 3 + 1)"))
            #expect(["icbc", "a b", "c\"d"].map(Tree.text).contains(values[2]))
            guard case .number(let weight) = values[3] else {
                Issue.record("no number")
                return
            }
            #expect(0.5..<1.5 ~= weight)
            #expect(values[4...5] == [.number(4_900), .number(1)])
            #expect(values[6...9] == [.number(Double(arrival + 1)), .number(1), .text("run-1"), .text("test")])
            #expect(drill.context.amount == 4_900)
        }
    }

    @Test func `ids sort by time and say their shard`() throws {
        let drill = try Drill(Self.retry)
        var last = ""
        for second in 0..<100 as Range<Int64> {
            drill.begin(Int(second), at: .seconds(second))
            let key = drill.context.key
            #expect(key.text > last && key.text.count == 26)
            #expect(key.high & 0xFFFF == 3)
            #expect(key.high >> 16 == UInt64(1_795_257_000_000 + second * 1_000))
            last = key.text
        }
        // The first and the last that there can be.
        #expect(ULID(high: 0, low: 0).text == "00000000000000000000000000")
        #expect(ULID(high: .max, low: .max).text == "7ZZZZZZZZZZZZZZZZZZZZZZZZZ")
        #expect(ULID(high: 0x0123_4567_89AB_CDEF, low: 0xFEDC_BA98_7654_3210).text == "014D2PF2DBSQQZXQ5TK1V58CGG")
    }

    @Test func `services have their own host and path`() throws {
        let text = """
            plan: test
            target: {services: {pay: "http://127.0.0.1:81", cashier: "https://[::1]:8443/base"}}
            traffic: [hold: {for: 1s, rate: 1/s}]
            journeys: {one: {steps: [GET /a: {service: cashier}, GET /b: {service: pay}, GET /c: {}]}}
            """
        let plan = try #require(Plan.parse(SourceText(name: "test.yaml", text: text)).plan)
        let drill = try Drill(plan, Drill.setting { $0.hosts = ["pay": "pinned:1"] })
        drill.begin()
        #expect(drill.steps.map(\.service) == [1, 0, 0])
        #expect(try (0..<3).map { try drill.request($0).target } == ["/base/a", "/b", "/c"])
        #expect(try (0..<3).map { try drill.request($0)["host"] } == ["[::1]:8443", "pinned:1", "pinned:1"])
    }
}
