import Cryptography
import Diagnostics
import EventLoop
import Glibc
import HTTPService
import HTTPWire
import PlanLanguage
import PlanModel
import PlanValues
import TestFolders
import Testing

@testable import Peers

@Suite struct PermittedOriginTests {
    private static func url(_ text: String) throws -> HTTPAddress { try #require(HTTPAddress(text)) }

    @Test func `an origin cannot be had for a peer that its policy refuses`() throws {
        let open = try policy(allow: ["10.0.0.0/8"], permitted: ["10.0.0.0/8"])
        let address = try #require(Address("10.1.2.3:80"))
        let peer = open.judged("10.1.2.3", [address]).pinned(to: address)
        let origin = try open.permit(peer, as: Self.url("http://10.1.2.3"), security: nil)
        #expect(origin.authority == "10.1.2.3" && origin.address == address)
        #expect(try !origin.judgement(of: #require(Address("11.0.0.1:80"))).isAllowed)
        let closed = try policy(allow: ["10.0.0.0/8"])
        #expect(throws: PeerRefusal.self) {
            try closed.permit(peer, as: Self.url("http://10.1.2.3"), security: nil)
        }
        #expect(throws: PeerRefusal.self) { try closed.permit(local: .loopback(port: 80)) }
        #expect(try policy().permit(local: .unix(path: "/run/pay.sock")).authority == "localhost")
    }

    @Test(arguments: [
        ("http://pay.example.test", "pay.example.test"), ("http://pay.example.test:8080", "pay.example.test:8080"),
        ("http://pay.example.test:443/base", "pay.example.test:443"), ("http://[::1]:81", "[::1]:81"),
        ("http://[::1]", "[::1]"),
    ])
    func `the Host field is what the plan says, not what it resolved to`(text: String, authority: String) throws {
        let url = try Self.url(text)
        let peer = try policy().judged(url.host, [.loopback(port: 9)]).pinned(to: .loopback(port: 9))
        let origin = try policy().permit(peer, as: url, security: nil)
        #expect(origin.authority == authority)
        #expect(try origin.makeOrigin().host == authority)
        #expect(try origin.makeOrigin().address == .loopback(port: 9))
    }

    @Test func `a report names an origin as the plan does, and a name's address beside it`() throws {
        func words(_ text: String, _ address: Address, _ security: TLSClientConfiguration? = nil) throws -> String {
            let url = try Self.url(text)
            let peer = try policy().judged(url.host, [address]).pinned(to: address)
            return try policy().permit(peer, as: url, security: security).description
        }
        #expect(try words("http://127.0.0.1:8080", .loopback(port: 8080)) == "http://127.0.0.1:8080")
        #expect(try words("http://[::1]:8080", .ipv6(high: 0, low: 1, port: 8080)) == "http://[::1]:8080")
        #expect(
            try words("https://pay.example.test", .loopback(port: 443), TLSClientConfiguration())
                == "https://pay.example.test at 127.0.0.1:443")
        let socket = try policy().permit(local: .unix(path: "/run/pay.sock"))
        #expect(socket.description == "http://localhost at unix:/run/pay.sock")
        #expect(try policy().permit(local: .loopback(port: 80)).description == "http://127.0.0.1:80")
    }

    @Test func `a permitted origin carries requests in the simulated world`() throws {
        let loop = EventLoop.simulated(seed: 3)
        try loop.run { () async throws in
            let server = HTTPServer(on: loop) { $0.respond(204) }
            let address = try server.listen(on: .loopback())
            let origin = try policy().permit(local: address)
            let client = try origin.makeClient(on: loop)
            let request = try HTTPRequest(.get, "/", host: origin.authority)
            let answer = try await client.send(request, until: loop.now + .seconds(5))
            #expect(answer.status == 204)
            client.close()
            let probe = try await origin.connect(on: loop, until: loop.now + .seconds(5))
            probe.close()
            await server.drain(until: loop.now + .seconds(5))
        }
    }
}

@Suite struct TLSFilesTests {
    private static let now = CertificateInstant(secondsSinceEpoch: 1_900_000_000)
    private static let validity = CertificateValidity(from: now.advanced(byDays: -1), until: now.advanced(byDays: 1))

    private func plan(_ tls: String) throws -> Plan {
        let text = """
            plan: p
            target:
              url: https://pay.example.test
              tls: \(tls)
            journeys: {pay: {steps: [GET /: {}]}}
            traffic: [hold: {for: 1s, rate: 1/s}]

            """
        let outcome = Plan.parse(SourceText(name: "p", text: text))
        return try #require(outcome.plan, "\(outcome.diagnostics)")
    }

    private func words(_ tls: String, _ folder: String, _ environment: [String: String] = [:]) throws -> [String] {
        var diagnostics = DiagnosticCollector()
        let files = try #require(plan(tls).target.tls)
        let client = files.configuration(folder: folder, environment: environment, into: &diagnostics)
        #expect((client == nil) == diagnostics.hasErrors)
        return DiagnosticRenderer().render(diagnostics.diagnostics).split(separator: "\n").map(String.init)
    }

    private func pem(_ source: PEMSource) throws -> [UInt8] {
        guard case .bytes(let bytes) = source else { throw CancellationError() }
        return bytes
    }

    @Test func `files of the plan make a client's configuration`() throws {
        let folder = try TestFolder()
        let authority = try CertificateAuthority(commonName: "Test authority", validity: Self.validity)
        let own = try authority.clientIdentity(commonName: "drill", validity: Self.validity)
        try folder.write(pem(authority.certificate), as: "ca.pem", mode: 0o644)
        try folder.write(pem(own.certificateChain), as: "own.pem", mode: 0o644)
        try folder.write(pem(own.privateKey), as: "own.key", mode: 0o600)
        let key = String(decoding: try pem(own.privateKey), as: UTF8.self)
        #expect(try words("{ca: ca.pem}", folder.path) == [])
        #expect(try words("{ca: ca.pem, cert: own.pem, key: own.key}", folder.path) == [])
        #expect(try words("{cert: own.pem, key: '${env.KEY}'}", folder.path, ["KEY": key]) == [])
        #expect(try words("{cert: own.pem, key: '${env.KEY}'}", folder.path, ["KEY": "\(folder.path)/own.key"]) == [])
    }

    @Test func `what is wrong with a file is told where the plan names it, each by itself`() throws {
        let folder = try TestFolder()
        let authority = try CertificateAuthority(commonName: "Test authority", validity: Self.validity)
        let own = try authority.clientIdentity(commonName: "drill", validity: Self.validity)
        try folder.write(pem(own.certificateChain), as: "own.pem", mode: 0o644)
        try folder.write(pem(own.privateKey), as: "open.key", mode: 0o640)
        try folder.write(
            pem(authority.clientIdentity(commonName: "x", validity: Self.validity).privateKey), as: "other.key")
        #expect(
            try words("{ca: ca.pem, cert: own.pem, key: open.key}", folder.path) == [
                "p:4:13: error: cannot use '\(folder.path)/ca.pem': No such file or directory",
                " 4 |   tls: {ca: ca.pem, cert: own.pem, key: open.key}",
                "   |             ^~~~~~",
                "p:4:41: error: '\(folder.path)/open.key' is open to others (mode 0640); run 'chmod 600 \(folder.path)/open.key', and replace the secret if others have seen it",
                " 4 |   tls: {ca: ca.pem, cert: own.pem, key: open.key}",
                "   |                                         ^~~~~~~~",
            ])
        #expect(
            try words("{cert: own.pem, key: other.key}", folder.path).first
                == "p:4:29: error: this key cannot be used: key values mismatch")
        #expect(
            try words("{cert: own.pem, key: '${env.KEY}'}", folder.path).first
                == "p:4:30: error: the environment has no 'KEY'; set it before the run")
        #expect(
            try words("{cert: own.pem, key: '${id}'}", folder.path).first
                == "p:4:30: error: a key comes from a file or the environment; write a path, or '${env.NAME}'")
    }

    @Test func `no message shows a key`() throws {
        let folder = try TestFolder()
        let secret = "-----BEGIN PRIVATE KEY-----\nc2VjcmV0LXNlY3JldA==\n-----END PRIVATE KEY-----\n"
        let words = try words("{cert: own.pem, key: '${env.KEY}'}", folder.path, ["KEY": secret])
        #expect(!words.isEmpty && !words.joined().contains("c2Vj"))
    }
}
