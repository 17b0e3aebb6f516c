package import Cryptography
package import EventLoop
package import HTTPService
package import HTTPWire

/// A peer that the test plays itself: takes connections and hands each to the script with its number.
package func scripting(
    on loop: EventLoop, securedBy security: TLSContext? = nil, _ script: @escaping (RawPeer, Int) async throws -> Void,
    _ scenario: (Address) async throws -> Void
) async throws {
    let listener = try loop.listen(on: .loopback())
    let accepting = loop.spawn {
        var peers: [SpawnedTask] = []
        while let stream = try? await listener.accept() {
            let number = peers.count
            peers.append(
                loop.spawn {
                    guard let stream = try? await loop.secured(stream, by: security) else { return }
                    let peer = RawPeer(stream)
                    // A script that is cut short by its peer has said what it had to say.
                    try? await script(peer, number)
                    peer.close()
                })
        }
        for peer in peers { await peer.join() }
    }
    try await scenario(listener.address)
    listener.close()
    await accepting.join()
}

package enum Requests {
    package static func get(_ target: String = "/") -> HTTPRequest { make(.get, target, nil) }

    package static func post(_ target: String = "/", _ body: String) -> HTTPRequest {
        make(.post, target, Array(body.utf8))
    }

    package static func post(_ target: String = "/", byteCount: Int) -> HTTPRequest {
        make(.post, target, [UInt8](repeating: 0x78, count: byteCount))
    }

    package static func make(_ method: Method, _ target: String, _ body: [UInt8]? = nil) -> HTTPRequest {
        do throws(WireError) {
            return try HTTPRequest(method, target, host: "bank.example", body: body)
        } catch {
            preconditionFailure("\(target): \(error)")
        }
    }
}

package enum Handlers {
    /// Says what was asked, and gives a body back.
    package static func plain(_ exchange: HTTPExchange) async throws {
        let body = try await exchange.collectBody()
        exchange.respond(200, body: body.isEmpty ? Array("\(exchange.target)".utf8) : body)
    }

    package static func empty(_ exchange: HTTPExchange) async throws { exchange.respond(204) }
}

extension EventLoop {
    fileprivate func secured(_ stream: any ByteStream, by security: TLSContext?) async throws -> any ByteStream {
        guard let security else { return stream }
        return try await secure(stream, by: security, until: now + .seconds(5))
    }

    package func sleep(for span: TimeSpan) async throws { try await sleep(until: now + span) }

    /// Waits until something holds, a millisecond at a time; false when it still does not after five seconds.
    package func eventually(_ holds: () -> Bool) async throws -> Bool {
        for _ in 0..<5000 {
            if holds() { return true }
            try await sleep(for: .milliseconds(1))
        }
        return holds()
    }
}
