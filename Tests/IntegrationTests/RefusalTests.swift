import Cryptography
import EventLoop
import Glibc
import HTTPService
import Reporting
import TestFolders
import Testing
import Timebase

/// What stands against a run before its first request: it is said, and nothing is sent.
@Suite struct RefusalTests {
    private static let hold = "{hold: {for: 5s, rate: 50/s}}"

    private static func expectRefusal(
        _ stand: Stand, _ plan: String, _ more: String = "--quiet", code: Int32 = 3, words: [String]
    ) async throws {
        let end = try await stand.start(plan, more).end(on: stand.loop)
        #expect(end.code == code, "\(end.talk)")
        for word in words { #expect(end.talk.contains(word), "'\(word)' is not in: \(end.talk)") }
        #expect(stand.requests.isEmpty)
        #expect(!stand.folder.below("out").contains { $0.hasSuffix(".seg") || $0.hasSuffix(".html") })
    }

    @Test func `a broken plan connects to nobody`() throws {
        try Stand.open { stand in
            let plan = try stand.plan("{hold: {for: 5, rate: 50/s}}")
            try await Self.expectRefusal(stand, plan, code: 2, words: ["live.yaml:5:"])
            #expect(stand.server.counters.connections == 0)
        }
    }

    @Test func `a peer that nobody outside the plan permitted is not touched`() throws {
        try Stand.open { stand in
            let text = """
                plan: outside
                target: {url: "http://192.0.2.1:80", allow: [192.0.2.0/24]}
                journeys: \(Stand.pay)
                traffic: [\(Self.hold)]

                """
            let plan = try stand.folder.write(text.utf8, as: "outside.yaml")
            try await Self.expectRefusal(stand, plan, words: ["192.0.2.1", "--allow"])
        }
    }

    @Test func `a host without an address, and a port that refuses, are named`() throws {
        try Stand.open { stand in
            let plan = try stand.plan(Self.hold)
            await stand.stop()
            try await Self.expectRefusal(stand, plan, words: ["127.0.0.1:\(stand.port) refuses connections"])
            let text = """
                plan: nowhere
                target: {url: "http://nowhere.invalid:80"}
                journeys: \(Stand.pay)
                traffic: [\(Self.hold)]

                """
            let nowhere = try stand.folder.write(text.utf8, as: "nowhere.yaml")
            try await Self.expectRefusal(stand, nowhere, words: ["nowhere.invalid"])
        }
    }

    @Test func `a server without TLS behind https is told from a certificate that is not trusted or over`() throws {
        try Stand.open { stand in
            let plan = try stand.plan(Self.hold, scheme: "https")
            try await Self.expectRefusal(stand, plan, words: ["127.0.0.1:\(stand.port)", "TLS"])
        }
        for (identity, word) in [(TestIdentity.good, "certificate"), (TestIdentity.expired, "expired")] {
            try Stand.open(securedBy: identity.context()) { stand in
                try stand.folder.write(identity.authority, as: "ca.pem")
                let isTrusted = word == "expired"
                let plan = try stand.plan(
                    Self.hold, target: isTrusted ? ", tls: {ca: ca.pem}" : "", scheme: "https")
                try await Self.expectRefusal(stand, plan, words: [word])
            }
        }
    }

    @Test func `a report folder that cannot be is found before the traffic`() throws {
        try Stand.open { stand in
            try stand.folder.write("a file".utf8, as: "out")
            let plan = try stand.plan(Self.hold)
            try await Self.expectRefusal(stand, plan, words: ["cannot make the folder", "--out"])
        }
    }
}
