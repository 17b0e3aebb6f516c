import Cryptography
import CurlTransport
import EventLoop
import HTTPService
import HTTPWire
import ScriptedPeers
import Testing

/// What carries requests in a scenario, and whether TLS is between.
enum Carrier: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case native, nativeTLS, curl, curlTLS

    var testDescription: String { rawValue }
    var isSecure: Bool { self == .nativeTLS || self == .curlTLS }
    var isCurl: Bool { self == .curl || self == .curlTLS }

    static let secure: [Carrier] = [.nativeTLS, .curlTLS]

    func transport(
        to address: Address, on loop: EventLoop, _ change: (inout ClientConfiguration) -> Void = { _ in }
    ) throws -> any HTTPTransport {
        var bounds = ClientConfiguration()
        change(&bounds)
        if isCurl {
            var configuration = CurlConfiguration()
            configuration.client = bounds
            let origin = CurlOrigin(
                [address], hostName: "bank.example", port: address.port,
                security: isSecure ? TestIdentity.bank.client : nil)
            return try CurlTransport(on: loop, to: origin, configuration: configuration) { _ in true }
        }
        let context = isSecure ? try TLSContext(.client(TestIdentity.bank.client)) : nil
        return HTTPClient(
            on: loop, to: HTTPOrigin(address, host: "bank.example", security: context), configuration: bounds)
    }

    func serverContext() throws -> TLSContext? { isSecure ? try TLSContext(.server(TestIdentity.bank.server)) : nil }
}

/// Certificates for names, good at any time that a test may run: libcurl asks the system's clock.
struct TestIdentity: Sendable {
    let server: TLSServerConfiguration
    let client: TLSClientConfiguration
    let authority: CertificateAuthority

    static let bank = TestIdentity(for: ["bank.example", "proxy.example"])
    static let stranger = TestIdentity(for: ["bank.example"])
    static let otherName = TestIdentity(for: ["other.example"])

    static let validity = CertificateValidity(
        from: CertificateInstant(secondsSinceEpoch: 1_600_000_000),
        until: CertificateInstant(secondsSinceEpoch: 4_000_000_000))

    init(for names: [String]) {
        do {
            authority = try CertificateAuthority(commonName: "Test authority", validity: TestIdentity.validity)
            server = TLSServerConfiguration(
                identity: try authority.serverIdentity(for: names, validity: TestIdentity.validity))
        } catch {
            preconditionFailure("\(error)")
        }
        var client = TLSClientConfiguration()
        client.trust = .authorities(authority.certificate)
        self.client = client
    }
}

/// A scripted server and a transport to it for the length of a scenario, and nothing of either afterwards.
func carrying(
    _ carrier: Carrier, on loop: EventLoop, change: (inout ClientConfiguration) -> Void = { _ in },
    script: @escaping (RawPeer, Int) async throws -> Void,
    _ scenario: (any HTTPTransport, Address) async throws -> Void
) async throws {
    try await scripting(on: loop, securedBy: try carrier.serverContext(), script) { address in
        let transport = try carrier.transport(to: address, on: loop, change)
        try await scenario(transport, address)
        transport.close()
        #expect(transport.waitingRequests == 0)
        #expect(transport.openConnections == 0)
    }
}

/// The same with a real server.
func serving(
    _ carrier: Carrier, on loop: EventLoop, change: (inout ClientConfiguration) -> Void = { _ in },
    handler: @escaping (HTTPExchange) async throws -> Void = Handlers.plain,
    _ scenario: (any HTTPTransport, HTTPServer) async throws -> Void
) async throws {
    let server = HTTPServer(on: loop, handler: handler)
    let address =
        if let context = try carrier.serverContext() { try server.listen(on: .loopback(), securedBy: context) } else {
            try server.listen(on: .loopback())
        }
    let transport = try carrier.transport(to: address, on: loop, change)
    try await scenario(transport, server)
    transport.close()
    await server.drain(until: loop.now + .seconds(5))
    #expect(server.connectionCount == 0)
}

func live<Value>(_ body: @escaping (EventLoop) async throws -> Value) throws -> Value {
    let loop = try EventLoop.live()
    return try loop.run { () async throws in try await body(loop) }
}

extension EventLoop {
    /// Starts a task that may fail; the failure is a finding, whoever waits for it.
    func start(_ body: @escaping () async throws -> Void) -> SpawnedTask {
        spawn {
            do { try await body() } catch { Issue.record(error) }
        }
    }

    func together(_ count: Int, _ body: @escaping (Int) async throws -> Void) async {
        var tasks: [SpawnedTask] = []
        for index in 0..<count { tasks.append(start { try await body(index) }) }
        for task in tasks { await task.join() }
    }
}
