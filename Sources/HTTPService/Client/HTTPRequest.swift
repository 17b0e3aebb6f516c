public import HTTPWire

/// A request in its wire form, ready to be sent as often as wanted.
///
/// A driver renders thousands a second from byte segments, so the form is bytes; the codec checked them when they
/// were made, or the template that they come from.
public struct HTTPRequest: Sendable {
    public let method: Method
    public var wire: [UInt8]

    /// A whole request. Host and Content-Length are written here.
    public init(
        _ method: Method, _ target: String, host: String, fields: FieldBlock? = nil, body: [UInt8]? = nil
    ) throws(WireError) {
        try self.init(head: method, target, host: host, fields: fields)
        if let body {
            HeadEncoder.contentLength(body.count, into: &wire)
        } else if method == .post || method == .put || method == .patch {
            HeadEncoder.contentLength(0, into: &wire)
        }
        HeadEncoder.end(into: &wire)
        if let body { wire.append(contentsOf: body) }
    }

    /// Bytes that were rendered elsewhere from checked parts: head and body.
    public init(_ method: Method, wire: [UInt8]) {
        self.method = method
        self.wire = wire
    }

    /// The head of a request whose body is sent in pieces.
    static func head(
        _ method: Method, _ target: String, host: String, fields: FieldBlock?, _ body: RequestBody
    ) throws(WireError) -> HTTPRequest {
        var request = try HTTPRequest(head: method, target, host: host, fields: fields)
        switch body {
        case .whole: return try HTTPRequest(method, target, host: host, fields: fields)
        case .length(let count): HeadEncoder.contentLength(count, into: &request.wire)
        case .chunked: HeadEncoder.chunkedBody(into: &request.wire)
        }
        HeadEncoder.end(into: &request.wire)
        return request
    }

    private init(head method: Method, _ target: String, host: String, fields: FieldBlock?) throws(WireError) {
        self.method = method
        wire = []
        wire.reserveCapacity(256)
        try HeadEncoder.requestLine(method, target: target, into: &wire)
        try HeadEncoder.field("host", host, into: &wire)
        if let fields { HeadEncoder.fields(fields, into: &wire) }
    }

    /// Whether sending it twice means the same as sending it once (RFC 9110, 9.2.2).
    public var isIdempotent: Bool {
        switch method {
        case .get, .head, .put, .delete, .options, .trace: true
        case .post, .patch, .connect, .other: false
        }
    }
}
