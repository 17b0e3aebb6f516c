import EventLoop
import HTTPService
import HTTPWire
import Testing

/// A server for the length of a scenario. What it leaves behind is a finding.
func serving(
    on loop: EventLoop, at address: Address = .loopback(),
    _ change: (inout ServerConfiguration) -> Void = { _ in },
    handler: @escaping (HTTPExchange) async throws -> Void = Handlers.plain,
    _ scenario: (HTTPServer, Address) async throws -> Void
) async throws {
    var configuration = ServerConfiguration()
    change(&configuration)
    let server = HTTPServer(on: loop, configuration: configuration, handler: handler)
    let bound = try server.listen(on: address)
    try await scenario(server, bound)
    await server.drain(until: loop.now + .seconds(5))
    #expect(server.connectionCount == 0)
}

/// A client for the length of a scenario, and nothing of it afterwards.
func calling(
    _ address: Address, on loop: EventLoop,
    _ change: (inout ClientConfiguration) -> Void = { _ in },
    _ scenario: (HTTPClient) async throws -> Void
) async throws {
    var configuration = ClientConfiguration()
    change(&configuration)
    let client = HTTPClient(on: loop, to: HTTPOrigin(address, host: "bank.example"), configuration: configuration)
    try await scenario(client)
    client.close()
    #expect(client.waitingRequests == 0)
    #expect(client.openConnections == 0)
}

enum Handlers {
    /// Says what was asked, and gives a body back.
    static func plain(_ exchange: HTTPExchange) async throws {
        let body = try await exchange.collectBody()
        exchange.respond(200, body: body.isEmpty ? Array("\(exchange.target)".utf8) : body)
    }

    static func empty(_ exchange: HTTPExchange) async throws { exchange.respond(204) }
}

/// A peer that the test plays itself: takes connections and hands each to the script with its number.
func scripting(
    on loop: EventLoop, _ script: @escaping (RawPeer, Int) async throws -> Void,
    _ scenario: (Address) async throws -> Void
) async throws {
    let listener = try loop.listen(on: .loopback())
    let accepting = loop.spawn {
        var peers: [SpawnedTask] = []
        while let stream = try? await listener.accept() {
            let peer = RawPeer(stream)
            let number = peers.count
            peers.append(
                loop.spawn {
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

enum Requests {
    static func get(_ target: String = "/") -> HTTPRequest { make(.get, target, nil) }

    static func post(_ target: String = "/", _ body: String) -> HTTPRequest { make(.post, target, Array(body.utf8)) }

    static func post(_ target: String = "/", byteCount: Int) -> HTTPRequest {
        make(.post, target, [UInt8](repeating: 0x78, count: byteCount))
    }

    static func make(_ method: Method, _ target: String, _ body: [UInt8]? = nil) -> HTTPRequest {
        do throws(WireError) {
            return try HTTPRequest(method, target, host: "bank.example", body: body)
        } catch {
            preconditionFailure("\(target): \(error)")
        }
    }
}

/// How a request came out, as one line that tests compare.
func outcome(_ client: HTTPClient, _ request: HTTPRequest, within span: TimeSpan = .seconds(5)) async -> Outcome {
    do throws(HTTPClientError) {
        return .answered(try await client.send(request, until: client.loop.now + span))
    } catch {
        return .failed(error)
    }
}

enum Outcome {
    case answered(HTTPResponse)
    case failed(HTTPClientError)

    var response: HTTPResponse? { if case .answered(let response) = self { response } else { nil } }
    var error: HTTPClientError? { if case .failed(let error) = self { error } else { nil } }
    var body: String? { response?.bodyText }
}
