/// What is wrong with a text that should be JSON, and where. Columns count bytes, from 1.
package struct JSONFault: Error, Hashable, Sendable {
    package let line: Int
    package let column: Int
    package let reason: Reason

    package init(line: Int, column: Int, reason: Reason) {
        self.line = line
        self.column = column
        self.reason = reason
    }

    package enum Reason: Hashable, Sendable {
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
    package var description: String { "line \(line), column \(column): \(reason)" }
}

extension JSONFault.Reason: CustomStringConvertible {
    package var description: String {
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
