import EventLoop
import Evidence
import HTTPService
import LoadDriver
import Peers
import PlanValues
import Reporting
import ScriptedPeers
import TestFolders
import Testing

@testable import Drill

/// The plan's proxy: judged, reached, and really gone through.
@Suite struct ProxyDrillTests {
    private func target(_ url: String, through proxy: String, _ rest: String = "") -> String {
        "url: '\(url)', transport: curl, proxy: '\(proxy)'\(rest)"
    }

    private func simulated(_ body: @escaping (EventLoop) async throws -> Void) throws {
        let loop = EventLoop.simulated(seed: 5)
        try loop.run { () async throws in try await body(loop) }
    }

    @Test func `a proxy that may not be hit is refused at its place, and gets nothing`() throws {
        try simulated { loop in
            let listener = try loop.listen(on: try #require(Address("10.0.0.9:3128")))
            var arrived = 0
            let accepting = loop.spawn {
                while let stream = try? await listener.accept() {
                    arrived += 1
                    stream.close()
                }
            }
            let block = try #require(NetworkBlock("10.0.0.0/8"))
            for (rest, permitted, words) in [
                ("", [block], "10.0.0.9 is not loopback, and the plan has no 'allow'"),
                (", allow: [127.0.0.0/8]", [block], "10.0.0.9 is not in the plan's 'allow'"),
                (
                    ", allow: [127.0.0.0/8, 10.0.0.0/8]", [],
                    "10.0.0.9 is in the plan's 'allow', but nobody outside the plan has permitted it"
                ),
            ] {
                let draft = Draft(target: target("http://127.0.0.1:8080", through: "http://10.0.0.9:3128", rest))
                let report = try await draft.run(on: loop, in: TestFolder(), permitted: permitted)
                #expect(report.failures == [words])
                #expect(!report.isClear && report.proxy == nil)
                #expect(report.rendered.hasPrefix("p:2:64: error: \(words); "), "\(report.rendered)")
            }
            try await loop.sleep(until: loop.now + .seconds(1))
            #expect(arrived == 0)
            listener.close()
            await accepting.join()
        }
    }

    @Test func `a proxy that is not there is told as a proxy`() throws {
        try simulated { loop in
            let report = try await Draft(target: target("http://127.0.0.1:8080", through: "socks5h://127.0.0.1:9")).run(
                on: loop, in: TestFolder())
            #expect(report.failures == ["127.0.0.1:9 refuses connections: nothing listens there"])
            #expect(report.check("proxy socks5h://127.0.0.1:9")?.fix == "start the proxy, or correct the port")
            #expect(report.proxy == nil)
        }
    }

    @Test func `what is behind a proxy is judged, and not connected to`() throws {
        try simulated { loop in
            let proxy = try loop.listen(on: .loopback(port: 3128))
            let origin = try loop.listen(on: .loopback(port: 8080))
            defer {
                proxy.close()
                origin.close()
            }
            var arrived = 0
            let accepting = loop.spawn {
                while let stream = try? await origin.accept() {
                    arrived += 1
                    stream.close()
                }
            }
            let address = "http://127.0.0.1:3128"
            let clear = try await Draft(target: target("http://127.0.0.1:8080", through: address)).run(
                on: loop, in: TestFolder())
            #expect(clear.isClear && clear.proxy?.address == proxy.address)
            #expect(clear.origins.map(\.origin.address) == [origin.address])
            #expect(
                clear.check("http://127.0.0.1:8080")?.words
                    == "may be hit at 127.0.0.1:8080, and is left to the proxy http://127.0.0.1:3128: not connected to")
            let far = try await Draft(target: target("http://10.0.0.1", through: address)).run(
                on: loop, in: TestFolder())
            #expect(far.failures == ["10.0.0.1 is not loopback, and the plan has no 'allow'"])
            #expect(far.origins.isEmpty)
            try await loop.sleep(until: loop.now + .seconds(1))
            #expect(arrived == 0)
            origin.close()
            await accepting.join()
        }
    }

    @Test(arguments: TestProxy.Kind.allCases)
    func `a live drill goes through the plan's proxy, all of it`(kind: TestProxy.Kind) throws {
        let loop = try EventLoop.live()
        let folder = try TestFolder()
        try loop.run { () async throws in
            let server = HTTPServer(on: loop) { exchange in exchange.respond(201) }
            let origin = try server.listen(on: .loopback())
            let proxy = TestProxy(kind, on: loop, to: origin)
            try await proxy.serve { address in
                let url = "\(kind == .http ? "http" : "socks5h")://\(address)"
                let draft = Draft(
                    target: target("http://\(origin)", through: url), rest: "shadow: {canary: off}\n",
                    steps: "[POST /pay: {json: {a: 1}}]", traffic: "[hold: {for: 500ms, rate: 20/s}]")
                let outcome = try await Drill(draft.order(in: folder), DrillConduct(), on: loop).run()
                let report = try outcome.done().report
                let started = report.record.slices.reduce(0) { $0 + $1.arrivals.started }
                let ok = report.record.stages.flatMap(\.cells).reduce(0) { $0 + $1.outcomes[.ok] }
                #expect(started > 0 && ok == started, "\(started) started, \(ok) ok")
                #expect(server.counters.requests == Int(started))
            }
            // One connection was the preflight's, and said nothing.
            #expect(!proxy.heard.isEmpty && proxy.connections > proxy.heard.count)
            let first = proxy.heard.first ?? ""
            #expect(kind == .http ? first.hasPrefix("POST http://\(origin)/pay HTTP/1.1\r\n") : first == "\(origin)")
            await server.drain(until: loop.now + .seconds(5))
        }
    }
}
