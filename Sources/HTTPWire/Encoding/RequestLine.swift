/// A request line that was checked once and is appended as it is, from request to request.
public struct RequestLine: Sendable, Equatable {
    public let method: Method
    public let bytes: [UInt8]

    public init(_ method: Method, target: String) throws(WireError) {
        guard method != .other else { throw .badMethod }
        var line: [UInt8] = []
        try HeadEncoder.requestLine(method, target: target, into: &line)
        self.init(checked: method, line)
    }

    private init(checked method: Method, _ bytes: [UInt8]) {
        self.method = method
        self.bytes = bytes
    }

    /// Any method by its name. Names are in capitals.
    public init(methodName: String, target: String) throws(WireError) {
        if let known = Method.allCases.first(where: { $0 != .other && $0.name == methodName }) {
            try self.init(known, target: target)
            return
        }
        let name = methodName.utf8.span
        if name.isEmpty { throw .badMethod }
        for index in name.indices where !isMethod(name[index]) { throw .badMethod }
        if name.count > longestMethod { throw .methodTooLong }
        try target.utf8.span.requireTarget()
        self.init(checked: .other, Array("\(methodName) \(target) HTTP/1.1\r\n".utf8))
    }
}
