/// Parses the heads of HTTP/1.1 messages (RFC 9110, 9112), of requests and of responses.
///
/// Goal: the steady-state parse of a usual head is far below a microsecond and allocates nothing, and no head means
/// two things. Whatever another implementation might read differently is refused:
///
///     lines       only CR LF ends a line; a bare LF or CR is a fault, everywhere
///     fields      no folding, no space before the colon, no control characters, no empty name
///     framing     Content-Length or Transfer-Encoding, each at most once; digits only; exactly `chunked`
///     routing     one Host in HTTP/1.1; the form of the target goes with the method
///
/// Two leniencies that RFC 9112 asks for and that move no boundary: one empty line before a request, and a status
/// line without the space before an absent reason.
///
/// Method: one pass, eight bytes at a time where lines are long, over the caller's bytes. The result holds slices,
/// counted from the head's first byte. The caller keeps the bytes of an unfinished head and presents them again,
/// from their beginning, together with the new ones; what was searched is not searched again (see `FieldSection`).
///
///     guard try parser.parseRequest(buffer.span, into: &head) else { return }     // read more
///     let path = buffer.span.extracting(head.target.range)
///
/// In a class, parser, head and buffer may be properties side by side. In a struct a span of one property borrows
/// all of `self`: pass them to a function that takes each of them, or hold the bytes elsewhere.
///
/// Not done here: no input or output, no bodies (`BodyDecoder`), no decoding of targets or values, no HTTP/2,
/// no protocol switch. An Upgrade field is flagged and otherwise ignored.
public struct HeadParser: Sendable {
    public let limits: Limits
    var section = FieldSection()
    private var isInFields = false

    public init(limits: Limits = Limits()) {
        precondition(limits.headBytes <= UInt32.max, "slices cannot reach over a head of \(limits.headBytes) bytes")
        self.limits = limits
    }

    /// Forgets an unfinished head. After a finished head the parser is ready for the next one by itself.
    public mutating func reset() {
        section = FieldSection()
        isInFields = false
    }

    /// Whether a part of a head has been seen: a connection that ends now ends inside a message.
    public var isInsideHead: Bool { isInFields || section.scanned > 0 }

    /// True when `head` is whole; `head.byteCount` bytes are then to be dropped before the body. False when more bytes
    /// are needed. After an error the connection is of no more use.
    public mutating func parseRequest(
        _ bytes: Span<UInt8>, into head: inout MessageHead
    ) throws(WireError) -> Bool {
        if !isInFields {
            if section.scanned == 0 { head.reset() }
            guard try readRequestLine(bytes, into: &head) else { return false }
            isInFields = true
        }
        guard try readFields(bytes, into: &head) else { return false }
        try head.applyRequestRules(bytes)
        return true
    }

    /// The same for a response. `method` is the one of the request that it answers: it decides whether a body follows.
    /// Interim responses (`head.isInterim`) are results like others; parse on for the final one.
    public mutating func parseResponse(
        _ bytes: Span<UInt8>, answering method: Method, into head: inout MessageHead
    ) throws(WireError) -> Bool {
        if !isInFields {
            if section.scanned == 0 { head.reset() }
            guard try readStatusLine(bytes, into: &head) else { return false }
            isInFields = true
        }
        guard try readFields(bytes, into: &head) else { return false }
        try head.applyResponseRules(bytes, answering: method)
        return true
    }

    @inline(__always)
    private mutating func readFields(
        _ bytes: Span<UInt8>, into head: inout MessageHead
    ) throws(WireError) -> Bool {
        let bounds = FieldSection.Bounds(
            lineBytes: limits.fieldLineBytes, sectionBytes: limits.headBytes,
            lineFault: .fieldLineTooLong, sectionFault: .headTooLarge)
        guard try section.read(bytes, into: &head.fields, count: limits.fieldCount, bounds) else { return false }
        head.byteCount = section.lineStart
        reset()
        return true
    }

    func startLineBounds(_ fault: WireError) -> FieldSection.Bounds {
        FieldSection.Bounds(
            lineBytes: limits.startLineBytes, sectionBytes: limits.headBytes,
            lineFault: fault, sectionFault: .headTooLarge)
    }
}
