import Diagnostics
import EventLoop
import Evidence
import HTTPService
import HTTPWire
import Peers
import PlanLanguage
import PlanModel
import Reporting
import ScriptedPeers
import ShadowTag
import StackVocabulary
import TestFolders
import Testing
import Timebase

@testable import Drill

/// Sources of evidence, looked at before the traffic and fetched behind it.
@Suite struct SourceDrillTests {
    private static let columns =
        "columns: {id: no, currency: {always: EUR}, amount: cents, state: {column: status, words: {PAID: captured}}}"
    private static let lines = (0..<2_000).map { "{\"no\":\"A-\($0)\",\"cents\":\($0),\"status\":\"PAID\"}\n" }.joined()

    private struct Found {
        let collected: [CollectedSource]
        let folder: TestFolder
        let report: PreflightReport

        func rows(_ place: Int) throws -> Int {
            let rows = try collected[place].rows { false }
            var row = rows.makeRow()
            while try rows.next(&row) {}
            return rows.count
        }

        func reason(_ place: Int) -> String {
            if case .missing(let reason) = collected[place].state { reason } else { "it is there" }
        }
    }

    /// Looks, and fetches, from a server that answers as `handler` says.
    private static func collect(
        isLive: Bool = false, _ evidence: String, bytesMax: Int = 1 << 30,
        handler: @escaping (HTTPExchange) async throws -> Void
    ) throws -> Found {
        let loop = isLive ? try EventLoop.live() : EventLoop.simulated(seed: 3)
        let folder = try TestFolder()
        return try loop.run { () async throws in
            let server = HTTPServer(on: loop) { exchange in try await handler(exchange) }
            let address = try server.listen(on: .loopback())
            let rest = "evidence:\n" + evidence.replacing("ADDRESS", with: "\(address)")
            let draft = Draft(target: "url: http://\(address)", rest: rest)
            let environment = ["TOKEN": "s3cret"]
            let report = try await draft.run(on: loop, in: folder, environment: environment)
            var collection = SourceCollection(
                sources: try draft.plan().evidence, origins: report.sources, planFolder: folder.path,
                folder: isLive ? "\(folder.path)/sources-r" : nil,
                words: try Self.words(environment), loop: loop)
            collection.bytesMax = bytesMax
            let collected = await collection.collect()
            await server.drain(until: loop.now + .seconds(5))
            return Found(collected: collected, folder: folder, report: report)
        }
    }

    private static func http(_ path: String, _ more: String = "") -> String {
        "  - payments: {http: \"http://ADDRESS\(path)\"\(more), \(columns)}\n"
    }

    @Test func `what a stack exports is fetched with its headers, into the run's folder or memory`() throws {
        for isLive in [false, true] {
            var seen: [String] = []
            let found = try Self.collect(
                isLive: isLive,
                Self.http("/export/?day=1", ", headers: {Authorization: \"Bearer ${env.TOKEN}\", X-Run: \"${run.id}\"}")
            ) { exchange in
                seen.append(
                    "\(exchange.target) \(exchange.field("authorization") ?? "") \(exchange.field("x-run")?.count ?? 0)"
                )
                exchange.respond(200, body: Array(Self.lines.utf8))
            }
            #expect(seen.count == 1 && seen[0].hasPrefix("/export/?day=1 Bearer s3cret "), "\(seen)")
            #expect(try found.rows(0) == 2_000)
            #expect(found.folder.has("sources-r/01-payments.ndjson") == isLive)
            #expect(found.report.isClear, "\(found.report.failures)")
        }
    }

    @Test func `whatever is not the whole export is no export, and leaves no file`() throws {
        let answers: [(words: String, status: UInt16, location: Bool)] = [
            ("it was answered with 302, and redirects are not followed", 302, true),
            ("it was answered with 500", 500, false), ("it was answered with 404", 404, false),
        ]
        for answer in answers {
            var count = 0
            let found = try Self.collect(isLive: true, Self.http("/export")) { exchange in
                count += 1
                exchange.respond(answer.status, body: Array(Self.lines.utf8))
            }
            #expect(count == 1)
            #expect(found.reason(0).hasSuffix(answer.words), "\(found.reason(0))")
            #expect(!found.folder.has("sources-r/01-payments.ndjson"))
            #expect(throws: SourceFault.self) { try found.rows(0) }
        }
    }

    @Test(arguments: [
        ("\r\n\(row)", "the answer does not say where it ends, so nobody could tell whether it is whole"),
        ("content-length: 4000\r\n\r\n\(row)", "the connection ended inside the body"),
        (
            "content-length: 4\r\ncontent-encoding: gzip\r\n\r\n1234",
            "it comes encoded as 'gzip', which nobody asked for"
        ),
    ])
    func `an answer that nobody could tell the end of, or that ends early, is no export`(
        answer: String, words: String
    ) throws {
        let loop = EventLoop.simulated(seed: 3)
        let folder = try TestFolder()
        let reason = try loop.run { () async throws in
            let listener = try loop.listen(on: .loopback(port: 8080))
            let serving = loop.spawn {
                while let stream = try? await listener.accept() {
                    let peer = RawPeer(stream)
                    // The preflight only connects.
                    if await peer.receiveOnce(until: loop.now + .seconds(1)) {
                        try? await peer.send("HTTP/1.1 200 OK\r\n" + answer)
                    }
                    peer.close()
                }
            }
            let rest = "evidence:\n" + Self.http("/export").replacing("ADDRESS", with: "127.0.0.1:8080")
            let draft = Draft(target: "url: http://127.0.0.1:8080", rest: rest)
            let report = try await draft.run(on: loop, in: folder)
            let collected = await SourceCollection(
                sources: try draft.plan().evidence, origins: report.sources, planFolder: folder.path, folder: nil,
                words: try Self.words([:]), loop: loop
            ).collect()
            listener.close()
            await serving.join()
            guard case .missing(let reason) = collected[0].state else { return "it is there" }
            return reason
        }
        #expect(reason.contains(words), "\(reason)")
    }

    private static let row = "{\"no\":\"A-1\",\"cents\":1,\"status\":\"PAID\"}\n"

    private static func words(_ environment: [String: String]) throws -> RunWords {
        let key = try ShadowKey.find(in: environment, entropy: Array(repeating: 1, count: 32))
        let runID = RunID(secondsSince1970: 1, entropy: Array(repeating: 2, count: 5))
        return RunWords(tag: key.tag(runID, expires: 100), plan: "p", seed: 5, environment: environment)
    }

    @Test func `an export that is longer than it may be is given up`() throws {
        let found = try Self.collect(isLive: true, Self.http("/export"), bytesMax: 10_000) { exchange in
            exchange.respond(200, body: Array(Self.lines.utf8))
        }
        #expect(found.reason(0).contains("it has more than 10000 bytes"))
        #expect(!found.folder.has("sources-r/01-payments.ndjson"))
    }

    @Test func `an export that never comes is given up at its deadline, and secrets are not told`() throws {
        let text = Self.http("/export?token=s3cret", ", headers: {Authorization: \"Bearer ${env.TOKEN}\"}")
        let found = try Self.collect(text) { exchange in
            try await exchange.loop.sleep(until: exchange.loop.now + .seconds(3_600))
            exchange.respond(200)
        }
        #expect(found.reason(0).contains("no answer by the deadline"), "\(found.reason(0))")
        #expect(!found.reason(0).contains("s3cret"))
    }

    // MARK: Before the traffic

    private static func checks(_ evidence: String, in folder: TestFolder) throws -> PreflightReport {
        let loop = EventLoop.simulated(seed: 3)
        return try loop.run { () async throws in
            let listener = try loop.listen(on: .loopback(port: 8080))
            defer { listener.close() }
            return try await Draft(target: "url: http://127.0.0.1:8080", rest: "evidence:\n" + evidence).run(
                on: loop, in: folder)
        }
    }

    @Test func `a column that a file lacks is told at its line, before any traffic`() throws {
        let folder = try TestFolder()
        try folder.write("no,cent,status\n", as: "bank.csv")
        let report = try Self.checks("  - payments: {csv: bank.csv, \(Self.columns)}\n", in: folder)
        #expect(report.failures == ["source 'payments': the file has no 'cents'"])
        #expect(
            report.rendered.contains("did you mean 'cent'?") && report.rendered.hasPrefix("p:6:"), "\(report.rendered)")
    }

    @Test func `a file that is not there yet is a warning, and one that is right passes`() throws {
        let folder = try TestFolder()
        let text = "  - payments: {ndjson: orders.ndjson, \(Self.columns)}\n"
        #expect(try Self.checks(text, in: folder).check("source payments")?.outcome == .warned)
        try folder.write(Self.lines, as: "orders.ndjson")
        #expect(try Self.checks(text, in: folder).check("source payments")?.outcome == .passed)
    }

    @Test func `an export is judged and pinned like any other peer`() throws {
        let folder = try TestFolder()
        let far = try Self.checks(Self.http("").replacing("ADDRESS", with: "10.0.0.1"), in: folder)
        #expect(far.failures == ["10.0.0.1 is not loopback, and the plan has no 'allow'"])
        let silent = try Self.checks(Self.http("").replacing("ADDRESS", with: "127.0.0.1:9"), in: folder)
        #expect(silent.failures == ["127.0.0.1:9 refuses connections: nothing listens there"])
        let headers = Self.http("", ", headers: {A: \"${env.NOT_SET}\"}").replacing("ADDRESS", with: "127.0.0.1:8080")
        #expect(try Self.checks(headers, in: folder).failures == ["the environment has no 'NOT_SET'"])
    }
}
