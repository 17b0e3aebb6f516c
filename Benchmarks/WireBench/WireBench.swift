// Nanoseconds and heap allocations of the codec's steady paths, without sockets.
//
//     swift run -c release WireBench [rounds]

import BenchSupport
import HTTPWire

let requestText = """
    POST /v1/payments?trace=on HTTP/1.1\r
    Host: gateway.example:8080\r
    User-Agent: spillway/0.1\r
    Accept: application/json\r
    Accept-Encoding: identity\r
    Content-Type: application/json; charset=utf-8\r
    Content-Length: 187\r
    X-Request-Id: 01JC3M9T5Y8W2Q4R6S7V0X1Z3A\r
    Idempotency-Key: 7f1f9f2e-5a04-4d7c-9f8c-2f6a1f0f0c11\r
    \r

    """

let responseText = """
    HTTP/1.1 200 OK\r
    Server: nginx/1.22.1\r
    Date: Sun, 06 Nov 1994 08:49:37 GMT\r
    Content-Type: application/json; charset=utf-8\r
    Content-Length: 142\r
    Connection: keep-alive\r
    Cache-Control: no-store, max-age=0\r
    X-Request-Id: 01JC3M9T5Y8W2Q4R6S7V0X1Z3A\r
    Vary: Accept-Encoding\r
    \r

    """

func measure(rounds: Int, calls: Int, _ work: () throws -> Void) rethrows -> Figure {
    try Figure.measure(rounds: rounds, calls: calls, work)
}

func report(_ name: String, _ figure: Figure) { figure.report(name) }

@main struct WireBench {
    static func main() throws {
        let rounds = CommandLine.arguments.count > 1 ? Int(CommandLine.arguments[1]) ?? 41 : 41
        let calls = 20_000
        let requestBytes = Array(requestText.utf8)
        let responseBytes = Array(responseText.utf8)
        var parser = HeadParser()
        var head = MessageHead()
        var sum = 0

        print("request head of \(requestBytes.count) bytes, response head of \(responseBytes.count) bytes")
        report(
            "parse request",
            try measure(rounds: rounds, calls: calls) {
                guard try parser.parseRequest(requestBytes.span, into: &head) else { fatalError("incomplete") }
                sum &+= head.byteCount
            })
        report(
            "look up one field",
            measure(rounds: rounds, calls: calls) {
                sum &+= Int(head.fields.first("idempotency-key", in: requestBytes.span)?.count ?? 0)
            })
        report(
            "parse response",
            try measure(rounds: rounds, calls: calls) {
                guard try parser.parseResponse(responseBytes.span, answering: .post, into: &head) else {
                    fatalError("incomplete")
                }
                sum &+= head.byteCount
            })

        var fixed = FieldBlock()
        try fixed.add("host", "gateway.example:8080")
        try fixed.add("user-agent", "spillway/0.1")
        try fixed.add("accept", "application/json")
        try fixed.add("accept-encoding", "identity")
        try fixed.add("content-type", "application/json; charset=utf-8")
        let line = try RequestLine(.post, target: "/v1/payments?trace=on")
        let date = FieldBlock.date(secondsSinceEpoch: 784_111_777)
        var out: [UInt8] = []
        out.reserveCapacity(4096)
        report(
            "encode request, prepared line and 5 prepared fields, 2 checked",
            try measure(rounds: rounds, calls: calls) {
                out.removeAll(keepingCapacity: true)
                HeadEncoder.requestLine(line, into: &out)
                HeadEncoder.fields(fixed, into: &out)
                try HeadEncoder.field("x-request-id", "01JC3M9T5Y8W2Q4R6S7V0X1Z3A", into: &out)
                try HeadEncoder.field("idempotency-key", "7f1f9f2e-5a04-4d7c-9f8c-2f6a1f0f0c11", into: &out)
                HeadEncoder.contentLength(187, into: &out)
                HeadEncoder.end(into: &out)
                sum &+= out.count
            })
        report(
            "encode response, 1 prepared block, date, length",
            try measure(rounds: rounds, calls: calls) {
                out.removeAll(keepingCapacity: true)
                try HeadEncoder.statusLine(200, into: &out)
                HeadEncoder.fields(fixed, into: &out)
                HeadEncoder.fields(date, into: &out)
                HeadEncoder.contentLength(142, into: &out)
                HeadEncoder.end(into: &out)
                sum &+= out.count
            })

        var chunked: [UInt8] = []
        let block = [UInt8](repeating: 0x61, count: 1000)
        for _ in 0..<8 { ChunkEncoder.chunk(block.span, into: &chunked) }
        ChunkEncoder.last(into: &chunked)
        report(
            "decode 8 chunks of 1,000 bytes",
            try measure(rounds: rounds, calls: calls) {
                var body = try BodyDecoder(.chunked)
                var position = 0
                while !body.isFinished {
                    position += try body.step(chunked.span.extracting(position..<chunked.count)).consumed
                }
                sum &+= position
            })
        report(
            "decode a body by length",
            try measure(rounds: rounds, calls: calls) {
                var body = try BodyDecoder(.length(1000))
                sum &+= try body.step(block.span).consumed
            })
        let large = Array("GET / HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "y", count: 8000))\r\n\r\n".utf8)
        report(
            "parse a head of \(large.count) bytes that drips in byte by byte, whole",
            try measure(rounds: 5, calls: 5) {
                for count in 1..<large.count
                where try parser.parseRequest(large.span.extracting(0..<count), into: &head) {
                    fatalError("complete at \(count)")
                }
                guard try parser.parseRequest(large.span, into: &head) else { fatalError("incomplete") }
                sum &+= head.byteCount
            })
        // Keeps the work alive.
        print("checksum \(sum)")
    }
}
