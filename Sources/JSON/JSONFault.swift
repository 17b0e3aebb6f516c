/// What is wrong with a text that should be JSON, and where. Columns count bytes, from 1.
public struct JSONFault: Error, Hashable, Sendable {
    public let line: Int
    public let column: Int
    public let reason: Reason

    public init(line: Int, column: Int, reason: Reason) {
        self.line = line
        self.column = column
        self.reason = reason
    }

    public enum Reason: Hashable, Sendable {
        case expected(String)
        case endOfText
        case trailingBytes
        case duplicateKey(String)
        case controlCharacter
        case invalidUTF8
        case invalidEscape
        case unpairedSurrogate
        /// Beyond what a `Double` holds.
        case numberTooLarge
        case tooDeep(depthMax: Int)
        case tooLong(bytesMax: Int)
    }
}

extension JSONFault: CustomStringConvertible {
    public var description: String { "line \(line), column \(column): \(reason)" }
}

extension JSONFault.Reason: CustomStringConvertible {
    public var description: String {
        switch self {
        case .expected(let what): "expected \(what)"
        case .endOfText: "the text ends inside a value"
        case .trailingBytes: "bytes after the value"
        case .duplicateKey(let key): "the key '\(key)' stands twice"
        case .controlCharacter: "a control character in a string; write it as \\u00XX"
        case .invalidUTF8: "bytes that are not UTF-8"
        case .invalidEscape: "an escape that JSON does not know"
        case .unpairedSurrogate: "half of a surrogate pair"
        case .numberTooLarge: "a number beyond 1.8e308"
        case .tooDeep(let limit): "more than \(limit) levels"
        case .tooLong(let limit): "a text of more than \(limit) bytes"
        }
    }
}
