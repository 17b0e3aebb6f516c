/// Appends the parts of a head to the caller's bytes, in their order: a start line, fields, `end`.
///
///     try HeadEncoder.requestLine(.post, target: "/payments", into: &out)
///     HeadEncoder.fields(fixedFields, into: &out)
///     HeadEncoder.contentLength(body.count, into: &out)
///     HeadEncoder.end(into: &out)
///
/// Every call checks all of its input before it appends its first byte, so that nothing from outside can end a line
/// or begin another message: after an error `out` is as it was. What stays the same from message to message is
/// checked once, in a `RequestLine` or a `FieldBlock`. Content-Length and Transfer-Encoding have calls of their own
/// and are refused as fields: no head can leave with two ideas of its body.
///
/// There is no clock here: Date is a `FieldBlock.date`, which a server makes once per second.
public enum HeadEncoder {
    // Start lines

    public static func requestLine(_ line: RequestLine, into out: inout [UInt8]) {
        out.append(line.bytes.span)
    }

    public static func requestLine(
        _ method: Method, target: String, into out: inout [UInt8]
    ) throws(WireError) {
        try requestLine(method, target: target.utf8.span, into: &out)
    }

    /// `method` is a named one; for others make a `RequestLine`.
    public static func requestLine(
        _ method: Method, target: Span<UInt8>, into out: inout [UInt8]
    ) throws(WireError) {
        guard method != .other else { throw .badMethod }
        try target.requireTarget()
        out.append(method.name.utf8.span)
        out.append(Byte.space)
        out.append(target)
        out.append(" HTTP/1.1\r\n".utf8.span)
    }

    public static func statusLine(_ status: UInt16, into out: inout [UInt8]) throws(WireError) {
        if status == 200 {
            out.append("HTTP/1.1 200 OK\r\n".utf8.span)
            return
        }
        guard status >= 100, status <= 599 else { throw .badStatus }
        out.append("HTTP/1.1 ".utf8.span)
        out.appendDecimal(UInt64(status))
        out.append(Byte.space)
        out.append(reasonPhrase(status).utf8.span)
        end(into: &out)
    }

    // Fields

    public static func field(_ name: String, _ value: String, into out: inout [UInt8]) throws(WireError) {
        try field(name.utf8.span, value.utf8.span, into: &out)
    }

    public static func field(
        _ name: Span<UInt8>, _ value: Span<UInt8>, into out: inout [UInt8]
    ) throws(WireError) {
        try name.requireFieldName()
        try value.requireFieldValue()
        out.append(name)
        out.append(": ".utf8.span)
        out.append(value)
        end(into: &out)
    }

    public static func field(_ name: String, decimal value: UInt64, into out: inout [UInt8]) throws(WireError) {
        try name.utf8.span.requireFieldName()
        out.append(name.utf8.span)
        out.append(": ".utf8.span)
        out.appendDecimal(value)
        end(into: &out)
    }

    public static func fields(_ block: FieldBlock, into out: inout [UInt8]) {
        precondition(block.section == .head, "a block of trailers stands in a head")
        out.append(block.bytes.span)
    }

    public static func contentLength(_ length: UInt64, into out: inout [UInt8]) {
        out.append("content-length: ".utf8.span)
        out.appendDecimal(length)
        end(into: &out)
    }

    public static func contentLength(_ length: Int, into out: inout [UInt8]) {
        contentLength(UInt64(length), into: &out)
    }

    /// The length as the last field, and the empty line.
    public static func endWithLength(_ length: Int, into out: inout [UInt8]) {
        // At most twenty digits and two ends of lines, put together from behind.
        var line = InlineArray<24, UInt8>(repeating: Byte.lineFeed)
        line[20] = Byte.carriageReturn
        line[22] = Byte.carriageReturn
        var first = 20
        var rest = UInt64(length)
        repeat {
            first &-= 1
            line[first] = 0x30 | UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        } while rest > 0
        out.append("content-length: ".utf8.span)
        out.append(line.span.extracting(first..<24))
    }

    /// Not to an HTTP/1.0 client: it would take the chunk sizes for data. Answer it until close.
    public static func chunkedBody(into out: inout [UInt8]) {
        out.append("transfer-encoding: chunked\r\n".utf8.span)
    }

    public static func connectionClose(into out: inout [UInt8]) {
        out.append("connection: close\r\n".utf8.span)
    }

    /// For the answer to an HTTP/1.0 client that asked for it; HTTP/1.1 means it without words.
    public static func connectionKeepAlive(into out: inout [UInt8]) {
        out.append("connection: keep-alive\r\n".utf8.span)
    }

    /// The empty line.
    @inline(__always)
    public static func end(into out: inout [UInt8]) {
        out.append(Byte.carriageReturn)
        out.append(Byte.lineFeed)
    }

    /// A whole interim answer to `expectsContinue`.
    public static func continueResponse(into out: inout [UInt8]) {
        out.append("HTTP/1.1 100 Continue\r\n\r\n".utf8.span)
    }

    /// A whole answer to a request that could not be understood: the status, the reason as text, and a close.
    public static func refusal(_ error: WireError, into out: inout [UInt8]) {
        out.append("HTTP/1.1 ".utf8.span)
        out.appendDecimal(UInt64(error.status))
        out.append(Byte.space)
        out.append(reasonPhrase(error.status).utf8.span)
        out.append("\r\nconnection: close\r\ncontent-type: text/plain\r\n".utf8.span)
        let reason = error.reason
        contentLength(reason.utf8.count + 1, into: &out)
        end(into: &out)
        out.append(reason.utf8.span)
        out.append(Byte.lineFeed)
    }

    public static func reasonPhrase(_ status: UInt16) -> String {
        switch status {
        case 100: "Continue"
        case 103: "Early Hints"
        case 200: "OK"
        case 201: "Created"
        case 202: "Accepted"
        case 204: "No Content"
        case 206: "Partial Content"
        case 301: "Moved Permanently"
        case 302: "Found"
        case 303: "See Other"
        case 304: "Not Modified"
        case 307: "Temporary Redirect"
        case 308: "Permanent Redirect"
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 402: "Payment Required"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 406: "Not Acceptable"
        case 408: "Request Timeout"
        case 409: "Conflict"
        case 410: "Gone"
        case 411: "Length Required"
        case 412: "Precondition Failed"
        case 413: "Content Too Large"
        case 414: "URI Too Long"
        case 415: "Unsupported Media Type"
        case 417: "Expectation Failed"
        case 421: "Misdirected Request"
        case 422: "Unprocessable Content"
        case 425: "Too Early"
        case 426: "Upgrade Required"
        case 428: "Precondition Required"
        case 429: "Too Many Requests"
        case 431: "Request Header Fields Too Large"
        case 500: "Internal Server Error"
        case 501: "Not Implemented"
        case 502: "Bad Gateway"
        case 503: "Service Unavailable"
        case 504: "Gateway Timeout"
        case 505: "HTTP Version Not Supported"
        default: ""
        }
    }
}
