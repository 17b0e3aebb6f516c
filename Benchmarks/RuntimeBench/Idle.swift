import EventLoop
import Glibc
import HTTPService
import HTTPWire

/// Opens kept connections, one request on each, and then leaves them alone until standard input ends.
func runIdle(_ arguments: inout Arguments) throws {
    let address = try arguments.address()
    let connections = try arguments.count("--connections", default: 10_000)
    let authority = try arguments.text("--authority")
    try arguments.finish()
    let loop = try EventLoop.live()
    try loop.run {
        let origin = HTTPOrigin(address, security: try clientSecurity(authority))
        let request = try HTTPRequest(.get, "/", host: origin.host)
        var clients = [try await openWave(on: loop, origin, request, connections: 1)]
        var before = Report()
        before.add("open", 1)
        before.write()
        _ = try await loop.offload("input") { readLine() }
        var open = 0
        while open < connections {
            let wave = min(waveSize, connections - open)
            clients.append(try await openWave(on: loop, origin, request, connections: wave))
            open += wave
        }
        var after = Report()
        after.add("open", clients.dropFirst().reduce(0) { $0 + $1.openConnections })
        after.write()
        _ = try await loop.offload("input") { readLine() }
        for client in clients { client.close() }
    }
}

/// A request takes a free connection before it opens one, so connections are opened by many requests at one instant.
/// Small waves keep the peak, which the heap would remember, near what idle connections need.
private let waveSize = 100

private func openWave(
    on loop: EventLoop, _ origin: HTTPOrigin, _ request: HTTPRequest, connections: Int
) async throws -> HTTPClient {
    var configuration = ClientConfiguration()
    configuration.connectionsMax = connections
    let client = HTTPClient(on: loop, to: origin, configuration: configuration)
    var failure: HTTPClientError?
    let senders = (0..<connections).map { _ in
        loop.spawn {
            do throws(HTTPClientError) {
                _ = try await client.send(request, until: loop.now + .seconds(30))
            } catch {
                failure = error
            }
        }
    }
    for sender in senders { await sender.join() }
    if let failure { throw failure }
    return client
}
