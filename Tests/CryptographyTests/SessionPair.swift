import Cryptography
import Testing

/// A client and a server over one socket pair, driven in turns.
final class SessionPair {
    let sockets: SocketPair
    let client: TLSSession
    let server: TLSSession

    init(
        client: TLSContext, server: TLSContext, host: String = "bank.example", bufferSize: Int32? = nil
    ) throws {
        sockets = SocketPair(bufferSize: bufferSize)
        self.client = try client.session(over: sockets.first, peer: TLSPeer(host: host, port: 443))
        self.server = try server.session(over: sockets.second, peer: TLSPeer(host: "client"))
    }

    /// What became of the handshake on each side; both go on until each is done, has failed or waits for the other.
    func handshake() -> (client: TLSError?, server: TLSError?) {
        var clientResult: Result<Bool, TLSError> = .success(false)
        var serverResult: Result<Bool, TLSError> = .success(false)
        for _ in 0..<100_000 {
            clientResult = Self.advance(client, clientResult)
            serverResult = Self.advance(server, serverResult)
            if case .success(false) = clientResult { continue }
            if case .success(false) = serverResult { continue }
            break
        }
        return (clientResult.failure, serverResult.failure)
    }

    /// A handshake that must succeed.
    func establish(sourceLocation: SourceLocation = #_sourceLocation) throws {
        let errors = handshake()
        try #require(errors.client == nil && errors.server == nil, "\(errors)", sourceLocation: sourceLocation)
        try #require(client.isEstablished && server.isEstablished, sourceLocation: sourceLocation)
    }

    private static func advance(_ session: TLSSession, _ result: Result<Bool, TLSError>) -> Result<Bool, TLSError> {
        guard case .success(false) = result else { return result }
        do throws(TLSError) {
            return .success(try session.handshake() == .done)
        } catch {
            return .failure(error)
        }
    }
}

extension Result {
    fileprivate var failure: Failure? {
        if case .failure(let failure) = self { failure } else { nil }
    }
}

extension TLSSession {
    func write(_ bytes: [UInt8]) throws(TLSError) -> WriteOutcome {
        try write(unsafe bytes.span.bytes)
    }

    /// Reads at most `limit` bytes.
    func read(upTo limit: Int) throws(TLSError) -> (outcome: ReadOutcome, bytes: [UInt8]) {
        var bytes = [UInt8](repeating: 0, count: limit)
        var span = bytes.mutableSpan
        var raw = unsafe span.mutableBytes
        let outcome = try read(into: &raw)
        guard case .bytes(let count) = outcome else { return (outcome, []) }
        return (outcome, Array(bytes[..<count]))
    }
}
