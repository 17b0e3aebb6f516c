import Cryptography
import Diagnostics
import EventLoop
import Peers
import PlanModel
import PlanValues
import ShadowTag
import TestFolders
import Testing

@testable import Drill

@Suite struct PreflightPeerTests {
    private func simulated<Value>(_ body: @escaping (EventLoop) async throws -> Value) throws -> Value {
        let loop = EventLoop.simulated(seed: 5)
        return try loop.run { () async throws in try await body(loop) }
    }

    private func live<Value>(_ body: @escaping (EventLoop) async throws -> Value) throws -> Value {
        let loop = try EventLoop.live()
        return try loop.run { () async throws in try await body(loop) }
    }

    @Test func `a plan whose stack listens is clear, and its peer is pinned`() throws {
        for isLive in [false, true] {
            let body = { (loop: EventLoop) async throws in
                let listener = try loop.listen(on: .loopback())
                defer { listener.close() }
                let report = try await Draft(target: "url: http://\(listener.address)").run(on: loop, in: TestFolder())
                #expect(report.isClear, "\(report.failures)")
                #expect(report.origins.map(\.origin.address) == [listener.address])
                #expect(report.check("http://\(listener.address)")?.words == "reached at \(listener.address)")
                #expect(report.check("canary")?.outcome == .notObserved)
                #expect(report.shadowKey?.source == .madeForThisRun)
                #expect(report.diagnostics.allSatisfy { $0.severity == .warning })
            }
            if isLive { try live(body) } else { try simulated(body) }
        }
    }

    @Test func `localhost is pinned to an address that listens`() throws {
        try live { loop in
            let listener = try loop.listen(on: .loopback())
            defer { listener.close() }
            let target = "url: http://localhost:\(listener.address.port)"
            let report = try await Draft(target: target).run(on: loop, in: TestFolder())
            #expect(report.origins.map(\.origin.address) == [listener.address])
            #expect(report.origins.first?.origin.authority == "localhost:\(listener.address.port)")
        }
    }

    @Test func `services are reached one by one, and every failure is told in its place`() throws {
        try simulated { loop in
            let listener = try loop.listen(on: .loopback(port: 8080))
            defer { listener.close() }
            let target =
                "services: {pay: 'http://127.0.0.1:8080', cash: 'http://127.0.0.1:9', far: 'http://10.0.0.1', name: 'http://bank.example'}"
            let report = try await Draft(target: target).run(on: loop, in: TestFolder())
            #expect(report.origins.map(\.service) == ["pay"])
            #expect(
                report.rendered == """
                    p:2:57: error: 127.0.0.1:9 refuses connections: nothing listens there; start the stack, or correct the port
                     2 | target: {services: {pay: 'http://127.0.0.1:8080', cash: 'http://127.0.0.1:9', far: 'http://10.0.0.1', name: 'http://bank.example'}}
                       |                                                         ^~~~~~~~~~~~~~~~~~~~
                    p:2:84: error: 10.0.0.1 is not loopback, and the plan has no 'allow'; add 'allow: ["10.0.0.1/32"]' to 'target', and permit it with '--allow 10.0.0.1/32'
                     2 | target: {services: {pay: 'http://127.0.0.1:8080', cash: 'http://127.0.0.1:9', far: 'http://10.0.0.1', name: 'http://bank.example'}}
                       |                                                                                    ^~~~~~~~~~~~~~~~~
                    p:2:109: error: 'bank.example' cannot be resolved: a simulated network has no names; use an address; correct the name, or write an address
                     2 | target: {services: {pay: 'http://127.0.0.1:8080', cash: 'http://127.0.0.1:9', far: 'http://10.0.0.1', name: 'http://bank.example'}}
                       |                                                                                                             ^~~~~~~~~~~~~~~~~~~~~

                    """)
        }
    }

    @Test func `a peer that is allowed and does not answer is given up at its deadline`() throws {
        try simulated { loop in
            let address = try #require(Address("10.1.0.1:80"))
            var conditions = try #require(loop.simulation).conditions(at: address)
            conditions.isCutOff = true
            loop.simulation?.setConditions(conditions, at: address)
            let began = loop.now
            let block = try #require(NetworkBlock("10.1.0.0/16"))
            let report = try await Draft(target: "url: http://10.1.0.1, allow: [10.1.0.0/16]").run(
                on: loop, in: TestFolder(), permitted: [block])
            #expect(report.failures == ["10.1.0.1:80 does not answer within 5s"])
            #expect(loop.now - began < .seconds(6))
        }
    }

    @Test func `a name that nobody knows is told as the resolver says it`() throws {
        try live { loop in
            let report = try await Draft(target: "url: http://nowhere.invalid").run(on: loop, in: TestFolder())
            #expect(report.failures.count == 1)
            #expect(report.failures.first?.hasPrefix("'nowhere.invalid' cannot be resolved: ") == true)
        }
    }

    @Test func `nothing is sent to a peer that may not be hit`() throws {
        try simulated { loop in
            let listener = try loop.listen(on: try #require(Address("10.0.0.1:80")))
            var arrived = 0
            let accepting = loop.spawn {
                while let stream = try? await listener.accept() {
                    arrived += 1
                    stream.close()
                }
            }
            let block = try #require(NetworkBlock("10.0.0.0/8"))
            for (target, permitted) in [
                ("url: http://10.0.0.1", []), ("url: http://10.0.0.1", [block]),
                ("url: http://10.0.0.1, allow: [10.0.0.0/8]", []), ("url: 'http://[::ffff:a00:1]'", [block]),
            ] {
                let report = try await Draft(target: target).run(on: loop, in: TestFolder(), permitted: permitted)
                #expect(!report.isClear && report.origins.isEmpty)
            }
            try await loop.sleep(until: loop.now + .seconds(1))
            #expect(arrived == 0)
            let allowed = try await Draft(target: "url: http://10.0.0.1, allow: [10.0.0.0/8]").run(
                on: loop, in: TestFolder(), permitted: [block])
            try await loop.sleep(until: loop.now + .seconds(1))
            #expect(allowed.isClear && arrived == 1)
            listener.close()
            await accepting.join()
        }
    }

    // MARK: Observations

    @Test func `an observation that does not answer is a warning, unless a guard needs it`() throws {
        try simulated { loop in
            let listener = try loop.listen(on: .loopback(port: 8080))
            defer { listener.close() }
            let observe = "observe: [{prometheus: 'http://127.0.0.1:9/metrics', every: 1s, series: {depth: queue}}]\n"
            let (target, guarded) = ("url: http://127.0.0.1:8080", "guards: [depth > 5]\n")
            let warned = try await Draft(target: target, rest: observe).run(on: loop, in: TestFolder())
            #expect(warned.isClear && warned.observed.count == 1 && warned.observed[0] == nil)
            #expect(warned.check("http://127.0.0.1:9/metrics")?.outcome == .warned)
            let failed = try await Draft(target: target, rest: observe + guarded).run(on: loop, in: TestFolder())
            #expect(failed.failures == ["127.0.0.1:9 refuses connections: nothing listens there"])
            let far = observe.replacing("127.0.0.1:9", with: "10.0.0.1")
            let refused = try await Draft(target: target, rest: far).run(on: loop, in: TestFolder())
            #expect(refused.failures == ["10.0.0.1 is not loopback, and the plan has no 'allow'"])
        }
    }

    // MARK: TLS

    private struct Authority {
        let pem: [UInt8]
        let authority: CertificateAuthority
        let now: CertificateInstant

        init(at loop: EventLoop) throws {
            now = CertificateInstant(secondsSinceEpoch: loop.secondsSince1970)
            authority = try CertificateAuthority(
                commonName: "Test authority",
                validity: CertificateValidity(from: now.advanced(byDays: -9), until: now.advanced(byDays: 9)))
            guard case .bytes(let bytes) = authority.certificate else { throw CancellationError() }
            pem = bytes
        }

        func context(for name: String, from: Int64 = -1, until: Int64 = 1) throws -> TLSContext {
            let validity = CertificateValidity(from: now.advanced(byDays: from), until: now.advanced(byDays: until))
            return try TLSContext(
                .server(TLSServerConfiguration(identity: authority.serverIdentity(for: [name], validity: validity))))
        }
    }

    /// Runs a preflight against a TLS port with this certificate; nil is a port that stays silent.
    private func tls(
        _ context: (Authority) throws -> TLSContext?, patience: TimeSpan = .seconds(5)
    ) throws -> PreflightReport {
        let loop = try EventLoop.live()
        let authority = try Authority(at: loop)
        let context = try context(authority)
        return try loop.run { () async throws in
            let listener = try loop.listen(on: .loopback())
            let accepting = loop.spawn {
                guard let stream = try? await listener.accept() else { return }
                guard let context else {
                    try? await loop.sleep(until: loop.now + patience + .milliseconds(50))
                    return stream.close()
                }
                (try? await loop.secure(stream, by: context, until: loop.now + .seconds(5)))?.close()
                stream.close()
            }
            let space = try TestFolder()
            try space.write(authority.pem, as: "ca.pem")
            let target = "url: https://127.0.0.1:\(listener.address.port), tls: {ca: ca.pem}"
            let report = try await Draft(target: target).run(on: loop, in: space, patience: patience)
            listener.close()
            await accepting.join()
            return report
        }
    }

    @Test func `a TLS port with a good certificate is reached`() throws {
        let report = try tls { try $0.context(for: "127.0.0.1") }
        #expect(report.isClear, "\(report.failures)")
        #expect(report.origins.first?.origin.security != nil)
    }

    @Test func `an expired certificate, one for another name, and one of a stranger's are told apart`() throws {
        func words(_ report: PreflightReport) -> [String] {
            report.diagnostics.filter { $0.severity == .error }.map { "\($0.message); \($0.fix ?? "")" }
        }
        var until = ""
        let expired = try tls {
            until = "\($0.now.advanced(byDays: -1))"
            return try $0.context(for: "127.0.0.1", from: -2, until: -1)
        }
        let port = try #require(expired.checks.last { $0.outcome == .failed }?.name.split(separator: ":").last)
        #expect(
            words(expired) == [
                "TLS handshake with 127.0.0.1:\(port) failed: its certificate expired at \(until) (CN=127.0.0.1); renew the certificate, or set this machine's clock"
            ])
        let other = words(try tls { try $0.context(for: "bank.example") })
        #expect(
            other.first?.hasSuffix(
                "failed: its certificate is for 'bank.example', not for '127.0.0.1'; write a name that the certificate is for"
            ) == true, "\(other)")
        let stranger = words(
            try tls {
                let now = $0.now
                return try TLSContext(
                    .server(
                        TLSServerConfiguration(
                            identity: CertificateAuthority.selfSignedIdentity(
                                for: ["127.0.0.1"],
                                validity: CertificateValidity(
                                    from: now.advanced(byDays: -1), until: now.advanced(byDays: 1))))))
            })
        #expect(stranger.first?.hasSuffix("; name who signed it in 'tls.ca'") == true, "\(stranger)")
    }

    @Test func `a port that speaks no TLS, or says nothing, is told so`() throws {
        let silent = try tls({ _ in nil }, patience: .milliseconds(100))
        let port = try #require(silent.checks.last { $0.outcome == .failed }?.name.split(separator: ":").last)
        #expect(silent.failures == ["127.0.0.1:\(port) takes connections, and no TLS handshake within 100ms"])
        let plain = try plainPort()
        #expect(plain.failures.count == 1)
        #expect(
            plain.failures.first?.hasSuffix(" failed: the peer does not speak TLS on this port") == true,
            "\(plain.failures)")
    }

    private func plainPort() throws -> PreflightReport {
        try live { loop in
            let listener = try loop.listen(on: .loopback())
            let accepting = loop.spawn {
                guard let stream = try? await listener.accept() else { return }
                try? await stream.write(Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8), until: loop.now + .seconds(5))
                try? await stream.waitReadable(until: loop.now + .seconds(5))
                stream.close()
            }
            let target = "url: https://127.0.0.1:\(listener.address.port)"
            let report = try await Draft(target: target).run(on: loop, in: TestFolder())
            listener.close()
            await accepting.join()
            return report
        }
    }

    @Test func `TLS files that cannot be used are told at their place, and no handshake is tried`() throws {
        try live { loop in
            let report = try await Draft(target: "url: https://127.0.0.1:1, tls: {ca: ca.pem}").run(
                on: loop, in: TestFolder())
            #expect(report.failures.count == 1)
            #expect(report.failures.first?.hasSuffix("/ca.pem': No such file or directory") == true)
            #expect(report.origins.isEmpty)
        }
    }
}
