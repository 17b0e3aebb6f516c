import HTTPWire

/// One direction of a connection, read by the codec as a client or server would: bytes come in pieces, messages
/// come out. What comes out is independent of the caller's buffers, so that two readings can be compared.
///
/// This file imports the codec alone: the tests and the fuzz target share it.
struct Conversation {
    enum Side: Equatable, Sendable {
        case requests
        case responses(answering: Method)
    }

    struct Field: Equatable {
        var name: [UInt8]
        var value: [UInt8]
    }

    struct Head: Equatable {
        var method: Method
        var methodName: [UInt8]
        var target: [UInt8]
        var targetForm: TargetForm
        var authority: [UInt8]
        var expectsContinue: Bool
        var status: UInt16
        var reason: [UInt8]
        var version: HTTPVersion
        var framing: BodyFraming
        var keepsAlive: Bool
        var asksForUpgrade: Bool
        var fields: [Field]
        /// Where the head begins in the stream.
        var start: Int
        var byteCount: Int
    }

    enum Event: Equatable {
        case head(Head)
        /// All data of one message, however it came.
        case data([UInt8])
        case end(trailers: [Field])
        case failure(WireError)
    }

    let side: Side
    let limits: Limits
    private(set) var events: [Event] = []

    private var parser: HeadParser
    private var head = MessageHead()
    private var body: BodyDecoder?
    private var buffer: [UInt8] = []
    private var consumed = 0
    private var hasFailed = false

    init(_ side: Side, limits: Limits = Limits()) {
        self.side = side
        self.limits = limits
        parser = HeadParser(limits: limits)
    }

    /// Reads `stream` in pieces that end at `cuts`, in rising order, and at its end.
    static func events(
        _ side: Side, _ stream: [UInt8], cuts: [Int] = [], limits: Limits = Limits()
    ) -> [Event] {
        var conversation = Conversation(side, limits: limits)
        var start = 0
        for cut in cuts + [stream.count] {
            conversation.receive(stream[start..<cut])
            start = cut
        }
        return conversation.events
    }

    mutating func receive(_ piece: ArraySlice<UInt8>) {
        buffer += piece
        do {
            while try progress() {}
        } catch {
            if !hasFailed { events.append(.failure(error)) }
            hasFailed = true
        }
    }

    /// The peer ends the stream.
    mutating func close() {
        guard !hasFailed, body != nil else { return }
        do throws(WireError) {
            try body?.close()
            events.append(.end(trailers: []))
        } catch {
            events.append(.failure(error))
        }
        body = nil
    }

    private mutating func progress() throws(WireError) -> Bool {
        if hasFailed { return false }
        if body != nil { return try progressBody() }
        // A span of `buffer` would borrow all of `self`.
        let bytes = buffer
        let isWhole =
            switch side {
            case .requests: try parser.parseRequest(bytes.span, into: &head)
            case .responses(let method): try parser.parseResponse(bytes.span, answering: method, into: &head)
            }
        guard isWhole else { return false }
        events.append(.head(summary()))
        drop(head.byteCount)
        let decoder = try BodyDecoder(head.framing, limits: limits)
        if decoder.isFinished {
            events.append(.end(trailers: []))
        } else {
            body = decoder
        }
        return true
    }

    private mutating func progressBody() throws(WireError) -> Bool {
        guard var decoder = body, !buffer.isEmpty else { return false }
        let step = try decoder.step(buffer.span)
        if step.dataBytes > 0 {
            let data = buffer[step.framingBytes..<step.consumed]
            if case .data(let earlier)? = events.last {
                events[events.count - 1] = .data(earlier + data)
            } else {
                events.append(.data(Array(data)))
            }
        }
        if step.isFinished { events.append(.end(trailers: list(decoder.trailers))) }
        drop(step.consumed)
        body = step.isFinished ? nil : decoder
        return step.isFinished || step.consumed > 0
    }

    private mutating func drop(_ count: Int) {
        buffer.removeFirst(count)
        consumed += count
    }

    private func list(_ fields: HeaderFields) -> [Field] {
        (0..<fields.count).map { Field(name: copy(fields[$0].name), value: copy(fields[$0].value)) }
    }

    private func copy(_ slice: Slice) -> [UInt8] { Array(buffer[slice.range]) }

    private func summary() -> Head {
        Head(
            method: head.method, methodName: copy(head.methodName), target: copy(head.target),
            targetForm: head.targetForm, authority: copy(head.authority), expectsContinue: head.expectsContinue,
            status: head.status, reason: copy(head.reason), version: head.version, framing: head.framing,
            keepsAlive: head.keepsAlive, asksForUpgrade: head.asksForUpgrade, fields: list(head.fields),
            start: consumed, byteCount: head.byteCount)
    }
}
