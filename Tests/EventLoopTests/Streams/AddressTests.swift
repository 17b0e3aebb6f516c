import EventLoop
import Testing

@Suite struct AddressTests {
    @Test(arguments: [
        "127.0.0.1:80", "0.0.0.0:0", "255.255.255.255:65535", "[::1]:443", "[2001:db8::7]:8080", "unix:/run/pay.sock",
    ])
    func `an address reads back as it is written`(text: String) {
        #expect(Address(text)?.description == text)
    }

    @Test(arguments: [
        "", ":", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:+1", "127.0.0.1: 80",
        "bank.example:80", "::1:80", "[::1]", "[::1:80", "1.2.3:80", "256.0.0.1:80", "unix:", "unix:/a\0b",
        "unix:/" + String(repeating: "x", count: 107),
    ])
    func `what is no address is refused`(text: String) {
        #expect(Address(text) == nil)
    }

    @Test func `the longest path that the kernel takes is an address`() {
        let path = "/" + String(repeating: "x", count: 106)
        #expect(Address("unix:" + path) == .unix(path: path))
    }

    @Test(arguments: ["127.0.0.1:0", "[::1]:0"])
    func `a port that the system chose is named by the listener and reached there`(text: String) throws {
        let wanted = try #require(Address(text))
        try World.live.run { loop in
            let listener = try loop.listen(on: wanted)
            #expect(listener.address.port != 0)
            #expect(listener.address.with(port: 0) == wanted)
            let client = try await loop.connect(to: listener.address, until: loop.patience)
            let server = try await listener.accept()
            #expect(server.peer.with(port: 0) == wanted)
            for stream in [client, server] { stream.close() }
            listener.close()
        }
    }

    @Test func `numbers and bracketed numbers resolve without asking anyone`() throws {
        try World.simulated.run { loop async throws in
            #expect(try await loop.resolve("127.0.0.1", port: 80, until: .never) == [.loopback(port: 80)])
            #expect(try await loop.resolve("[::1]", port: 80, until: .never) == [.ipv6(high: 0, low: 1, port: 80)])
        }
    }

    @Test func `a name resolves on a live loop and is refused in simulation`() throws {
        try World.live.run { loop in
            let addresses = try await loop.resolve("localhost", port: 80, until: loop.patience)
            #expect(addresses.contains { $0.isLoopback && $0.port == 80 })
        }
        try World.simulated.run { loop in
            let error = await failure { () async throws(StreamError) in
                _ = try await loop.resolve("localhost", port: 80, until: .never)
            }
            #expect(error?.description == "resolve localhost: a simulated network has no names; use an address")
        }
    }
}
