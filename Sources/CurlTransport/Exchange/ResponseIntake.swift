import HTTPWire

/// An answer as libcurl hands it over, line by line and piece by piece, judged by our own codec.
///
/// libcurl forgives what the native client refuses, so it is asked for the raw lines and the raw chunks. An HTTP/2 head
/// arrives as lines too; only its status line is put in the form of HTTP/1.1.
struct ResponseIntake {
    enum Failure: Error, Equatable {
        case malformed(WireError)
        case tooManyInterimResponses(Int)
    }

    private let limits: Limits
    private let interimResponsesMax: Int
    private let method: Method
    private var parser: HeadParser
    private var head = MessageHead()
    private var decoder: BodyDecoder?
    private var interimResponses = 0
    /// Of a chunked body: what the decoder will see again with more behind it.
    private var rest: [UInt8] = []
    /// The head, and the body behind it.
    private(set) var bytes: [UInt8] = []
    private(set) var failure: Failure?
    /// Bytes came behind the answer's end. Nobody has asked for them.
    private(set) var hasExcess = false

    init(answering method: Method, limits: Limits, interimResponsesMax: Int) {
        self.method = method
        self.limits = limits
        self.interimResponsesMax = interimResponsesMax
        self.parser = HeadParser(limits: limits)
    }

    /// Of no request.
    static let none = ResponseIntake(answering: .get, limits: Limits(), interimResponsesMax: 0)

    var status: UInt16 { head.status }
    var headCount: Int { head.byteCount }
    var hasBegun: Bool { hasHead || !bytes.isEmpty || interimResponses > 0 }
    private var hasHead: Bool { decoder != nil }
    var isInsideHead: Bool { !hasHead && !bytes.isEmpty }
    /// Nothing more is needed, whatever becomes of the connection.
    var isWhole: Bool { failure == nil && decoder?.isFinished == true }

    // MARK: The head

    /// False when the answer is of no use any more.
    mutating func takeLine(_ line: Span<UInt8>) -> Bool {
        if failure != nil { return false }
        // Trailers: those of a chunked body come with its bytes too.
        if hasHead { return true }
        appendLine(line)
        guard line.count <= 2, line[line.count - 1] == UInt8(ascii: "\n"), bytes.count > line.count else {
            return bytes.count <= limits.headBytes || fail(.malformed(.headTooLarge))
        }
        do throws(WireError) {
            try takeHead()
        } catch {
            return fail(.malformed(error))
        }
        return failure == nil
    }

    private mutating func appendLine(_ line: Span<UInt8>) {
        let mark = "HTTP/2 ".utf8.span
        guard bytes.isEmpty, line.count >= 10, line.extracting(first: 7).isIdentical(in: mark) else {
            return bytes.append(line)
        }
        bytes += "HTTP/1.1 ".utf8
        bytes.append(line.extracting(7..<line.count))
    }

    private mutating func takeHead() throws(WireError) {
        guard try parseHead(bytes) else { return }
        if head.isInterim {
            bytes.removeAll(keepingCapacity: true)
            interimResponses += 1
            if interimResponses > interimResponsesMax { _ = fail(.tooManyInterimResponses(interimResponses)) }
            return
        }
        decoder = try BodyDecoder(head.framing, limits: limits)
        if case .length(let count) = head.framing { bytes.reserveCapacity(bytes.count + Int(count)) }
    }

    private mutating func parseHead(_ bytes: [UInt8]) throws(WireError) -> Bool {
        try parser.parseResponse(bytes.span, answering: method, into: &head)
    }

    private mutating func fail(_ failure: Failure) -> Bool {
        self.failure = failure
        return false
    }

    // MARK: The body

    mutating func takeBody(_ piece: Span<UInt8>) -> Bool {
        if failure != nil { return false }
        guard decoder != nil else { return fail(.malformed(.badStatusLine)) }
        do throws(WireError) {
            if rest.isEmpty {
                let used = try decode(piece)
                rest.append(piece.extracting(used..<piece.count))
            } else {
                var joined = rest
                joined.append(piece)
                let used = try decode(joined.span)
                rest = Array(joined[used...])
            }
            return true
        } catch {
            return fail(.malformed(error))
        }
    }

    /// How much of it is used up.
    private mutating func decode(_ piece: Span<UInt8>) throws(WireError) -> Int {
        var position = 0
        while position < piece.count {
            guard decoder?.isFinished == false else {
                hasExcess = true
                return piece.count
            }
            guard let step = try decoder?.step(piece.extracting(position..<piece.count)) else { break }
            let data = position + step.framingBytes
            bytes.append(piece.extracting(data..<(data + step.dataBytes)))
            position += step.consumed
            if step.consumed == 0 { break }
        }
        return position
    }

    /// The stream has ended, and libcurl is content.
    mutating func finish() {
        guard failure == nil, decoder != nil else { return }
        do throws(WireError) { try decoder?.close() } catch { _ = fail(.malformed(error)) }
    }
}

extension Span<UInt8> {
    fileprivate func isIdentical(in other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        for index in indices where self[index] != other[index] { return false }
        return true
    }
}
