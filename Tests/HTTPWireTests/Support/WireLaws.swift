import HTTPWire

/// What must hold for every byte sequence. The fuzz target and the random tests look for a breach.
///
///     cuts       the result depends on the bytes, not on how they were cut into reads
///     boundary   a lax reader, who takes a bare LF for a line's end, sees the same lines and the same body length
///     echo       what was accepted can be encoded again and is read as the same message
///     refusal    what was refused has an answer that is itself a well-formed response with that status
enum WireLaws {
    /// Nil, or which law was broken and by what.
    static func breach(_ side: Conversation.Side, _ stream: [UInt8], seed: Int, limits: Limits) -> String? {
        let whole = Conversation.events(side, stream, limits: limits)
        for cuts in cutLists(stream.count, seed) {
            let parts = Conversation.events(side, stream, cuts: cuts, limits: limits)
            if parts != whole { return "cuts \(cuts.prefix(8)): \(parts) instead of \(whole)" }
        }
        for event in whole {
            switch event {
            case .head(let head):
                if let breach = boundaryBreach(stream[head.start...], head) { return breach }
                if let breach = echoBreach(side, head, limits) { return breach }
            case .failure(let error):
                if let breach = refusalBreach(error) { return breach }
            case .data, .end: break
            }
        }
        return bodyBreach(whole, limits)
    }

    private static func cutLists(_ count: Int, _ seed: Int) -> [[Int]] {
        guard count > 1 else { return [] }
        let cut = 1 + seed % (count - 1)
        let pace = 1 + seed % 7
        return [[cut], Array(stride(from: pace, to: count, by: pace)), count <= 2048 ? Array(1..<count) : []]
    }

    // MARK: boundary

    private static func boundaryBreach(_ bytes: ArraySlice<UInt8>, _ head: Conversation.Head) -> String? {
        var lines: [ArraySlice<UInt8>] = []
        var rest = bytes
        while let lineFeed = rest.firstIndex(of: 0x0a) {
            var line = rest[rest.startIndex..<lineFeed]
            if line.last == 0x0d { line.removeLast() }
            rest = rest[(lineFeed + 1)...]
            if line.isEmpty {
                if lines.isEmpty { continue }
                break
            }
            lines.append(line)
        }
        let byteCount = rest.startIndex - bytes.startIndex
        if byteCount != head.byteCount { return "boundary: a lax reader ends the head at \(byteCount), not \(head)" }
        if lines.count != head.fields.count + 1 { return "boundary: a lax reader sees \(lines.count) lines in \(head)" }
        var lengths: [[UInt8]] = []
        var codings: [[UInt8]] = []
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: 0x3a) else { return "boundary: no colon in \(line)" }
            let name = lax(line[..<colon])
            if name == contentLength { lengths.append(lax(line[(colon + 1)...])) }
            if name == transferEncoding { codings.append(lax(line[(colon + 1)...])) }
        }
        if lengths.count + codings.count > 1 { return "boundary: \(lengths) and \(codings) in \(head)" }
        let framing: BodyFraming?
        if let coding = codings.first {
            framing = coding == chunked ? .chunked : nil
        } else if let length = lengths.first {
            framing = UInt64(text(length)).map { $0 == 0 ? .none : .length($0) }
        } else {
            framing = BodyFraming.none
        }
        guard let framing else { return "boundary: \(lengths) or \(codings) was accepted" }
        let bodiless = head.status > 0 && head.framing == .none
        if head.framing != framing, head.framing != .untilClose, !bodiless { return "boundary: \(framing) for \(head)" }
        return nil
    }

    private static let contentLength = Array("content-length".utf8)
    private static let transferEncoding = Array("transfer-encoding".utf8)
    private static let chunked = Array("chunked".utf8)

    /// In small letters, without blanks and controls.
    private static func lax(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        bytes.filter { $0 > 0x20 }.map { $0 >= 0x41 && $0 <= 0x5a ? $0 | 0x20 : $0 }
    }

    // MARK: echo

    private static func echoBreach(
        _ side: Conversation.Side, _ head: Conversation.Head, _ limits: Limits
    ) -> String? {
        // The encoder speaks HTTP/1.1, and a small limit may not hold what it adds.
        guard head.version == .http11, limits == Limits() else { return nil }
        var out: [UInt8] = []
        do throws(WireError) {
            switch side {
            case .requests:
                let line = try RequestLine(methodName: text(head.methodName), target: text(head.target))
                HeadEncoder.requestLine(line, into: &out)
            case .responses: try HeadEncoder.statusLine(head.status, into: &out)
            }
            for field in head.fields where !isFraming(field) {
                try HeadEncoder.field(field.name.span, field.value.span, into: &out)
            }
        } catch {
            return "echo: \(error) for \(head)"
        }
        switch head.framing {
        case .chunked: HeadEncoder.chunkedBody(into: &out)
        case .length(let length): HeadEncoder.contentLength(length, into: &out)
        case .none where head.status >= 200: HeadEncoder.contentLength(0 as UInt64, into: &out)
        case .none, .untilClose: break
        }
        HeadEncoder.end(into: &out)
        guard case .head(var again)? = Conversation.events(side, out, limits: limits).first else {
            return out.count > limits.headBytes - 64 ? nil : "echo: nothing for \(head)"
        }
        var before = head
        before.fields.removeAll(where: isFraming)
        again.fields.removeAll(where: isFraming)
        again.reason = before.reason
        again.byteCount = before.byteCount
        again.start = before.start
        return again == before ? nil : "echo: \(again) instead of \(before)"
    }

    private static func isFraming(_ field: Conversation.Field) -> Bool {
        let name = lax(field.name[...])
        return name == contentLength || name == transferEncoding
    }

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    /// Bodies that ended are chunked once more, with their trailers.
    private static func bodyBreach(_ events: [Conversation.Event], _ limits: Limits) -> String? {
        guard limits == Limits() else { return nil }
        var data: [UInt8] = []
        for event in events {
            switch event {
            case .head: data = []
            case .data(let more): data = more
            case .failure: break
            case .end(let trailers):
                var out = Array("POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n".utf8)
                ChunkEncoder.chunk(data.span, into: &out)
                var block = FieldBlock(.trailers)
                do throws(WireError) {
                    for field in trailers { try block.add(field.name.span, field.value.span) }
                } catch {
                    return "echo: \(error) for trailers \(trailers)"
                }
                ChunkEncoder.last(trailers: block, into: &out)
                var expected: [Conversation.Event] = [.end(trailers: trailers)]
                if !data.isEmpty { expected.insert(.data(data), at: 0) }
                let again = Array(Conversation.events(.requests, out).dropFirst())
                if again != expected, block.bytes.count + 2 <= limits.trailerBytes {
                    return "echo: body \(again) instead of \(expected)"
                }
            }
        }
        return nil
    }

    // MARK: refusal

    static func refusalBreach(_ error: WireError) -> String? {
        var out: [UInt8] = []
        HeadEncoder.refusal(error, into: &out)
        let events = Conversation.events(.responses(answering: .get), out)
        guard events.count == 3, case .head(let head) = events[0], case .data(let data) = events[1],
            head.status == error.status, !head.keepsAlive, text(data) == error.reason + "\n",
            head.reason == Array(HeadEncoder.reasonPhrase(error.status).utf8), !head.reason.isEmpty
        else { return "refusal: \(events) for \(error)" }
        return nil
    }
}
