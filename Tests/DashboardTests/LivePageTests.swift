import Evidence
import JSON
import LoadDriver
import ScriptedPeers
import TestFolders
import Testing
import Timebase

@testable import Dashboard

@Suite struct LivePageTests {
    private static var script: String { LiveScript.text }

    @Test func `the page holds no script and no style of its own, and no name of any run`() throws {
        try LiveRig.run { (rig) async throws in
            rig.board.begin(LiveRig.run { $0.identity.plan = "<script>alert(1)</script>" })
            let page = try await rig.ask("GET", "/")
            #expect(page.status == 200 && page.field("content-type") == "text/html; charset=utf-8")
            #expect(!page.body.contains("alert") && !page.body.contains(" style=") && !page.body.contains("<style"))
            #expect(page.body.occurrences(of: "<script") == 1 && page.body.contains("<script src=\"/live.js\" defer>"))
            #expect(!page.body.contains(" onclick") && !page.body.contains("http://"))
        }
    }

    @Test func `the script puts texts in as texts`() {
        for sink in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "Function(", "srcdoc"] {
            #expect(!Self.script.contains(sink), "\(sink)")
        }
        // Each id that it looks for is there.
        let wanted = Self.script.split(separator: "$('").dropFirst().map { String($0.prefix { $0 != "'" }) }
        #expect(wanted.count > 30)
        for id in Set(wanted) { #expect(LivePage.html.contains("id=\"\(id)\""), "\(id)") }
    }

    @Test func `ids that the docs name are there`() throws {
        let root = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }
        let page = try TestFolder().text(of: "\(root)/docs/live.md")
        let named = page.split(separator: "`#").dropFirst().map { String($0.prefix { $0 != "`" }) }
            .filter { !$0.isEmpty }
        #expect(named.count > 15)
        for id in named { #expect(LivePage.html.contains("id=\"\(id)\""), "\(id)") }
    }

    @Test func `hostile names come to the page as texts in JSON, cut and masked`() throws {
        let hostile = "</script><img src=x onerror=alert(1)>\r\n\nevent: end\ndata: {}\u{202E}"
        let long = String(repeating: "é", count: 5_000)
        try LiveRig.run { (rig) async throws in
            rig.board.begin(
                LiveRig.run { record in
                    record.identity.plan = hostile
                    record.stages[0].name = long
                    record.stages[1].name = "4539148803436467"
                })
            var second = LiveRig.second(1)
            second.events = [RunEvent(at: .zero, kind: .note, text: hostile)]
            rig.board.end(second)
            let peer = try await rig.look()
            let messages = try LiveMessage.all(in: await peer.receiveAll(for: .seconds(1)))
            peer.close()
            #expect(messages.map(\.name) == ["snapshot"])
            let run = try #require(messages.first?.data["run"])
            let shown = #"</script><img src=x onerror=alert(1)>  event: end data: {}\u{202E}"#
            #expect(run["plan"] == .text(shown))
            let names = run["stages"]?.elements?.compactMap { $0["name"]?.string } ?? []
            #expect(names.first?.count == 301 && names.last?.contains("148803") == false, "\(names)")
            #expect(messages.first?.data["events"]?.elements?.first?["text"] == .text(shown))
        }
    }

    @Test func `a second that lasted longer says so, and a guard's negative value is shown as it is`() throws {
        var second = LiveRig.second(5)
        second.span = .seconds(2)..<TimeSpan.seconds(5)
        #expect(second.json["span_s"] == .integer(3))
        let reading = GuardReading(
            text: "balance < -50 for 3s", value: -120, limit: -50, isAbove: false, unit: .count, heldSeconds: 1,
            tripSeconds: 3)
        #expect(reading.json["value"]?.string?.contains("120") == true, "\(reading.json)")
    }

    @Test func `what is kept of a long run is bounded`() throws {
        try LiveRig.run { (rig) async throws in
            rig.board.begin(LiveRig.run())
            for end in Int64(1)...3_000 {
                var second = LiveRig.second(end)
                second.events = (0..<3).map { RunEvent(at: .seconds(end), kind: .note, text: "event \($0)") }
                rig.board.end(second)
            }
            let json = rig.board.json
            #expect(json["events"]?.elements?.count == LiveBoard.eventsMax)
            #expect(json["events_forgotten"] == .integer(9_000 - 200))
            #expect(json.bytes(.compact).count < 200_000, "\(json.bytes(.compact).count)")
        }
    }
}
