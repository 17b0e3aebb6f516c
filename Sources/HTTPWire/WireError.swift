/// What is wrong with a message, on its way in or out. Every case maps to the status a server answers
/// before it closes, and to one line of words; the words are made here and nowhere else.
public enum WireError: Error, Equatable, Hashable, Sendable, CaseIterable {
    // Lines
    case bareCarriageReturn, bareLineFeed

    // Start line
    case badRequestLine, badMethod, methodTooLong, badTarget, targetNotAllowed, requestLineTooLong
    case badStatusLine, badStatus, statusLineTooLong, unsupportedVersion

    // Fields
    case obsoleteFold, emptyFieldName, badFieldName, whitespaceBeforeColon, missingColon, badFieldValue
    case fieldLineTooLong, tooManyFields, headTooLarge

    // What the fields say
    case missingHost, repeatedHost, badHost
    case badContentLength, repeatedContentLength, contentLengthWithTransferEncoding
    case repeatedTransferEncoding, badTransferEncoding, unsupportedTransferCoding, transferEncodingInHTTP10
    case framingNotAllowed, unsupportedExpectation, unexpectedUpgrade

    // Bodies
    case bodyTooLarge, badChunkSize, chunkSizeOverflow, badChunkExtension, chunkExtensionsTooLong, missingChunkEnd
    case trailersTooLarge, forbiddenTrailer, truncatedBody

    // Encoding only
    case reservedField

    /// The status a server answers when a request carries this fault.
    public var status: UInt16 {
        switch self {
        case .bodyTooLarge, .chunkExtensionsTooLong: 413
        case .requestLineTooLong: 414
        case .unsupportedExpectation: 417
        case .fieldLineTooLong, .tooManyFields, .headTooLarge, .trailersTooLarge: 431
        case .methodTooLong, .unsupportedTransferCoding: 501
        case .unsupportedVersion: 505
        default: 400
        }
    }

    public var reason: String {
        switch self {
        case .bareCarriageReturn: "a carriage return without a line feed"
        case .bareLineFeed: "a line feed without a carriage return"
        case .badRequestLine: "the request line is not 'METHOD TARGET HTTP/1.1'"
        case .badMethod: "the method holds a character other than capitals, digits and token marks"
        case .methodTooLong: "the method is longer than any known one"
        case .badTarget: "the request target holds a character that a target cannot hold, or is malformed"
        case .targetNotAllowed: "this form of target does not go with this method"
        case .requestLineTooLong: "the request line is longer than the limit"
        case .badStatusLine: "the status line is not 'HTTP/1.1 CODE REASON'"
        case .badStatus: "the status code is not between 100 and 599"
        case .statusLineTooLong: "the status line is longer than the limit"
        case .unsupportedVersion: "only HTTP/1.0 and HTTP/1.1 are spoken here"
        case .obsoleteFold: "a field is continued on a second line"
        case .emptyFieldName: "a field has no name"
        case .badFieldName: "a field name holds a character other than token characters"
        case .whitespaceBeforeColon: "white space stands between a field name and its colon"
        case .missingColon: "a field line has no colon"
        case .badFieldValue: "a field value holds a control character"
        case .fieldLineTooLong: "a field line is longer than the limit"
        case .tooManyFields: "there are more fields than the limit"
        case .headTooLarge: "the head is larger than the limit"
        case .missingHost: "an HTTP/1.1 request needs a Host"
        case .repeatedHost: "there is more than one Host"
        case .badHost: "the Host is empty or not 'name' or 'name:port'"
        case .badContentLength: "Content-Length is not one decimal number below 2^64"
        case .repeatedContentLength: "there is more than one Content-Length"
        case .contentLengthWithTransferEncoding: "Content-Length and Transfer-Encoding are both present"
        case .repeatedTransferEncoding: "there is more than one Transfer-Encoding"
        case .badTransferEncoding: "Transfer-Encoding does not end in one 'chunked'"
        case .unsupportedTransferCoding: "the only transfer coding spoken here is 'chunked'"
        case .transferEncodingInHTTP10: "HTTP/1.0 has no Transfer-Encoding"
        case .framingNotAllowed: "a response that has no body announces one"
        case .unsupportedExpectation: "the only expectation met here is '100-continue'"
        case .unexpectedUpgrade: "the server switches protocols without being asked"
        case .bodyTooLarge: "the body is larger than the limit"
        case .badChunkSize: "a chunk size is not one to sixteen hexadecimal digits"
        case .chunkSizeOverflow: "a chunk size needs more than 64 bits"
        case .badChunkExtension: "a chunk extension holds a control character or an open quote"
        case .chunkExtensionsTooLong: "the chunk extensions of this body are longer than the limit"
        case .missingChunkEnd: "a chunk is not followed by CR LF"
        case .trailersTooLarge: "the trailers are larger than the limit"
        case .forbiddenTrailer: "a field that frames or routes the message stands in the trailers"
        case .truncatedBody: "the connection ended inside the body"
        case .reservedField: "Content-Length and Transfer-Encoding are written by the codec alone"
        }
    }
}
