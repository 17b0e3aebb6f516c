import HTTPService
import HTTPWire

/// A request taken apart, since libcurl writes heads itself: what it must be told, as slices of the wire form.
struct RequestForm {
    /// Why a request is not one that libcurl can write.
    struct Fault: Error {
        let words: String
    }

    let wire: [UInt8]
    let method: Method
    let methodName: String
    let target: Slice
    /// Those that libcurl does not write itself.
    let fields: [HeaderField]
    let hasContentType: Bool
    let hasAccept: Bool
    let hasExpect: Bool
    let body: ArraySlice<UInt8>
    /// A body of no bytes is announced too, where the request says so.
    let announcesBody: Bool

    init(_ request: HTTPRequest) throws(Fault) {
        var head = MessageHead()
        let sent = request.wire
        try RequestForm.parse(sent, into: &head)
        let bytes = sent.span
        wire = sent
        method = head.method
        methodName = head.methodName.text(in: bytes)
        target = head.target
        hasContentType = head.fields.first("content-type", in: bytes) != nil
        hasAccept = head.fields.first("accept", in: bytes) != nil
        hasExpect = head.fields.first("expect", in: bytes) != nil
        announcesBody =
            head.fields.first("content-length", in: bytes) != nil
            || head.fields.first("transfer-encoding", in: bytes) != nil
        fields = (0..<head.fields.count).map { head.fields[$0] }.filter {
            !$0.name.equalsIgnoringCase("content-length", in: bytes)
                && !$0.name.equalsIgnoringCase("transfer-encoding", in: bytes)
        }
        body = try RequestForm.body(of: sent, head)
        if method.isHead, announcesBody { throw Fault(words: "libcurl sends no body with HEAD") }
        if method == .connect { throw Fault(words: "CONNECT belongs to proxies") }
    }

    private static func parse(_ wire: [UInt8], into head: inout MessageHead) throws(Fault) {
        var parser = HeadParser()
        let isWhole: Bool
        do throws(WireError) {
            isWhole = try parser.parseRequest(wire.span, into: &head)
        } catch {
            throw Fault(words: error.reason)
        }
        if !isWhole { throw Fault(words: "its head is cut short") }
    }

    private static func body(of wire: [UInt8], _ head: MessageHead) throws(Fault) -> ArraySlice<UInt8> {
        let rest = wire[head.byteCount...]
        switch head.framing {
        case .none, .untilClose:
            guard rest.isEmpty else { throw Fault(words: "\(rest.count) bytes stand behind it") }
            return rest
        case .length(let count):
            guard UInt64(rest.count) == count else { throw Fault(words: "its body is not as long as it says") }
            return rest
        case .chunked:
            return try unchunked(wire, from: head.byteCount)[...]
        }
    }

    /// libcurl announces the length instead: all of it is here.
    private static func unchunked(_ wire: [UInt8], from start: Int) throws(Fault) -> [UInt8] {
        var limits = Limits()
        limits.bodyBytes = .max
        var position = start
        var body: [UInt8] = []
        do throws(WireError) {
            var decoder = try BodyDecoder(.chunked, limits: limits)
            while !decoder.isFinished {
                let step = try decoder.step(wire.span.extracting(position..<wire.count))
                body += wire[(position + step.framingBytes)..<(position + step.consumed)]
                position += step.consumed
                if step.consumed == 0, !step.isFinished { throw .truncatedBody }
            }
        } catch {
            throw Fault(words: error.reason)
        }
        return body
    }
}
