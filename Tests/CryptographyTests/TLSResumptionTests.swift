import Cryptography
import Testing

@Suite struct TLSResumptionTests {
    let authority: TestAuthority

    init() throws {
        authority = try TestAuthority()
    }

    /// One exchange, which brings a TLS 1.3 client its ticket; whether the session continued an earlier one.
    private func exchange(
        _ client: TLSContext, _ server: TLSContext, host: String = "bank.example", closes: Bool = true
    ) throws -> Bool {
        let pair = try SessionPair(client: client, server: server, host: host)
        try pair.establish()
        _ = try pair.server.write([1])
        #expect(try pair.client.read(upTo: 10).bytes == [1])
        if closes { _ = try pair.client.shutdown() }
        #expect(pair.client.isResumed == pair.server.isResumed)
        #expect(pair.server.requestedServerName == host)
        return pair.client.isResumed
    }

    @Test(arguments: TLSVersion.allCases, [true, false])
    func `a later session to the same peer continues the first, cleanly closed or not`(
        version: TLSVersion, closes: Bool
    ) throws {
        let client = try authority.client { $0.versions = version...version }
        let server = try authority.server()
        #expect(try !exchange(client, server, closes: closes))
        for _ in 0..<3 { #expect(try exchange(client, server, closes: closes)) }
    }

    @Test func `a session is not continued with another host`() throws {
        let client = try authority.client()
        let server = try authority.server(for: ["bank.example", "other.example"])
        #expect(try !exchange(client, server))
        #expect(try !exchange(client, server, host: "other.example"))
        #expect(try exchange(client, server))
    }

    @Test(arguments: TLSVersion.allCases)
    func `nothing is continued where one side does not want it`(version: TLSVersion) throws {
        let willing = try authority.client { $0.versions = version...version }
        let unwilling = try authority.client {
            $0.versions = version...version
            $0.resumesSessions = false
        }
        let server = try authority.server()
        let forgetful = try authority.server { $0.issuesTickets = false }
        for _ in 0..<2 {
            #expect(try !exchange(unwilling, server))
            #expect(try !exchange(willing, forgetful))
        }
    }

    @Test(arguments: TLSVersion.allCases)
    func `servers continue each other's sessions only under one ticket key`(version: TLSVersion) throws {
        let identity = try authority.authority.serverIdentity(for: ["bank.example"], validity: TestAuthority.current)
        let key = TLSTicketKey(from: SystemEntropy())
        func server(_ key: TLSTicketKey?) throws -> TLSContext {
            try authority.server(with: identity) { $0.ticketKey = key }
        }
        let client = try authority.client { $0.versions = version...version }
        #expect(try !exchange(client, server(key)))
        #expect(try exchange(client, server(key)))
        #expect(try !exchange(client, server(nil)))
        #expect(try !exchange(client, server(TLSTicketKey(from: SystemEntropy()))))
    }

    @Test func `the oldest peer is forgotten when too many are remembered`() throws {
        let client = try authority.client()
        let limit = TLSContext.rememberedPeersLimit
        let hosts = (0...limit).map { "host\($0).bank.example" }
        let server = try authority.server(for: ["*.bank.example"])
        for host in hosts { #expect(try !exchange(client, server, host: host)) }
        #expect(try exchange(client, server, host: hosts[limit]))
        #expect(try exchange(client, server, host: hosts[1]))
        #expect(try !exchange(client, server, host: hosts[0]))
    }
}
