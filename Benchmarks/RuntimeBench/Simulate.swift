import EventLoop
import HTTPService
import HTTPWire

/// How many exchanges through HTTPClient and HTTPServer the simulated world makes in a second of the machine's time.
func runSimulate(_ arguments: inout Arguments) throws {
    let exchanges = try arguments.count("--exchanges", default: 500_000)
    let clients = max(1, try arguments.count("--clients", default: 64))
    try arguments.finish()
    let clock = try EventLoop.live()
    let begin = clock.now
    let loop = EventLoop.simulated(seed: 1)
    var answered = 0
    try loop.run {
        let server = HTTPServer(on: loop) { $0.respond(200, nil, body: helloBody) }
        let client = HTTPClient(on: loop, to: HTTPOrigin(try server.listen(on: .loopback())))
        let request = try HTTPRequest(.get, "/", host: client.origin.host)
        let users = (0..<clients).map { _ in
            loop.spawn {
                for _ in 0..<(exchanges / clients) {
                    let response = try? await client.send(request, until: loop.now + .seconds(10))
                    if response?.status == 200 { answered += 1 }
                }
            }
        }
        for user in users { await user.join() }
        client.close()
        await server.drain(until: loop.now + .seconds(10))
    }
    let seconds = (clock.now - begin).seconds
    var report = Report()
    report.add("exchanges", answered)
    report.add("seconds", seconds)
    report.add("exchanges_per_second", Double(answered) / seconds)
    report.write()
}
