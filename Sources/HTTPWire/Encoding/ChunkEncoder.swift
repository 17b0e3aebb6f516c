/// Appends the framing of a chunked body: `chunk` as often as there is data, then `last`. Or `begin`, the data by the
/// caller's own means, `end`.
public enum ChunkEncoder {
    /// No data, no chunk: an empty one would end the body.
    public static func chunk(_ data: Span<UInt8>, into out: inout [UInt8]) {
        if data.isEmpty { return }
        begin(byteCount: data.count, into: &out)
        out.append(data)
        end(into: &out)
    }

    public static func begin(byteCount: Int, into out: inout [UInt8]) {
        precondition(byteCount > 0, "a chunk of \(byteCount) bytes")
        out.appendHexadecimal(UInt64(byteCount))
        HeadEncoder.end(into: &out)
    }

    public static func end(into out: inout [UInt8]) {
        HeadEncoder.end(into: &out)
    }

    public static func last(into out: inout [UInt8]) {
        out.append("0\r\n\r\n".utf8.span)
    }

    public static func last(trailers: FieldBlock, into out: inout [UInt8]) {
        precondition(trailers.section == .trailers, "a block of head fields stands in the trailers")
        out.append("0\r\n".utf8.span)
        out.append(trailers.bytes.span)
        HeadEncoder.end(into: &out)
    }
}
