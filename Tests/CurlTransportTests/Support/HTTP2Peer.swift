import EventLoop
import ScriptedPeers

/// As much of an HTTP/2 server (RFC 9113) as a test needs: it answers every request the same, or refuses its stream.
final class HTTP2Peer {
    enum Answer {
        case ok(String)
        case refusedStream
        /// Ends the connection with the first request read.
        case silence
    }

    private enum FrameType { static let data: UInt8 = 0, headers: UInt8 = 1, reset: UInt8 = 3, settings: UInt8 = 4 }
    private enum Flag { static let endStream: UInt8 = 1, acknowledged: UInt8 = 1, endHeaders: UInt8 = 4 }

    private let peer: RawPeer
    private let answer: Answer
    private(set) var requests = 0

    init(_ peer: RawPeer, _ answer: Answer) {
        self.peer = peer
        self.answer = answer
    }

    func serve() async throws {
        let preface = await peer.receive(through: "SM\r\n\r\n")
        guard preface.hasPrefix("PRI * HTTP/2.0") else { return }
        try await send(FrameType.settings, 0, on: 0, [])
        while let (type, flags, stream) = try await readFrame() {
            if type == FrameType.settings, flags & Flag.acknowledged == 0 {
                try await send(FrameType.settings, Flag.acknowledged, on: 0, [])
            }
            let isRequest = type == FrameType.headers || type == FrameType.data
            guard isRequest, flags & Flag.endStream != 0 else { continue }
            requests += 1
            switch answer {
            case .silence: return
            // REFUSED_STREAM: the server says that it has done nothing with it.
            case .refusedStream: try await send(FrameType.reset, 0, on: stream, [0, 0, 0, 7])
            case .ok(let text): try await respond(text, on: stream)
            }
        }
    }

    /// `:status: 200` stands at 8 in HPACK's table; the other field is written out.
    private func respond(_ text: String, on stream: UInt32) async throws {
        let field: [UInt8] = [0x88, 0x00, 1] + Array("x".utf8) + [3] + Array("two".utf8)
        try await send(FrameType.headers, Flag.endHeaders, on: stream, field)
        try await send(FrameType.data, Flag.endStream, on: stream, Array(text.utf8))
    }

    private func send(_ type: UInt8, _ flags: UInt8, on stream: UInt32, _ payload: [UInt8]) async throws {
        let count = payload.count
        let head = [UInt8(count >> 16 & 255), UInt8(count >> 8 & 255), UInt8(count & 255), type, flags]
        try await peer.send(head + (0..<4).map { UInt8(truncatingIfNeeded: stream >> (24 - 8 * $0)) } + payload)
    }

    /// Nil at the end.
    private func readFrame() async throws -> (type: UInt8, flags: UInt8, stream: UInt32)? {
        let head = await take(9)
        guard head.count == 9 else { return nil }
        let count = Int(head[0]) << 16 | Int(head[1]) << 8 | Int(head[2])
        guard await take(count).count == count else { return nil }
        return (head[3], head[4], head[5...].reduce(0) { $0 << 8 | UInt32($1) } & 0x7fff_ffff)
    }

    private func take(_ count: Int) async -> [UInt8] {
        let until = peer.stream.loop.now + .seconds(5)
        while peer.received.count < count, await peer.receiveOnce(until: until) {}
        return peer.takeFirst(count)
    }
}
