import Cryptography
import CurlTransport
import EventLoop
import Glibc
import HTTPService
import ScriptedPeers
import Testing

/// Proxies: what they hear, what they may refuse, and who decides whether they are talked to.
@Suite struct ProxyTests {
    private static func proxy(
        _ kind: CurlProxy.Kind, on loop: EventLoop, to origin: Address, refuses: Bool = false
    ) throws -> TestProxy {
        let context = kind == .https ? try TLSContext(.server(TestIdentity.bank.server)) : nil
        return TestProxy(
            kind == .socks5h ? .socks5 : .http, securedBy: context, on: loop, to: origin, refuses: refuses)
    }

    private static func transport(
        _ kind: CurlProxy.Kind, at address: Address, origin: Address, isSecure: Bool, on loop: EventLoop,
        mayConnect: @escaping (Address) -> Bool = { _ in true }
    ) throws -> CurlTransport {
        var configuration = CurlConfiguration()
        configuration.proxy = CurlProxy(
            kind, [address], hostName: "proxy.example", port: address.port,
            trust: TestIdentity.bank.client.trust)
        let target = CurlOrigin(
            [origin], hostName: "bank.example", port: origin.port, security: isSecure ? TestIdentity.bank.client : nil)
        return try CurlTransport(on: loop, to: target, configuration: configuration, mayConnect: mayConnect)
    }

    @Test(arguments: CurlProxy.Kind.allCases, [false, true])
    func `requests pass through a proxy, which resolves the name`(kind: CurlProxy.Kind, isSecure: Bool) throws {
        try live { loop in
            try await serving(isSecure ? .curlTLS : .curl, on: loop) { direct, server in
                guard let origin = (direct as? CurlTransport)?.origin.addresses.first else { return }
                let proxy = try ProxyTests.proxy(kind, on: loop, to: origin)
                try await proxy.serve { address in
                    let transport = try ProxyTests.transport(
                        kind, at: address, origin: origin, isSecure: isSecure, on: loop)
                    for index in 0..<3 {
                        let answer = await outcome(transport, Requests.post("/pay", "amount=\(index)"), on: loop)
                        #expect(answer.body == "amount=\(index)", "\(answer)")
                    }
                    transport.close()
                    #expect(transport.openConnections == 0)
                }
                let isTunnel = isSecure || kind == .socks5h
                #expect(proxy.connections == (isTunnel ? 1 : 3))
                let first = proxy.heard.first ?? ""
                if kind == .socks5h {
                    #expect(first == "bank.example:\(origin.port)")
                } else if isSecure {
                    #expect(first.hasPrefix("CONNECT bank.example:\(origin.port) HTTP/1.1\r\n"))
                    #expect(!first.contains("content-length"), "the request's own fields are for the origin")
                } else {
                    #expect(first.hasPrefix("POST http://bank.example:\(origin.port)/pay HTTP/1.1\r\n"))
                }
                #expect(server.counters.requests == 3)
            }
        }
    }

    @Test(arguments: CurlProxy.Kind.allCases) func `a proxy that refuses has sent nothing on`(
        kind: CurlProxy.Kind
    ) throws {
        try live { loop in
            let proxy = try ProxyTests.proxy(kind, on: loop, to: .loopback(port: 9), refuses: true)
            try await proxy.serve { address in
                let transport = try ProxyTests.transport(
                    kind, at: address, origin: .loopback(port: 9), isSecure: true, on: loop)
                let error = await outcome(transport, Requests.post("/pay", "x"), on: loop).error
                guard case .unreachable = error?.cause else {
                    Issue.record("\(kind): \(String(describing: error))")
                    return
                }
                #expect(error?.mayHaveBeenSent == false)
                transport.close()
            }
            #expect(proxy.heard.count == 1)
        }
    }

    enum Refused: CaseIterable { case proxy, origin }

    @Test(arguments: Refused.allCases)
    func `a proxy is asked for as well as the origin behind it, before any byte`(refused: Refused) throws {
        try live { loop in
            let proxy = try ProxyTests.proxy(.http, on: loop, to: .loopback(port: 9))
            try await proxy.serve { address in
                var asked: [Address] = []
                let transport = try ProxyTests.transport(
                    .http, at: address, origin: .loopback(port: 9), isSecure: true, on: loop
                ) {
                    asked.append($0)
                    return $0 != (refused == .proxy ? address : .loopback(port: 9))
                }
                let error = await outcome(transport, Requests.post("/pay", "x"), on: loop).error
                #expect(error?.mayHaveBeenSent == false)
                #expect(error?.description.contains("may not be connected to") == true, "\(String(describing: error))")
                #expect(asked.first == address)
                transport.close()
            }
            #expect(proxy.connections == 0)
        }
    }

    @Test func `no address is connected to that the policy refuses`() throws {
        try live { loop in
            var connections = 0
            try await scripting(on: loop, { _, _ in connections += 1 }) { address in
                let origin = CurlOrigin([address], hostName: "bank.example", port: address.port)
                let transport = try CurlTransport(on: loop, to: origin) { _ in false }
                let error = await outcome(transport, Requests.post("/pay", "x"), on: loop).error
                #expect(error?.description.contains("connect \(address): this address may not") == true)
                #expect(error?.mayHaveBeenSent == false)
                #expect(transport.openConnections == 0)
                transport.close()
            }
            #expect(connections == 0)
        }
    }

    @Test func `variables of the environment name no proxy`() async {
        await #expect(processExitsWith: .success) {
            for name in ["http_proxy", "https_proxy", "all_proxy", "ALL_PROXY"] {
                unsafe setenv(name, "http://127.0.0.1:1", 1)
            }
            unsafe setenv("no_proxy", "nobody", 1)
            try live { loop in
                for carrier in [Carrier.curl, .curlTLS] {
                    try await serving(carrier, on: loop) { transport, _ in
                        guard await outcome(transport, Requests.post("/", "x"), on: loop).body == "x" else { exit(3) }
                    }
                }
            }
        }
    }

    @Test func `a simulated loop is refused with words`() throws {
        let loop = EventLoop.simulated(seed: 1)
        try loop.run { () async throws in
            let origin = CurlOrigin([.loopback(port: 80)], hostName: "bank.example", port: 80)
            let error = #expect(throws: CurlTransportError.self) {
                _ = try CurlTransport(on: loop, to: origin) { _ in true }
            }
            #expect(error?.description.contains("a simulated network does not have") == true)
        }
    }
}
