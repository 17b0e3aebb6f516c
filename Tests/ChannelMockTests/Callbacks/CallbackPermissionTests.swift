import ChannelProfile
import Cryptography
import Diagnostics
import EventLoop
import Lease
import PlanValues
import ScriptedPeers
import Testing
import Timebase

@testable import ChannelMock

/// Who may be told, and until when.
@Suite struct CallbackPermissionTests {
    private static let elsewhere = "10.1.2.3:8080"

    /// Whether a callback to another host came there.
    private func arrives(allow: [String], permitted: [String]) throws -> Bool {
        var came = false
        try CallbackRig.play(.plain(), allow: allow, permitted: permitted) { rig in
            let there = Receiver(on: rig.loop)
            _ = try there.listen(on: try #require(Address(Self.elsewhere)))
            rig.desk.take(try rig.order("o-1", to: "http://\(Self.elsewhere)/w"))
            try await rig.sleep(.seconds(5))
            came = there.told.count == 1
            let counters = rig.desk.counters
            #expect(counters.refused == (came ? 0 : 1) && counters.sent == (came ? 1 : 0))
            if !came {
                guard case .refused(let words) = rig.results.first else {
                    Issue.record("\(rig.results)")
                    return
                }
                #expect(words.contains("10.1.2.3"), "\(words)")
            }
            await rig.desk.close()
            await there.close()
        }
        return came
    }

    @Test func `a destination gets a byte only when the profile and the world outside it allow it`() throws {
        #expect(try !arrives(allow: [], permitted: []))
        #expect(try !arrives(allow: ["10.0.0.0/8"], permitted: []))
        #expect(try !arrives(allow: [], permitted: ["10.0.0.0/8"]))
        #expect(try !arrives(allow: ["10.1.2.4/32"], permitted: ["0.0.0.0/0"]))
        #expect(try arrives(allow: ["10.0.0.0/8"], permitted: ["10.1.2.0/24"]))
    }

    @Test func `a destination that is refused is not even connected to`() throws {
        try CallbackRig.play(.plain()) { rig in
            let listener = try rig.loop.listen(on: try #require(Address(Self.elsewhere)))
            var connections = 0
            let accepting = rig.loop.spawn {
                while let stream = try? await listener.accept() {
                    connections += 1
                    stream.close()
                }
            }
            rig.desk.take(try rig.order("o-1", to: "http://\(Self.elsewhere)/w"))
            try await rig.sleep(.seconds(5))
            #expect(connections == 0)
            listener.close()
            await accepting.join()
        }
    }

    @Test(arguments: [
        ("ftp://127.0.0.1/", "no absolute http URL"), ("127.0.0.1:80/w", "no absolute http URL"),
        ("", "no absolute http URL"), ("http://", "no absolute http URL"), ("http:///w", "no absolute http URL"),
        ("http://user@127.0.0.1/", "no absolute http URL"), ("http://127.0.0.1\\@10.0.0.1/", "no absolute http URL"),
        ("https://127.0.0.1/w", "not over https"), ("http://127.1/w", "take for an address"),
        ("http://0x7f000001/w", "take for an address"), ("http://2130706433/w", "take for an address"),
        ("http://0.0.0.0/w", "no single host"), ("http://[fe80::1]/w", "link-local"),
        ("http://169.254.169.254/latest", "not loopback"), ("http://pay.example.test/w", "no names"),
        ("http://127.0.0.1:1/" + String(repeating: "x", count: 2_048), "at most 2048 bytes"),
        ("http://127.0.0.1:1/a b", "cannot be asked for"),
    ])
    func `a destination that is none is refused in words`(url: String, words: String) throws {
        try CallbackRig.play(.plain()) { rig in
            rig.desk.take(try rig.order("o-1", to: url))
            try await rig.sleep(.seconds(2))
            #expect(rig.desk.counters.refused == 1 && rig.desk.counters.sent == 0)
            guard case .refused(let said) = rig.results.first else {
                Issue.record("\(rig.results)")
                return
            }
            #expect(said.contains(words), "\(said)")
        }
    }

    @Test func `localhost is this machine, and queries and missing paths are kept as they are`() throws {
        try CallbackRig.play(.plain()) { rig in
            let port = try #require(rig.url.split(separator: ":").last)
            for tail in ["", "/", "/w/?a=1&b=2", "?a=1", "/w#part"] {
                rig.desk.take(try rig.order("o-1", to: "http://localhost:\(port)\(tail)"))
            }
            try await rig.sleep(.seconds(2))
            #expect(rig.receiver.told.map(\.target) == ["/", "/", "/w/?a=1&b=2", "/?a=1", "/w"])
            #expect(rig.receiver.told.allSatisfy { $0.fields["host"] == "127.0.0.1:\(port)" })
        }
    }

    @Test func `there are at most sixteen destinations`() throws {
        try CallbackRig.play(.plain()) { rig in
            // Those that are refused take no place.
            for host in 1...20 { rig.desk.take(try rig.order("r-\(host)", to: "http://10.0.0.\(host)/")) }
            let port = try #require(rig.url.split(separator: ":").last)
            for host in 1...20 { rig.desk.take(try rig.order("o-\(host)", to: "http://127.0.0.\(host):\(port)/")) }
            #expect(rig.desk.waitingCount == 16)
            #expect(rig.desk.counters.refused == 20 + 4)
            guard case .refused(let words) = rig.results.last else {
                Issue.record("\(rig.results)")
                return
            }
            #expect(words.contains("at most 16 hosts and ports"))
        }
    }

    @Test(arguments: [true, false])
    func `nothing begins once the lease is lost`(isLost: Bool) throws {
        let lease = Lease(from: EventLoop.simulated(seed: 0).now)
        try CallbackRig.play(.plain(delay: .seconds(20)), lease: lease) { rig in
            try rig.take(references(1_000))
            for second in 1...25 {
                try await rig.sleep(.seconds(1))
                if !isLost || second < 10 { lease.renew(at: rig.loop.now) }
                if isLost, second == 12 {
                    // The lease was last heard of at 9 s, and is lost with the first instant after 11 s.
                    #expect(rig.desk.waitingCount == 0)
                    let endings = rig.outcomes.all.map { $0.endedAt - rig.began }
                    #expect(endings.allSatisfy { $0 == .seconds(11) + .nanoseconds(1) })
                }
            }
            #expect(rig.receiver.told.count == (isLost ? 0 : 1_000))
            #expect(rig.desk.counters.stopped == (isLost ? 1_000 : 0))
            #expect(rig.results == Array(repeating: isLost ? .stopped : .delivered, count: 1_000))
        }
    }

    @Test func `what is under way when the lease is lost is cut off, and a lease that is taken back stops all as well`()
        throws
    {
        let lease = Lease(from: EventLoop.simulated(seed: 0).now)
        try CallbackRig.play(.plain(), lease: lease) { rig in
            rig.receiver.answer = { _ in (204, after: .seconds(8)) }
            try rig.take(references(200))
            try await rig.sleep(.milliseconds(1_500))
            #expect(rig.receiver.told.count == 64)
            lease.end()
            try await rig.sleep(.seconds(1))
            #expect(rig.desk.inFlightCount == 0 && rig.desk.waitingCount == 0)
            try await rig.sleep(.seconds(20))
            #expect(rig.receiver.told.count == 64)
            #expect(rig.desk.counters.delivered == 0 && rig.desk.counters.stopped == 200)
            rig.desk.take(try rig.order("later"))
            #expect(rig.desk.counters.stopped == 201)
        }
    }

    @Test func `a close does not wait for a host that is silent when it is connected to`() throws {
        var conditions = NetworkConditions()
        conditions.isCutOff = true
        try CallbackRig.play(.plain(), conditions: conditions) { rig in
            try rig.take(references(100))
            try await rig.sleep(.seconds(2))
            #expect(rig.desk.inFlightCount == 64)
            await rig.desk.close()
            #expect(rig.elapsed == .seconds(2))
            #expect(rig.desk.inFlightCount == 0 && rig.desk.counters.stopped == 100)
        }
    }

    @Test func `a desk that is closed keeps no connection`() throws {
        try CallbackRig.play(.plain()) { rig in
            rig.receiver.answer = { _ in (204, after: .milliseconds(10)) }
            try rig.take(references(10))
            try await rig.sleep(.seconds(2))
            #expect(rig.receiver.told.count == 10 && rig.receiver.connectionCount == 10)
            await rig.desk.close()
            try await rig.sleep(.seconds(1))
            #expect(rig.receiver.connectionCount == 0)
        }
    }

    @Test func `the key is that of the profile's variable, and the documented one where it names none`() throws {
        let own = CallbackRule(
            delay: .constant(.zero),
            keyVariable: Located("BANK_KEY", at: SourceSpan(SourceText(name: "p", text: ""), 0..<0)))
        func digits(_ rule: CallbackRule, _ environment: [String: String]) -> String? {
            CallbackSignature.key(of: rule, in: environment).map {
                StampedSignature.of(([1] as [UInt8]).span, stamp: "2".utf8Span.span, key: $0).hexadecimal
            }
        }
        let documented = StampedSignature.of(([1] as [UInt8]).span, stamp: "2".utf8Span.span, key: CallbackRig.key)
            .hexadecimal
        #expect(digits(.plain(), [:]) == documented)
        #expect(digits(own, [:]) == nil && digits(own, ["BANK_KEY": ""]) == nil)
        #expect(try #require(digits(own, ["BANK_KEY": "k"])) != documented)
    }
}
