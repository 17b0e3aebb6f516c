import EventLoop
import Evidence
import HTTPService
import HTTPWire
import Histogram
import Testing
import Timebase
import Traffic

@testable import LoadDriver

@Suite struct JourneyRunTests {
    private static let short = "  - hold: {for: 2s, rate: 10/s}"

    @Test func `a later step is due when the step before it ended, and uses what was kept`() throws {
        let rig = try Rig(
            Rig.plan(
                Self.short,
                steps: "[POST /pay: {json: {a: 1}, keep: {payment: $.id}}, 'GET /pay/${payment}': {}]"))
        var targets: [String] = []
        let record = try rig.run { exchange, index, rig in
            targets.append(exchange.target)
            if exchange.method == .post { try await rig.loop.sleep(until: rig.loop.now + .milliseconds(400)) }
            exchange.respond(200, body: Array(#"{"id": "p\#(index)"}"#.utf8))
        }
        #expect(targets.filter { $0.hasPrefix("/pay/p") }.count == 20)
        let cells = record.stages[0].cells
        #expect(cells[0].outcomes[.ok] == 20 && cells[1].outcomes[.ok] == 20)
        #expect(try cells[0].corrected.opened()?.minimum ?? 0 >= 399_000_000)
        #expect(try cells[1].corrected.opened()?.maximum ?? .max < 100_000_000)
        #expect(record.steps.map(\.isFirst) == [true, false])
    }

    @Test func `a journey ends with a step that is not ok`() throws {
        let rig = try Rig(Rig.plan(Self.short, steps: "[GET /a: {}, GET /b: {}]"))
        try rig.run { exchange, _, _ in exchange.respond(exchange.target == "/a" ? 500 : 200) }
        #expect(rig.total(.expectationFailed) == 20 && rig.total(.ok) == 0)
    }

    @Test func `retries wait, keep the key, and are counted attempt by attempt`() throws {
        let rig = try Rig(
            """
            plan: sample
            seed: 7
            target: {url: "http://127.0.0.1:1"}
            journeys:
              pay:
                retry: {on: [503], attempts: 3, same-key: true, backoff: 100ms}
                steps:
                  - POST /pay: {headers: {Idempotency-Key: "${id}"}, json: {a: 1}}
            arrivals: uniform
            traffic:
              - hold: {for: 2s, rate: 10/s}
            """)
        var keys: [String: Int] = [:]
        let record = try rig.run { exchange, _, _ in
            let key = exchange.field("idempotency-key") ?? ""
            keys[key, default: 0] += 1
            exchange.respond(keys[key] == 3 ? 201 : 503)
        }
        #expect(keys.count == 20 && keys.values.allSatisfy { $0 == 3 })
        #expect(rig.total(.shed) == 40 && rig.total(.ok) == 20)
        // Admitted since the step was due, two waits included; shed each since its own attempt.
        let cell = record.stages[0].cells[0]
        #expect(try cell.corrected.opened()?.minimum ?? 0 >= 200_000_000)
        #expect(try cell.shed.opened()?.maximum ?? .max < 50_000_000)
        #expect(Set(rig.evidence.recordsInMemory.map(\.intent.attempt)) == [1, 2, 3])
        #expect(Set(rig.evidence.recordsInMemory.map(\.intent.key)).count == 20)
    }

    @Test func `twins carry the same key, stand in the evidence, and in no series`() throws {
        let rig = try Rig(
            """
            plan: sample
            seed: 7
            target: {url: "http://127.0.0.1:1"}
            journeys:
              pay:
                duplicate: {rate: 50%, concurrent: true}
                steps: [POST /pay: {headers: {Idempotency-Key: "${id}"}, json: {a: 1}}, GET /pay: {}]
            arrivals: uniform
            traffic: [{hold: {for: 4s, rate: 50/s}}]
            """)
        var keys: [String: Int] = [:]
        try rig.run { exchange, _, _ in
            if let key = exchange.field("idempotency-key") { keys[key, default: 0] += 1 }
            exchange.respond(200)
        }
        let twins = rig.evidence.recordsInMemory.filter { $0.intent.flags.contains(.isDuplicate) }
        #expect(keys.count == 200 && keys.values.filter { $0 == 2 }.count == twins.count)
        #expect((70...130).contains(twins.count))
        #expect(rig.total(.ok) == 400)
    }

    @Test func `a request is ahead of its concurrent twin, so the conflict is the twin's`() throws {
        let rig = try Rig(
            """
            plan: sample
            seed: 7
            target: {url: "http://127.0.0.1:1"}
            journeys:
              pay:
                duplicate: {rate: 100%, concurrent: true}
                steps: [POST /pay: {headers: {Idempotency-Key: "${id}"}, json: {a: 1}}]
            arrivals: uniform
            traffic: [{hold: {for: 4s, rate: 50/s}}]
            """)
        var keys: Set<String> = []
        try rig.run { exchange, _, _ in
            exchange.respond(keys.insert(exchange.field("idempotency-key") ?? "").inserted ? 201 : 409)
        }
        #expect(keys.count == 200)
        #expect(rig.total(.ok) == 200 && rig.total(.expectationFailed) == 0)
    }

    @Test func `polling goes on until the answer is what the plan expects, and counts as one step`() throws {
        let rig = try Rig(
            Rig.plan(
                "  - hold: {for: 1s, rate: 5/s}",
                steps: "[poll GET /state: {expect: {json: {$.state: done}}, every: 100ms, within: 2s}]"))
        let record = try rig.run { exchange, _, rig in
            let isDone = rig.loop.now - (try #require(rig.driver).timeline.start) > .milliseconds(1_500)
            exchange.respond(200, body: Array((isDone ? #"{"state":"done"}"# : #"{"state":"open"}"#).utf8))
        }
        #expect(rig.total(.ok) == 5 && rig.total(.expectationFailed) == 0)
        #expect(rig.requests > 25)
        #expect(try record.stages[0].cells[0].corrected.opened()?.maximum ?? 0 > 1_000_000_000)
    }

    @Test func `a webhook wakes its journey, an early one is remembered, and a missing one is unknown`() throws {
        let rig = try Rig(
            Rig.plan(
                Self.short,
                steps: "[POST /pay: {json: {notify: \"${webhook}\"}}, await webhook paid: {within: 3s}]",
                rest: "webhooks: {listen: \"127.0.0.1:0\", public-url: \"http://127.0.0.1\"}"))
        var hooks: [SpawnedTask] = []
        try rig.run { exchange, index, rig in
            let body = String(decoding: try await exchange.collectBody(), as: UTF8.self)
            let url = body.split(separator: "\"").first { $0.hasPrefix("http://") }.map(String.init) ?? ""
            // One in four never comes, one in four comes before the answer, the others half a second later.
            if index % 4 == 1 { await Self.call(url, "paid", from: rig.loop) }
            if index % 4 > 1 {
                hooks.append(
                    rig.loop.spawn {
                        try? await rig.loop.sleep(until: rig.loop.now + .milliseconds(500))
                        await Self.call(url, "paid", from: rig.loop)
                    })
            }
            exchange.respond(201)
        }
        let waits = try #require(rig.record).stages[0].cells[1]
        #expect(waits.outcomes[.ok] == 15 && waits.outcomes[.unknown] == 5)
    }

    private static func call(_ url: String, _ event: String, from loop: EventLoop) async {
        let rest = url.dropFirst("http://".count)
        let authority = rest.prefix { $0 != "/" }
        guard let port = authority.split(separator: ":").last.flatMap({ UInt16($0) }) else { return }
        let client = HTTPClient(on: loop, to: HTTPOrigin(.loopback(port: port)))
        if let request = try? HTTPRequest(
            .post, String(rest[authority.endIndex...]), host: String(authority),
            body: Array(#"{"event": "\#(event)"}"#.utf8))
        {
            _ = try? await client.send(request, until: loop.now + .seconds(5))
        }
        client.close()
    }

    @Test func `users of a closed model wait for their answers and think`() throws {
        let rig = try Rig(Rig.plan("  - users: {count: 4, think: 250ms, for: 10s}"))
        let record = try rig.run { exchange, _, rig in
            try await rig.loop.sleep(until: rig.loop.now + .milliseconds(250))
            exchange.respond(200)
        }
        // A turn takes half a second and a bit: 4 users, 10 s.
        #expect((72...80).contains(rig.requests))
        #expect(record.stages[0].scheduled == nil)
        #expect(record.slices.allSatisfy { $0.inFlightMax <= 4 })
        #expect(record.slices[5].inFlightMax == 4 && (1.5...2.5).contains(record.slices[5].inFlightMean))
    }

    @Test func `users who do not think take turn after turn, and an abandoned run is over at once`() throws {
        let rig = try Rig(Rig.plan("  - users: {count: 2, for: 60s}", target: ", timeout: 30s"))
        rig.onProgress = { progress, driver in
            if progress.elapsed >= .seconds(2) { driver.take(.abandon(signal: 2)) }
        }
        let record = try rig.run { exchange, _, rig in
            let isSlow = rig.loop.now - (try #require(rig.driver).timeline.start) > .seconds(1)
            try await rig.loop.sleep(until: rig.loop.now + (isSlow ? .seconds(20) : .milliseconds(10)))
            exchange.respond(200)
        }
        #expect((180...200).contains(rig.total(.ok)), "two users, turns of 10 ms, one second")
        #expect(rig.total(.unknown) == 2 && record.slices.count <= 4)
    }

    @Test func `a recording is played at its instants, with this run's marks`() throws {
        let lines = (0..<40).map {
            #"{"at": \#($0 / 10).\#($0 % 10), "method": "\#($0 % 4 == 0 ? "POST" : "GET")", "target": "/r/\#($0)", "headers": {"Host": "old", "X-Own": "kept"}, "body": "\#($0 % 4 == 0 ? "hello" : "")"}"#
        }
        let bytes = Array(lines.joined(separator: "\n").utf8)
        let source = RecordingInput(path: "friday.ndjson", bytes: bytes)
        let rig = try Rig(Rig.plan("  - replay: {file: friday.ndjson, speed: 2x}"))
        rig.recordings = [source]
        var marked = 0
        let record = try rig.run(["friday.ndjson": RecordingProfile(Replay(source.recording()))]) { exchange, _, _ in
            let body = try await exchange.collectBody()
            if exchange.field("traceparent") != nil, exchange.field("x-own") == "kept", exchange.field("host") != "old",
                body.isEmpty == (exchange.method == .get)
            {
                marked += 1
            }
            exchange.respond(200)
        }
        #expect(rig.requests == 40 && marked == 40)
        #expect(record.steps.last?.title == "recorded requests")
        #expect(record.stages[0].cells.last?.outcomes[.ok] == 40)
        let instants = rig.evidence.recordsInMemory.map(\.intent.intendedAt.nanoseconds)
        #expect(instants == (0..<40).map { Int64($0) * 50_000_000 })
    }

    @Test func `a journey that asks for what nobody has kept yet is skipped and counted`() throws {
        let rig = try Rig(
            """
            plan: sample
            seed: 7
            target: {url: "http://127.0.0.1:1"}
            journeys:
              pay: {steps: [POST /pay: {json: {a: 1}, keep: {payment: $.id}}]}
              query: {steps: ["GET /pay/${recent.payment}": {}]}
            arrivals: uniform
            traffic: [{hold: {for: 2s, rate: 10/s, mix: {query: 1}}}]
            """)
        var seconds: [DriverSecond] = []
        rig.onSecond = { seconds.append($0) }
        let record = try rig.run { exchange, _, _ in exchange.respond(200, body: Array(#"{"id":"1"}"#.utf8)) }
        #expect(record.slices.reduce(0) { $0 + $1.arrivals.skipped } == 20)
        #expect(seconds.allSatisfy { $0.started == 0 }, "who watches sees what the record says")
        #expect(seconds.last?.totals.skipped == 20 && seconds.last?.totals.started == 20)
        #expect(record.slices.allSatisfy { $0.arrivals.started == 0 }, "what was skipped did not begin")
        #expect(record.slices.reduce(0) { $0 + $1.arrivals.scheduled } == 20)
        #expect(rig.requests == 0)
    }
}
