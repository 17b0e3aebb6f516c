import ChannelProfile
import Diagnostics
import EventLoop
import PlanLanguage
import ShadowTag
import TestFolders
import Testing
import Timebase

@testable import Drill

/// The controller's side of mock banks in a child, played by shell scripts.
@Suite struct BankProcessTests {
    private static let profile = "profile: p\nchannels: {icbc: {latency: 5ms}, abc: {latency: 5ms}}\n"

    static func order(in folder: TestFolder, executable: String, isLive: Bool = false) throws -> BankOrder {
        let profile = ChannelProfile.parse(SourceText(name: "m.yaml", text: Self.profile)).profile
        var order = try Draft(
            target: #"url: "${channels.icbc}""#, rest: "channels: m.yaml\n"
        ).order(in: folder)
        order.profile = profile
        order.executable = executable
        order.environment = ["PATH": "/usr/bin:/bin"]
        order.permitted = ["10.0.0.0/8"]
        let run = RunID(secondsSince1970: 1_900_000_000, entropy: [1, 2, 3, 4, 5])
        return try #require(BankOrder(order, runID: run, expires: 2_000_000_000, isLive: isLive))
    }

    /// What became of the script, and where it stands.
    private func banks(
        _ script: String, isLive: Bool = false, _ scenario: @escaping (BankProcess) async throws -> Void = { _ in }
    ) throws -> (fault: String?, folder: TestFolder) {
        let folder = try TestFolder()
        let place = try folder.write("#!/bin/sh\ncd '\(folder.path)'\n\(script)\n", as: "banks", mode: 0o700)
        let loop = try EventLoop.live()
        var fault: String?
        try loop.run { () async throws in
            let key = try ShadowKey.find(in: [:], entropy: [UInt8](repeating: 3, count: 32))
            let order = try Self.order(in: folder, executable: place, isLive: isLive)
            do throws(PartFault) {
                let banks = try await BankProcess(order, key, on: loop)
                try? await scenario(banks)
                fault = await banks.stop()
            } catch {
                fault = error.description
            }
        }
        return (fault, folder)
    }

    private static let line = #"{"admin":"127.0.0.1:9","channels":{"icbc":"127.0.0.1:10","abc":"127.0.0.1:11"}}"#

    @Test func `banks are started as a child, hold a lease, and end with it`() throws {
        let (fault, folder) = try banks(
            #"echo "$*" > words; echo "$SPILLWAY_MOCK_TOKEN ${#SPILLWAY_SHADOW_KEY}" > secrets; echo '\#(Self.line)'; "#
                + "echo hello >&2; wc -c > heard"
        ) { banks in
            #expect(banks.admin == Address("127.0.0.1:9"))
            #expect(banks.channels.map(\.name) == ["icbc", "abc"])
            #expect(banks.loss == nil)
        }
        #expect(fault == nil)
        let run = RunID(secondsSince1970: 1_900_000_000, entropy: [1, 2, 3, 4, 5])
        #expect(
            folder.text(of: "words")
                == "mock \(folder.path)/m.yaml --child --out \(folder.path)/out/channels-\(run) --allow 10.0.0.0/8\n")
        #expect(folder.text(of: "secrets") == "\(DrillOrder.bankTokenSample) 64\n")
        // A lease is granted at once, and again while it lasts.
        #expect((Int(folder.text(of: "heard").prefix { $0 != "\n" }) ?? 0) >= 1)
    }

    @Test func `live twins are the same banks at places of their own, and say who they are`() throws {
        let script = #"echo "$*" > words; echo '\#(Self.line)'; cat > /dev/null; exit 3"#
        let (fault, folder) = try banks(script, isLive: true)
        let run = RunID(secondsSince1970: 1_900_000_000, entropy: [1, 2, 3, 4, 5])
        #expect(
            folder.text(of: "words")
                == "mock \(folder.path)/m.yaml --child --out \(folder.path)/out/live-channels-\(run) --live "
                + "--allow 10.0.0.0/8\n")
        #expect(fault == "the live twins of the mock banks did not end in order: it ended with exit code 3")
    }

    @Test func `banks that do not start are told in their own words`() throws {
        #expect(try banks("echo 'error: 127.0.0.1:1 is taken' >&2; exit 2").fault == "127.0.0.1:1 is taken")
        #expect(try banks("exit 4").fault == "it ended with exit code 4")
        #expect(try banks("kill -9 $$").fault == "it was ended by signal 9")
        #expect(try banks("exit 0").fault == "they went without a word")
        #expect(try banks("echo hello").fault == "they said 'hello', which is no list of who listens where")
    }

    @Test func `banks that are gone during the run say why`() throws {
        var loss: String?
        let (fault, _) = try banks("echo '\(Self.line)'; head -c 1 > sign; echo 'the disk is full' >&2; exit 1") {
            banks in
            await banks.waitForLoss()
            // Its last words may come behind its end.
            loss = banks.loss
        }
        #expect(fault == nil)
        #expect(loss == "the disk is full" || loss == "it ended with exit code 1")
    }

    @Test func `banks that do not end in order are told of`() throws {
        let (fault, _) = try banks("echo '\(Self.line)'; cat > /dev/null; exit 3")
        #expect(fault == "the mock banks did not end in order: it ended with exit code 3")
    }

    @Test(arguments: [
        "", "{}", #"{"admin":"127.0.0.1:9"}"#, #"{"admin":"here","channels":{}}"#,
        #"{"admin":"10.0.0.1:9","channels":{}}"#, #"{"admin":"127.0.0.1:9","channels":{"icbc":"x"}}"#,
    ])
    func `a line that does not say who listens where is none`(line: String) {
        #expect(BankProcess.listeners(line) == nil)
    }

    @Test func `lines are read however they come, and the last need not be ended`() throws {
        let loop = EventLoop.simulated(seed: 4)
        try loop.run { () async throws in
            let listener = try loop.listen(on: .loopback())
            let writer = try await loop.connect(to: listener.address, until: .never)
            let reader = LineReader(try await listener.accept())
            let writing = loop.spawn {
                for piece in ["one\ntw", "o\n", "\nthree"] {
                    try? await writer.write(Array(piece.utf8), until: .never)
                    try? await loop.sleep(until: loop.now + .milliseconds(10))
                }
                writer.close()
            }
            var lines: [String?] = []
            for _ in 0..<5 { lines.append(await reader.next(until: .never)) }
            #expect(lines == ["one", "two", "", "three", nil])
            await writing.join()
            listener.close()
        }
    }
}
