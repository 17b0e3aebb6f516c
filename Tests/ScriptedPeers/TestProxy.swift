package import Cryptography
package import EventLoop

/// A proxy that knows one origin: HTTP with and without CONNECT, or SOCKS 5. It says what it heard.
package final class TestProxy {
    package enum Kind: String, Sendable, CaseIterable {
        /// TLS to it is what its context makes of it.
        case http, socks5
    }

    private let kind: Kind
    private let refuses: Bool
    private let context: TLSContext?
    private let loop: EventLoop
    private let origin: Address
    package private(set) var heard: [String] = []
    package private(set) var connections = 0

    package init(
        _ kind: Kind, securedBy context: TLSContext? = nil, on loop: EventLoop, to origin: Address,
        refuses: Bool = false
    ) {
        self.context = context
        self.kind = kind
        self.loop = loop
        self.origin = origin
        self.refuses = refuses
    }

    /// Stands while the scenario runs.
    package func serve(_ scenario: (Address) async throws -> Void) async throws {
        try await scripting(
            on: loop, securedBy: context, { peer, _ in try await self.handle(peer) }, scenario)
    }

    private func handle(_ peer: RawPeer) async throws {
        connections += 1
        if kind == .socks5 { return try await handleSOCKS(peer) }
        let head = await peer.receive(through: "\r\n\r\n")
        if head.isEmpty { return }
        heard.append(head)
        if refuses { return try await peer.send("HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n") }
        let backend = try await RawPeer.connect(to: origin, on: loop)
        if head.hasPrefix("CONNECT ") {
            try await peer.send("HTTP/1.1 200 OK\r\n\r\n")
        } else {
            try await backend.send(TestProxy.originForm(head))
        }
        try await relay(peer, backend)
    }

    /// Only the first request of a connection is put in another form, so it says that it closes.
    private static func originForm(_ head: String) -> String {
        var words = head.split(separator: " ", maxSplits: 2).map(String.init)
        let rest = words[1].dropFirst("http://".count)
        words[1] = String(rest[(rest.firstIndex(of: "/") ?? rest.startIndex)...])
        return words.joined(separator: " ").replacing("\r\n\r\n", with: "\r\nconnection: close\r\n\r\n")
    }

    private func handleSOCKS(_ peer: RawPeer) async throws {
        let greeting = await take(2, of: peer)
        guard greeting.count == 2, greeting[0] == 5 else { return }
        _ = await take(Int(greeting[1]), of: peer)
        try await peer.send([5, 0])
        let request = await take(5, of: peer)
        guard request.count == 5, request[1] == 1, let name = await name(behind: request, of: peer) else { return }
        let port = await take(2, of: peer)
        heard.append("\(name):\(Int(port[0]) << 8 | Int(port[1]))")
        if refuses { return try await peer.send([5, 2, 0, 1, 0, 0, 0, 0, 0, 0]) }
        let backend = try await RawPeer.connect(to: origin, on: loop)
        try await peer.send([5, 0, 0, 1, 0, 0, 0, 0, 0, 0])
        try await relay(peer, backend)
    }

    /// An IPv4 address or a name, by the fourth byte; the fifth is the first of the address, or the name's length.
    private func name(behind request: [UInt8], of peer: RawPeer) async -> String? {
        switch request[3] {
        case 1: ([request[4]] + (await take(3, of: peer))).map { String($0) }.joined(separator: ".")
        case 3: String(decoding: await take(Int(request[4]), of: peer), as: UTF8.self)
        default: nil
        }
    }

    private func take(_ count: Int, of peer: RawPeer) async -> [UInt8] {
        while peer.received.count < count, await peer.receiveOnce(until: loop.now + .seconds(5)) {}
        return peer.takeFirst(count)
    }

    /// Both ways, until either side ends.
    private func relay(_ front: RawPeer, _ back: RawPeer) async throws {
        let answers = loop.spawn { [self] in
            await pass(from: back, to: front)
            front.close()
        }
        await pass(from: front, to: back)
        back.close()
        await answers.join()
    }

    private func pass(from: RawPeer, to: RawPeer) async {
        while true {
            let bytes = from.takeFirst(from.received.count)
            if !bytes.isEmpty, (try? await to.send(bytes)) == nil { return }
            if await !from.receiveOnce(until: loop.now + .seconds(10)) { return }
        }
    }
}
