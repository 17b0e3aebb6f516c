import EventLoop
import HTTPService
import HTTPWire
import ScriptedPeers
import SeededRandom
import Testing

/// The same random server against both transports: what they make of it is held against each other.
///
/// Differences that are right, each with its reason:
///
/// - The words inside `broken` differ: libcurl tells a reset from an end in its own.
/// - A first line that libcurl cannot read never reaches our codec, whichever part of it is wrong.
/// - libcurl tells no part of a line before its end, so an answer that ends inside its first line has not begun for it.
@Suite struct DifferentialTests {
    /// What the server does with one request.
    enum Move: CaseIterable {
        case plain, chunked, empty, untilClose, closing, interim, large
        case endBeforeHead, resetBeforeHead, endInHead, endInBody, resetInBody
        case badStatus, badField, badLength, badChunk, tooLarge, silence
    }

    struct Act {
        let move: Move
        /// Where its bytes are cut, and for how long the rest waits.
        let cut: Int
        let text: String

        init(_ random: inout SeededRandom) {
            move = Move.allCases[Int(random.below(UInt64(Move.allCases.count)))]
            cut = Int(random.below(120))
            text = String(repeating: "x", count: Int(random.below(200)) + 1)
        }

        /// Nil: it says nothing at all.
        var said: String? {
            let count = text.utf8.count
            let chunks = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
            switch move {
            case .plain: return "HTTP/1.1 201 Created\r\nContent-Length: \(count)\r\nx:  y \r\n\r\n\(text)"
            case .chunked: return "\(chunks)1;a=b\r\nx\r\n\(String(count, radix: 16))\r\n\(text)\r\n0\r\nt: u\r\n\r\n"
            case .empty: return "HTTP/1.1 204 No Content\r\n\r\n"
            case .untilClose: return "HTTP/1.1 500 Internal Server Error\r\n\r\n\(text)"
            case .closing: return "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: \(count)\r\n\r\n\(text)"
            case .interim:
                return "HTTP/1.1 103 Early Hints\r\nx: y\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na"
            case .large:
                let body = String(repeating: text, count: 200)
                return "HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
            case .endBeforeHead, .resetBeforeHead, .silence: return nil
            case .endInHead: return "HTTP/1.1 200 OK\r\nContent-Le"
            case .endInBody, .resetInBody: return "HTTP/1.1 200 OK\r\nContent-Length: \(count + 1)\r\n\r\n\(text)"
            case .badStatus: return "HTTP/1.1 OK 200\r\n\r\n"
            case .badField: return "HTTP/1.1 200 OK\r\nContent Length: 1\r\n\r\na"
            case .badLength: return "HTTP/1.1 200 OK\r\nContent-Length: 1, 2\r\n\r\na"
            case .badChunk: return "\(chunks)1\r\nxyz"
            case .tooLarge: return "HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n"
            }
        }

        var ends: Bool {
            [.untilClose, .closing, .endBeforeHead, .endInHead, .endInBody, .badStatus].contains(move)
        }
        var resets: Bool { move == .resetBeforeHead || move == .resetInBody }

        func play(to peer: RawPeer, on loop: EventLoop) async throws {
            if move == .silence {
                // Until whoever waits has gone.
                await peer.receiveAll(for: .seconds(5))
                return
            }
            if let said {
                let bytes = Array(said.utf8)
                try await peer.send(Array(bytes.prefix(cut)))
                try await loop.sleep(for: .microseconds(300))
                if cut < bytes.count { try await peer.send(Array(bytes[cut...])) }
            }
            if resets {
                try await loop.sleep(for: .milliseconds(2))
                peer.reset()
            }
            if ends { peer.close() }
        }
    }

    /// How a request came out, as far as the transports must agree.
    struct Result: Equatable, CustomStringConvertible {
        var kind: String
        var body: String?
        var mayHaveBeenSent = true

        init(_ outcome: Outcome) {
            switch outcome {
            case .answered(let response):
                kind = "\(response.status)"
                body = response.bodyText + " " + (response.field("x") ?? "-")
            case .failed(let error):
                mayHaveBeenSent = error.mayHaveBeenSent
                switch error.cause {
                case .broken: kind = "broken"
                case .malformed(.badStatus), .malformed(.badStatusLine): kind = "no status line"
                default: kind = "\(error.cause)"
                }
            }
        }

        var description: String { "\(kind)\(mayHaveBeenSent ? "" : ", unsent"), \(body?.count ?? 0) bytes" }
    }

    static func play(_ seed: UInt64, _ carrier: Carrier, on loop: EventLoop) async throws -> [(Move, Result)] {
        var random = SeededRandom(Seed(seed))
        let acts = (0..<6).map { _ in Act(&random) }
        var next = 0
        var played = 0
        let script = { (peer: RawPeer, number: Int) async throws in
            while true {
                let head = await peer.receive(through: "\r\n\r\n")
                guard !head.isEmpty, next < acts.count else { return }
                let act = acts[next]
                next += 1
                defer { played += 1 }
                try await act.play(to: peer, on: loop)
                if act.ends || act.resets { return }
            }
        }
        var results: [(Move, Result)] = []
        try await carrying(
            carrier, on: loop,
            change: {
                $0.wire.bodyBytes = 1 << 20
                $0.repeatsIdempotent = false
            }, script: script
        ) { transport, _ in
            while next < acts.count {
                let move = acts[next].move
                // A new connection has to be made and secured in it.
                let patience = TimeSpan.milliseconds(transport.openConnections > 0 ? 40 : 400)
                let found = await outcome(
                    transport, Requests.get("/\(next)"), on: loop,
                    within: move == .silence ? patience : .seconds(5))
                results.append((move, Result(found)))
                // An end that was said is there before the next request.
                _ = try await loop.eventually { played == next }
            }
        }
        return results
    }

    @Test(arguments: [(Carrier.native, Carrier.curl), (.nativeTLS, .curlTLS)])
    func `both transports make the same of a random server`(native: Carrier, curl: Carrier) throws {
        try live { loop in
            for seed in UInt64(1)...60 {
                let wanted = try await DifferentialTests.play(seed, native, on: loop)
                let found = try await DifferentialTests.play(seed, curl, on: loop)
                #expect(wanted.count == found.count, "seed \(seed)")
                for (index, (one, other)) in zip(wanted, found).enumerated() {
                    let place = "\(curl), seed \(seed), request \(index), \(one.0): native \(one.1), curl \(other.1)"
                    #expect(one.1 == other.1, Comment(rawValue: place))
                }
            }
        }
    }
}
