import Cryptography
import EventLoop
import Glibc
import Synchronization

/// Everything that carries bytes behind `ByteStream`.
enum Transport: String, CaseIterable, Sendable {
    case tcp
    case unix
    case tls
    case simulated

    var world: World { self == .simulated ? .simulated : .live }

    func run<Value>(_ body: @escaping (EventLoop) async throws -> Value) throws -> Value {
        try world.run(body)
    }

    /// Where a test may listen; the system chooses ports.
    var freeAddress: Address {
        self == .unix ? .unix(path: SocketPath.next()) : .loopback()
    }

    /// A connection's two ends.
    func pair(on loop: EventLoop) async throws -> (client: any ByteStream, server: any ByteStream) {
        let listener = try loop.listen(on: freeAddress)
        defer { listener.close() }
        let security = self == .tls ? try TestSecurity() : nil
        return try await connectAndAccept(listener, security, on: loop)
    }

    private func connectAndAccept(
        _ listener: any StreamListener, _ security: TestSecurity?, on loop: EventLoop
    ) async throws -> (client: any ByteStream, server: any ByteStream) {
        var accepted: Result<any ByteStream, any Error>?
        let accepting = loop.spawn {
            do {
                let stream = try await listener.accept()
                guard let security else { return accepted = .success(stream) }
                accepted = .success(try await loop.secure(stream, by: security.server, until: loop.patience))
            } catch {
                accepted = .failure(error)
            }
        }
        let client =
            if let security {
                try await loop.connect(
                    to: listener.address, securedBy: security.client, as: TestSecurity.host, until: loop.patience)
            } else {
                try await loop.connect(to: listener.address, until: loop.patience)
            }
        await accepting.join()
        guard let accepted else { preconditionFailure("accepting ended without an outcome") }
        return (client, try accepted.get())
    }
}

/// Paths of UNIX sockets that no other test uses.
enum SocketPath {
    private static let last = Atomic(0)

    static func next() -> String {
        "/tmp/spillway-test-\(getpid())-\(last.add(1, ordering: .relaxed).newValue).sock"
    }
}

/// An authority and what it issued, for one instant.
struct TestSecurity {
    static let host = "bank.example"
    static let now = CertificateInstant(secondsSinceEpoch: 1_900_000_000)
    static let current = CertificateValidity(from: now.advanced(byDays: -1), until: now.advanced(byDays: 1))
    static let past = CertificateValidity(from: now.advanced(byDays: -2), until: now.advanced(byDays: -1))

    let authority: CertificateAuthority
    let client: TLSContext
    let server: TLSContext

    init(
        names: [String] = [host], validity: CertificateValidity = current,
        client changeClient: (inout TLSClientConfiguration, CertificateAuthority) throws -> Void = { _, _ in },
        server changeServer: (inout TLSServerConfiguration, CertificateAuthority) -> Void = { _, _ in }
    ) throws {
        authority = try CertificateAuthority(commonName: "Test authority", validity: TestSecurity.current)
        var clientConfiguration = TLSClientConfiguration()
        clientConfiguration.trust = .authorities(authority.certificate)
        clientConfiguration.verificationInstant = TestSecurity.now
        try changeClient(&clientConfiguration, authority)
        client = try TLSContext(.client(clientConfiguration))
        var serverConfiguration = TLSServerConfiguration(
            identity: try authority.serverIdentity(for: names, validity: validity))
        serverConfiguration.verificationInstant = TestSecurity.now
        changeServer(&serverConfiguration, authority)
        server = try TLSContext(.server(serverConfiguration))
    }
}
