/// The bounds within which a message is accepted. A line's length counts its CR LF.
public struct Limits: Sendable, Equatable {
    public var startLineBytes = 8192
    public var fieldLineBytes = 8192
    public var fieldCount = 100
    /// Start line, fields and the empty line together.
    public var headBytes = 32_768
    /// All extensions of all chunks of one body together, so that many small chunks cannot carry many large extensions.
    public var chunkExtensionBytes = 4096
    /// All trailers of one body and the empty line together.
    public var trailerBytes = 8192
    public var bodyBytes: UInt64 = 16 << 20

    public init() {}
}
