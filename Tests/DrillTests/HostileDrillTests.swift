import EventLoop
import Evidence
import HTTPService
import Reporting
import ScriptedPeers
import TestFolders
import Testing
import Timebase
import Verdicts

@testable import Drill

/// A target that means harm, through a whole drill: what it says is measured and thrown away.
@Suite struct HostileDrillTests {
    private static func plan(_ address: Address) -> String {
        """
        plan: hostile
        about: "]]> --> <b> \\e[2J \\u202e"
        target: {url: "http://\(address)", timeout: 5s}
        shadow: {canary: off}
        journeys:
          "<script>alert(1)</script>": {steps: [POST /pay: {json: {id: 1}, keep: {payment: $.id}}]}
        traffic: [{hold: {for: 2s, rate: 2/s, name: "=1|<i>\\e[31m\\u202e"}}]
        arrivals: uniform
        targets: [{latency: {p99: 100ms}}, {errors: {at most: 1%}}]
        """
    }

    private static func report(
        in folder: TestFolder, _ serve: @escaping (EventLoop) async throws -> (Address, () async -> Void)
    ) throws -> Report {
        let loop = EventLoop.simulated(seed: 3)
        let outcome = try loop.run { () async throws -> Drill.Outcome in
            let (address, close) = try await serve(loop)
            let order = try SimulatedDrill(plan: plan(address)).order(in: folder)
            let outcome = try await Drill(order, DrillConduct(), on: loop).run()
            await close()
            return outcome
        }
        return try outcome.done().report
    }

    private static func mustHold(_ report: Report, in folder: TestFolder) {
        #expect(ReportCheck.faults(in: "\(folder.path)/out") == "")
        for file in ReportFile.allCases {
            let size = folder.size(of: "out/\(file.name)") ?? 0
            #expect(size > 0 && size < 300_000, "\(file) has \(size) bytes")
            let text = folder.text(of: "out/\(file.name)").utf8
            #expect(!text.contains("MARKER".utf8), "\(file) holds what was answered")
            #expect(file == .json || !text.contains("\u{1b}".utf8) && !text.contains("\u{202e}".utf8), "\(file)")
            // In JSON and CSV they are text like any other.
            let isMarkup = [.html, .junit, .summary].contains(file)
            #expect(!isMarkup || !text.contains("<script>alert".utf8) && !text.contains("<i>".utf8), "\(file)")
        }
    }

    @Test func `ten megabytes of an error's body come into no file`() throws {
        let folder = try TestFolder()
        let body = Array("MARKER<script>\u{1b}[2J".utf8) + [UInt8](repeating: 0x41, count: 10 << 20)
        let report = try Self.report(in: folder) { loop in
            let server = HTTPServer(on: loop) { exchange in exchange.respond(500, body: body) }
            let address = try server.listen(on: .loopback())
            return (address, { await server.drain(until: loop.now + .seconds(5)) })
        }
        #expect(report.record.stages[0].cells[0].outcomes.errors == 4, "\(report.record.stages[0].cells[0].outcomes)")
        Self.mustHold(report, in: folder)
    }

    @Test func `control bytes in a head, and what is no HTTP, are counted and come into no file`() throws {
        let folder = try TestFolder()
        let answers = [
            "HTTP/1.1 500 \u{1b}[31mMARKER\r\nX-A: b\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 201 Created\r\nX-\u{1}MARKER: \u{7}\u{0}\r\nContent-Length: 0\r\n\r\n",
            "\u{1b}]0;MARKER\u{7}\r\n\r\n",
            "HTTP/1.1 201 Created\r\nLocation: \u{9b}2J\u{202e}MARKER\r\nContent-Length: 0\r\n\r\n",
        ]
        let report = try Self.report(in: folder) { loop in
            let listener = try loop.listen(on: .loopback())
            let accepting = loop.spawn {
                var peers: [SpawnedTask] = []
                while let stream = try? await listener.accept() {
                    let number = peers.count
                    peers.append(
                        loop.spawn {
                            let peer = RawPeer(stream)
                            guard await peer.receiveOnce(until: loop.now + .seconds(5)) else { return peer.close() }
                            try? await peer.send(answers[number % answers.count])
                            try? await peer.finish()
                            peer.close()
                        })
                }
                for peer in peers { await peer.join() }
            }
            return (
                listener.address,
                {
                    listener.close()
                    await accepting.join()
                }
            )
        }
        #expect(report.record.stages[0].cells[0].outcomes.total == 4)
        #expect(report.record.stages[0].cells[0].outcomes.errors >= 3, "\(report.record.stages[0].cells[0].outcomes)")
        Self.mustHold(report, in: folder)
    }
}
