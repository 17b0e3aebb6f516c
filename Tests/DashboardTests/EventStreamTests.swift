import EventLoop
import Evidence
import JSON
import ScriptedPeers
import Testing
import Timebase

@testable import Dashboard

/// What readers of /events are told.
@Suite struct EventStreamTests {
    private static func columns(_ message: LiveMessage) -> Int { message.data["columns"]?.elements?.count ?? -1 }

    @Test func `a reader is told the run so far, and then each second with an id`() throws {
        try LiveRig.run { (rig) async throws in
            rig.board.begin(LiveRig.run())
            rig.tell(1...3)
            let peer = try await rig.look()
            try await rig.loop.sleep(for: .seconds(1))
            rig.tell(4...5)
            let text = await peer.receiveAll(for: .seconds(1))
            peer.close()
            #expect(text.hasPrefix("HTTP/1.1 200 OK\r\n") && text.contains("\r\ncontent-type: text/event-stream\r\n"))
            #expect(text.contains("cache-control: no-store") && text.contains("retry: 1000\n\n"))
            let messages = try LiveMessage.all(in: text)
            #expect(messages.map(\.name) == ["snapshot", "second", "second"])
            let run = LiveRig.run().record.identity.runID
            #expect(messages.map(\.id) == ["\(run).3", "\(run).4", "\(run).5"])
            #expect(Self.columns(messages[0]) == 3)
            #expect(messages[1].data["column"]?.elements?.prefix(2) == [.integer(3), .integer(4)])
            let names = messages[0].data["fields"]?.elements?.compactMap { $0["name"]?.string } ?? []
            #expect(messages[1].data["column"]?.elements?.count == names.count + 2)
            let place = try #require(names.firstIndex(of: "p99"))
            #expect(messages[1].data["column"]?.elements?[place + 2] == .integer(20))
            #expect(messages[1].data["now"]?["p99_ms"] == .integer(20))
        }
    }

    @Test func `the charts are the report's, and those of the stack beside them`() throws {
        let figures = LiveFigures(LiveRig.run())
        #expect(
            figures.charts.map(\.id)
                == ["load", "latency", "outcomes", "in-flight", "stack-queue", "shares", "series-2"])
        let known = Set(figures.fields.map(\.name))
        #expect(figures.charts.flatMap(\.series).allSatisfy { known.contains($0.field) })
        #expect(figures.column(LiveRig.second(1)).values.count == figures.fields.count)
    }

    @Test func `who was away for a moment is told what it has missed, and nothing twice`() throws {
        try LiveRig.run { (rig) async throws in
            rig.board.begin(LiveRig.run())
            rig.tell(1...30)
            let run = LiveRig.run().record.identity.runID
            let peer = try await rig.look(lastID: "\(run).27")
            let messages = try LiveMessage.all(in: await peer.receiveAll(for: .seconds(1)))
            peer.close()
            #expect(messages.map(\.id) == ["\(run).28", "\(run).29", "\(run).30"])
        }
    }

    @Test(arguments: ["other-run.3", "RUN.3", "RUN.9999", "RUN.-1", "", "nonsense", "RUN.", "99999999999999999999"])
    func `an id that is of no use here is answered with all there is`(id: String) throws {
        try LiveRig.run { (rig) async throws in
            rig.board.begin(LiveRig.run())
            rig.tell(1...200)
            let run = LiveRig.run().record.identity.runID
            let peer = try await rig.look(lastID: id.replacing("RUN", with: run))
            let messages = try LiveMessage.all(in: await peer.receiveAll(for: .seconds(1)))
            peer.close()
            #expect(messages.map(\.name) == ["snapshot"] && messages.map(Self.columns) == [200])
        }
    }

    @Test func `a run behind another begins anew for all who look`() throws {
        try LiveRig.run { (rig) async throws in
            rig.board.begin(LiveRig.run())
            rig.tell(1...3)
            let peer = try await rig.look()
            try await rig.loop.sleep(for: .seconds(1))
            rig.board.prepare()
            try await rig.loop.sleep(for: .seconds(1))
            rig.board.begin(LiveRig.run { $0.identity.runID = "the-next" })
            try await rig.loop.sleep(for: .seconds(1))
            rig.tell(1...1)
            let messages = try LiveMessage.all(in: await peer.receiveAll(for: .seconds(1)))
            peer.close()
            #expect(messages.map(\.name) == ["snapshot", "snapshot", "snapshot", "second"])
            #expect(messages.map { $0.data["run"]?["id"]?.string == nil } == [false, true, false, true])
            #expect(messages.last?.id == "the-next.1" && rig.board.counters.viewersLeftBehind == 0)
        }
    }

    @Test func `a slow reader is given the newest snapshot, is counted, and holds nobody up`() throws {
        var conditions = NetworkConditions()
        conditions.window = 16 * 1024
        var limits = LiveServer.Limits()
        limits.writeTimeout = .seconds(2_000)
        try LiveRig.run(limits, conditions: conditions) { rig in
            rig.board.begin(LiveRig.run())
            let slow = try await rig.look()
            let quick = try await rig.look()
            var heard = ""
            for end in Int64(1)...500 {
                rig.tell(end...end)
                heard += await quick.receiveAll(for: .seconds(1))
                _ = quick.take()
            }
            #expect(heard.occurrences(of: "event: second\n") >= 499, "\(heard.occurrences(of: "event: second\n"))")
            let messages = try LiveMessage.all(in: await slow.receiveAll(for: .seconds(1)))
            let snapshots = messages.filter { $0.name == "snapshot" }
            #expect(snapshots.count == 2 && snapshots.map(Self.columns).last == 500, "\(snapshots.map(Self.columns))")
            #expect(messages.count < 150 && messages.last?.id.hasSuffix(".500") == true)
            #expect(rig.board.counters.viewersLeftBehind == 1)
            slow.close()
            quick.close()
        }
    }

    @Test func `a reader that takes nothing at all is let go`() throws {
        var conditions = NetworkConditions()
        conditions.window = 4 * 1024
        try LiveRig.run(conditions: conditions) { rig in
            rig.board.begin(LiveRig.run())
            let deaf = try await rig.look()
            for end in Int64(1)...60 {
                rig.tell(end...end)
                try await rig.loop.sleep(for: .seconds(1))
            }
            #expect(rig.board.counters.viewers == 0)
            deaf.close()
        }
    }

    @Test func `more readers than the limit are told to come again, and one that has left makes room`() throws {
        var limits = LiveServer.Limits()
        limits.viewers = 2
        try LiveRig.run(limits) { (rig) async throws in
            rig.board.begin(LiveRig.run())
            let first = try await rig.look()
            let second = try await rig.look()
            try await rig.loop.sleep(for: .milliseconds(100))
            let refused = try await rig.ask("GET", "/events")
            #expect(refused.status == 503 && refused.field("retry-after") == "5")
            #expect(rig.board.counters.viewersRefused == 1 && rig.board.counters.viewers == 2)
            first.reset()
            try await rig.loop.sleep(for: .seconds(11))
            #expect(rig.board.counters.viewers == 1)
            let third = try await rig.look()
            #expect(await third.receive(through: "event: snapshot").contains("200 OK"))
            second.close()
            third.close()
        }
    }

    @Test func `who is told nothing hears every five seconds that somebody is there`() throws {
        try LiveRig.run { (rig) async throws in
            rig.board.begin(LiveRig.run())
            let peer = try await rig.look()
            let text = await peer.receiveAll(for: .seconds(21))
            peer.close()
            #expect(text.occurrences(of: ": still here\n\n") == 4)
        }
    }

    @Test func `the end is told with the verdict and the report, and ends the stream`() throws {
        try LiveRig.run { (rig) async throws in
            rig.board.begin(LiveRig.run())
            rig.tell(1...2)
            let peer = try await rig.look()
            try await rig.loop.sleep(for: .seconds(1))
            var ending = LiveEnding(verdict: "missed", headline: "Target missed", exitCode: 1)
            ending.judgements = [.init(name: "latency", status: "fail", claim: "p99 <= 1ms", observed: "2ms")]
            ending.report = "/somewhere/report.html"
            rig.board.end(ending)
            rig.board.close()
            let text = await peer.receiveAll(for: .seconds(60))
            #expect(peer.ending == .ended)
            let end = try #require(try LiveMessage.all(in: text).last)
            #expect(end.name == "end" && end.data["verdict"] == .text("missed"))
            #expect(end.data["report"] == .text("/somewhere/report.html") && end.data["has_next"] == .boolean(false))
            #expect(end.data["judgements"]?.elements?.first?["claim"] == .text("p99 <= 1ms"))
            // Whoever comes again is not to come a third time.
            #expect(try await rig.ask("GET", "/events").status == 204)
            peer.close()
        }
    }
}
