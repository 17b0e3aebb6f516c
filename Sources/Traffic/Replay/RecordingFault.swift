internal import Diagnostics
package import JSON

/// What is wrong with a recording, and where. Columns count bytes, from 1.
package struct RecordingFault: Error, Hashable, Sendable {
    package let line: Int
    package let column: Int
    package let reason: Reason

    package init(line: Int, column: Int, reason: Reason) {
        self.line = line
        self.column = column
        self.reason = reason
    }

    package enum Reason: Hashable, Sendable {
        /// The line is no JSON object, or has a key twice.
        case json(JSONFault.Reason)
        case instantOutOfRange
        case unknownKey(String)
        case missingKey(String)
        case twoBodies
        case invalidMethod
        case invalidTarget
        case invalidHeader
        case invalidBase64
        case lineTooLong(bytesMax: Int)
        case cardNumber
    }
}

extension RecordingFault: CustomStringConvertible {
    package var description: String { "line \(line), column \(column): \(reason)" }
}

extension RecordingFault.Reason: CustomStringConvertible {
    package var description: String {
        switch self {
        case .cardNumber: CardMask.objection
        case .json(.endOfText): "the line ends inside the object"
        case .json(.invalidUTF8): "bytes that are not UTF-8; give the body as 'body64'"
        case .json(let reason): "\(reason)"
        case .instantOutOfRange: "an instant must be seconds with at most nine decimals, below 9223372036"
        case .unknownKey(let key): "unknown key '\(key)'; keys of your own start with 'x-'"
        case .missingKey(let key): "the key '\(key)' is missing"
        case .twoBodies: "both 'body' and 'body64'"
        case .invalidMethod: "a method is a token, such as POST"
        case .invalidTarget: "a target starts with '/' and has no spaces or control characters"
        case .invalidHeader: "a header that would break the request's head"
        case .invalidBase64: "not base64 with padding"
        case .lineTooLong(let limit): "a line of more than \(limit) bytes"
        }
    }
}
