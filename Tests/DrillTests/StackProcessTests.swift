import ChannelProfile
import Diagnostics
import EventLoop
import JSON
import PlanLanguage
import ShadowTag
import StackVocabulary
import TestFolders
import Testing
import Timebase

@testable import Drill

/// The controller's side of the embedded stack in a child, played by shell scripts.
@Suite struct StackProcessTests {
    private static let profile = """
        profile: p
        channels:
          icbc: {idempotency: checkout, callback: {delay: 1s, key: "${env.ICBC_KEY}"}}
          abc: {idempotency: none}
          ccb: {idempotency: stripe-v1}

        """

    private static func launch(in folder: TestFolder, executable: String) throws -> StackLaunch {
        let profile = ChannelProfile.parse(SourceText(name: "m.yaml", text: Self.profile)).profile
        var order = try Draft(
            target: "stack: embedded", rest: "channels: m.yaml\nstack: {cores: 3, defects: [slow-shed]}\n"
        ).order(in: folder)
        order.profile = profile
        order.executable = executable
        order.environment = ["PATH": "/usr/bin:/bin", "ICBC_KEY": "sesame"]
        return try #require(StackLaunch(order, runID: run))
    }

    private static let run = RunID(secondsSince1970: 1_900_000_000, entropy: [1, 2, 3, 4, 5])

    private func stack(
        _ script: String, _ scenario: @escaping (StackProcess) async throws -> Void = { _ in }
    ) throws -> (fault: String?, folder: TestFolder, launch: StackLaunch) {
        let folder = try TestFolder()
        let place = try folder.write("#!/bin/sh\ncd '\(folder.path)'\n\(script)\n", as: "stack", mode: 0o700)
        let launch = try Self.launch(in: folder, executable: place)
        let loop = try EventLoop.live()
        var fault: String?
        try loop.run { () async throws in
            let key = try ShadowKey.find(in: [:], entropy: [UInt8](repeating: 3, count: 32))
            let places = ["icbc", "abc", "ccb"].enumerated().compactMap { number, name in
                Address("127.0.0.1:\(9_101 + number)").map { (name: name, address: $0) }
            }
            do throws(PartFault) {
                let stack = try await StackProcess(
                    launch, key,
                    launch.banks(places, live: Address("127.0.0.1:9201").map { [(name: "abc", address: $0)] } ?? []),
                    on: loop)
                try? await scenario(stack)
                fault = await stack.stop()
            } catch {
                fault = error.description
            }
        }
        return (fault, folder, launch)
    }

    private static let line = #"{"front":"127.0.0.1:10","operator":"127.0.0.1:11"}"#

    @Test func `the stack is started with its setting, its banks and its secrets, and ends with its lease`() throws {
        let (fault, folder, launch) = try stack(
            #"for word in "$@"; do echo "$word"; done > words; "#
                + #"echo "$SPILLWAY_STACK_TOKEN ${#SPILLWAY_SHADOW_KEY} $ICBC_KEY" > secrets; echo '\#(Self.line)'; "#
                + "wc -c > heard"
        ) { stack in
            #expect(stack.front == Address("127.0.0.1:10") && stack.operatorDesk == Address("127.0.0.1:11"))
            #expect(stack.loss == nil)
        }
        #expect(fault == nil)
        let words = folder.text(of: "words").split(separator: "\n").map(String.init)
        try #require(words.count > 4, "\(words)")
        #expect(words.prefix(3) == ["stack", "--child", "--setting"])
        #expect(try StackSetting(handedOver: JSONValue(parsing: Array(words[3].utf8))) == launch.setting)
        #expect(
            words.dropFirst(4) == [
                "--seed", "5", "--database", "\(folder.path)/out/stack-\(Self.run)/ledger.db",
                "--channels", "icbc=http://127.0.0.1:9101", "--idempotency", "icbc=Cko-Idempotency-Key",
                "--callback-key", "icbc=ICBC_KEY",
                "--channels", "abc=http://127.0.0.1:9102", "--live-channels", "abc=http://127.0.0.1:9201",
                "--idempotency", "abc=none",
                "--channels", "ccb=http://127.0.0.1:9103", "--idempotency", "ccb=Idempotency-Key",
                "--keeps-declines", "ccb",
            ])
        #expect(folder.text(of: "secrets") == "\(DrillOrder.stackTokenSample) 64 sesame\n")
        #expect((Int(folder.text(of: "heard").prefix { $0 != "\n" }) ?? 0) >= 1)
    }

    @Test func `a stack that does not start is told in its own words`() throws {
        #expect(try stack("echo 'error: the disk is full' >&2; exit 3").fault == "the disk is full")
        #expect(try stack("exit 0").fault == "it went without a word")
        #expect(try stack("echo hello").fault == "it said 'hello', which is no list of who listens where")
        #expect(
            try stack("echo '\(Self.line)'; cat > /dev/null; exit 3").fault
                == "the embedded stack did not end in order: it ended with exit code 3")
    }

    @Test(arguments: [
        "", "{}", #"{"front":"127.0.0.1:9"}"#, #"{"front":"here","operator":"127.0.0.1:9"}"#,
        #"{"front":"127.0.0.1:9","operator":"10.0.0.1:9"}"#,
    ])
    func `a line that does not say who listens where is none`(line: String) {
        #expect(StackProcess.listeners(line) == nil)
    }
}
