import EventLoop
import Glibc
import HTTPService
import HTTPWire
import TestFolders
import Testing
import Timebase

/// `spillway mock` as a person starts it.
@Suite struct MockTests {
    private static let profile = """
        profile: one
        channels:
          icbc: {latency: 1ms, idempotency: stripe-v1}
        """

    private struct Player {
        let loop: EventLoop
        let folder: TestFolder
        let process: SpillwayProcess

        var told: [String] { folder.text(of: "mock.out").split(separator: "\n").map(String.init) }

        /// What stands behind a name and two spaces in what was told.
        func address(of name: String) throws -> Address {
            let line = try #require(told.first { $0.hasPrefix("\(name)  http://") }, "\(process.talk)")
            let text = line.dropFirst(name.count + 9).prefix { $0 != " " }
            return try #require(Address(String(text)))
        }

        func ask(
            _ address: Address, _ method: HTTPWire.Method, _ path: String, _ fields: [(String, String)],
            body: String? = nil
        ) async throws -> HTTPResponse {
            var block = FieldBlock()
            for (name, value) in fields { try block.add(name, value) }
            let client = HTTPClient(on: loop, to: HTTPOrigin(address, host: "\(address)"))
            defer { client.close() }
            return try await client.send(
                try HTTPRequest(method, path, host: "\(address)", fields: block, body: body.map { Array($0.utf8) }),
                until: loop.now + .seconds(10))
        }
    }

    private func play(
        _ more: [String] = [], _ scenario: @escaping (Player) async throws -> Void
    ) throws {
        let loop = try EventLoop.live()
        try loop.run { () async throws in
            let folder = try TestFolder()
            _ = try folder.write(Self.profile.utf8, as: "one.yaml")
            let words = ["mock", "\(folder.path)/one.yaml", "--out", "\(folder.path)/journals"] + more
            let process = try SpillwayProcess(words, name: "mock", in: folder)
            try await scenario(Player(loop: loop, folder: folder, process: process))
        }
    }

    @Test func `a person starts a bank, pays, puts a fault on it, and ends it`() throws {
        try play { player async throws in
            let deadline = player.loop.now + .seconds(20)
            while !player.told.contains(where: { $0.hasPrefix("admin  ") }) {
                try #require(player.loop.now < deadline, "\(player.process.talk)")
                try await player.loop.sleep(until: player.loop.now + .milliseconds(10))
            }
            let (bank, admin) = (try player.address(of: "icbc"), try player.address(of: "admin"))
            let mark = ("x-shadow", "play")
            let body = #"{"reference":"pay-1","amount":4900,"currency":"CNY"}"#
            #expect(try await player.ask(bank, .post, "/v1/authorise", [mark], body: body).status == 201)
            #expect(try await player.ask(bank, .post, "/v1/authorise", [], body: body).status == 403)
            let talk = player.process.talk
            let words = try #require(talk.split(separator: "Bearer ").dropFirst().first)
            let bearer = ("authorization", "Bearer \(words.prefix { $0 != "'" })")
            let fault = #"[{"at":"0s","for":"30s","channel":"icbc","error":{"status":503}}]"#
            #expect(try await player.ask(admin, .put, "/_mock/faults", [bearer], body: fault).status == 204)
            #expect(try await player.ask(bank, .post, "/v1/authorise", [mark], body: body).status == 503)
            let statement = try await player.ask(admin, .get, "/_mock/statement?channel=icbc", [bearer])
            #expect(String(decoding: statement.body, as: UTF8.self).contains("pay-1,,authorise,authorised,4900,CNY"))
            player.process.signal(SIGINT)
            let end = try await player.process.end(on: player.loop)
            #expect(end.code == 0)
            #expect(end.talk.contains("journals in "))
            #expect(player.folder.names(in: "journals/icbc") == ["worker-000.000001.seg"])
        }
    }

    @Test func `a port that is taken says who was to listen there`() throws {
        let loop = try EventLoop.live()
        try loop.run { () async throws in
            let folder = try TestFolder()
            let taken = try loop.listen(on: .loopback())
            _ = try folder.write(Self.profile.utf8, as: "one.yaml")
            let process = try SpillwayProcess(
                [
                    "mock", "\(folder.path)/one.yaml", "--out", "\(folder.path)/journals", "--set",
                    "channels.icbc.listen=127.0.0.1:\(taken.address.port)",
                ], name: "mock", in: folder)
            let end = try await process.end(on: loop)
            #expect(end.code == 3)
            #expect(end.talk.contains("channel 'icbc' was to listen at 127.0.0.1:\(taken.address.port)"), "\(end.talk)")
            #expect(end.results.isEmpty)
            taken.close()
        }
    }

    @Test func `a drill's banks end with their lease`() throws {
        try play(["--child"]) { player async throws in
            // Standard input is no lease here, so it is lost at once.
            let end = try await player.process.end(on: player.loop)
            #expect(end.code == 0, "\(end.talk)")
            #expect(end.results.first?.hasPrefix(#"{"admin":"127.0.0.1:"#) == true)
            #expect(!end.talk.contains("Bearer"))
        }
    }
}
