import CLinux
import EventLoop
import HTTPService
import HTTPWire

let args = CommandLine.arguments

func serve(_ loop: EventLoop, _ address: Address) async throws {
    var fields = FieldBlock()
    try fields.add("server", "spillway")
    var configuration = ServerConfiguration()
    configuration.fields = fields
    var plain = FieldBlock()
    try plain.add("content-type", "text/plain")
    let body = Array("hello, world\n".utf8)
    let server = HTTPServer(on: loop, configuration: configuration) { exchange in
        exchange.respond(200, plain, body: body)
    }
    print(try server.listen(on: address))
    try await loop.sleep(until: .never)
}

func load(_ loop: EventLoop, _ client: HTTPClient, _ n: Int, _ c: Int) async throws {
    let request = try HTTPRequest(.get, "/", host: client.origin.host)
    let tasks = (0..<c).map { _ in
        loop.spawn {
            do throws(HTTPClientError) {
                for _ in 0..<(n / c) {
                    let r = try await client.send(request, until: loop.now + .seconds(10))
                    if r.status != 200 { print(r.status) }
                }
            } catch { print(error) }
        }
    }
    for t in tasks { await t.join() }
}

nonisolated func bench() throws {
    let mode = args[1]
    switch mode {
    case "serve":
        let loop = try EventLoop.live()
        try loop.run { try await serve(loop, Address(args[2])!) }
    case "load":
        let n = Int(args[3])!
        let loop = try EventLoop.live()
        let before = spillway_process_usage()
        let t0 = loop.now
        try loop.run {
            let client = HTTPClient(on: loop, to: HTTPOrigin(Address(args[2])!))
            try await load(loop, client, n, 64)
            client.close()
        }
        let after = spillway_process_usage()
        let el = (loop.now - t0).seconds
        print(
            "cpu us/req", Double(after.user_us + after.system_us - before.user_us - before.system_us) / Double(n),
            "rate", Double(n) / el, "user", Double(after.user_us - before.user_us) / Double(n))
    case "sim":
        let n = Int(args[2])!
        let real = try EventLoop.live()
        let t0 = real.now
        let loop = EventLoop.simulated(seed: 1)
        try loop.run {
            let body = Array("hello, world\n".utf8)
            let server = HTTPServer(on: loop) { $0.respond(200, nil, body: body) }
            let address = try server.listen(on: .loopback())
            let client = HTTPClient(on: loop, to: HTTPOrigin(address))
            try await load(loop, client, n, 64)
            client.close()
            await server.drain(until: loop.now + .seconds(10))
        }
        print("sim exchanges/s", Double(n) / (real.now - t0).seconds, "trace", loop.simulation!.trace.value)
    default: break
    }
}

@main struct RuntimeBench { static func main() throws { try bench() } }
