import EventLoop
import HTTPService
import HTTPWire
import ScriptedPeers
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

/// By the client's own loop.
func outcome(_ client: HTTPClient, _ request: HTTPRequest, within span: TimeSpan = .seconds(5)) async -> Outcome {
    await outcome(client, request, on: client.loop, within: span)
}
