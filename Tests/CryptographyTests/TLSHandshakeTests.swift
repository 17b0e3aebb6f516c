import Cryptography
import Testing

@Suite struct TLSHandshakeTests {
    let authority: TestAuthority

    init() throws {
        authority = try TestAuthority()
    }

    @Test(arguments: TLSVersion.allCases)
    func `a handshake negotiates the version and data flows both ways`(version: TLSVersion) throws {
        let pair = try SessionPair(
            client: authority.client { $0.versions = version...version }, server: authority.server())
        let errors = pair.handshake()
        #expect(errors.client == nil && errors.server == nil)
        #expect(pair.client.version == version && pair.server.version == version)
        #expect(try pair.client.write(Array("ping".utf8)) == .bytes(4))
        #expect(try pair.server.read(upTo: 100).bytes == Array("ping".utf8))
        #expect(try pair.server.write(Array("pong".utf8)) == .bytes(4))
        #expect(try pair.client.read(upTo: 100).bytes == Array("pong".utf8))
        #expect(try pair.client.read(upTo: 100).outcome == .wantsRead)
    }
}
