/// The bounds within which a message is accepted. A line's length counts its CR LF.
package struct Limits: Sendable, Equatable {
    package var startLineBytes = 8192
    package var fieldLineBytes = 8192
    package var fieldCount = 100
    /// Start line, fields and the empty line together.
    package var headBytes = 32_768
    /// All extensions of all chunks of one body together, so that many small chunks cannot carry many large extensions.
    package var chunkExtensionBytes = 4096
    /// All trailers of one body and the empty line together.
    package var trailerBytes = 8192
    package var bodyBytes: UInt64 = 16 << 20

    package init() {}
}
