/// HdrHistogram's V2 encoding, all integers big-endian:
///
///     plain       cookie 1C849313 | payload length | normalizing offset | digits | lowest (8) | highest (8) |
///                 double conversion ratio (8) | payload: the counts up to the last one above zero
///     compressed  cookie 1C849314 | length | the plain form in a zlib stream
///
/// A count is a ZigZag LEB128 integer of at most nine bytes; a negative one stands for that many empty slots. A
/// decoder is given bytes by strangers: it allocates what the layout needs and no more, and that only within a limit.
extension Histogram {
    public func encoded() -> [UInt8] {
        var payload = HistogramBytes()
        var slot = 0
        let end = counts.lastIndex { $0 > 0 }.map { $0 + 1 } ?? 0
        while slot < end {
            if counts[slot] > 0 {
                payload.append(zigZag: Int64(counts[slot]))
                slot += 1
            } else {
                let next = counts[slot...].firstIndex { $0 > 0 } ?? end
                payload.append(zigZag: Int64(slot - next))
                slot = next
            }
        }
        var header = HistogramBytes()
        header.append(EncodedHeader(payloadLength: payload.bytes.count, layout: layout))
        // A run keeps thousands of these: no room that is not used.
        var bytes: [UInt8] = []
        bytes.reserveCapacity(header.bytes.count + payload.bytes.count)
        bytes.append(contentsOf: header.bytes)
        bytes.append(contentsOf: payload.bytes)
        return bytes
    }

    public func compressed() -> [UInt8] {
        let stream = Deflate.compressed(encoded())
        var bytes = HistogramBytes()
        bytes.append(EncodedHeader.compressedCookie)
        bytes.append(UInt32(stream.count))
        return bytes.bytes + stream
    }

    /// The compressed form as text, for JSON and logs.
    public func base64() -> String {
        Base64.text(of: compressed())
    }
}

extension Histogram {
    /// Enough for 5 digits up to an hour in nanoseconds: 4 million slots, 32 MiB.
    public static let slotsMax = 1 << 22

    /// Reads either form.
    public init(
        decoding bytes: [UInt8], saturated: UInt64 = 0, slotsMax: Int = slotsMax
    ) throws(HistogramDecodingError) {
        var reader = HistogramReader(bytes[...])
        guard try reader.integer(UInt32.self) == EncodedHeader.compressedCookie else {
            try self.init(plain: bytes, slotsMax: slotsMax)
            self.saturated = saturated
            return
        }
        let length = try reader.integer(UInt32.self)
        guard length <= reader.bytes.count else { throw .truncated }
        guard length == reader.bytes.count else { throw .trailingBytes(reader.bytes.count - Int(length)) }
        // The header says how long the rest may be; so a bomb is never inflated further than that.
        let headerBytes = try Deflate.decompressed(reader.bytes, countMax: EncodedHeader.length)
        let header = try EncodedHeader(decoding: headerBytes, slotsMax: slotsMax)
        let plain = try Deflate.decompressed(reader.bytes, countMax: EncodedHeader.length + header.payloadLength + 1)
        try self.init(plain: plain, slotsMax: slotsMax)
        self.saturated = saturated
    }

    public init(
        base64 text: String, saturated: UInt64 = 0, slotsMax: Int = slotsMax
    ) throws(HistogramDecodingError) {
        guard let bytes = Base64.bytes(of: text) else { throw .notBase64 }
        try self.init(decoding: bytes, saturated: saturated, slotsMax: slotsMax)
    }

    private init(plain bytes: [UInt8], slotsMax: Int) throws(HistogramDecodingError) {
        let header = try EncodedHeader(decoding: bytes, slotsMax: slotsMax)
        let rest = bytes.count - EncodedHeader.length
        guard header.payloadLength <= rest else { throw .truncated }
        guard header.payloadLength == rest else { throw .trailingBytes(rest - header.payloadLength) }
        self.init(header.layout)
        var reader = HistogramReader(bytes[EncodedHeader.length...])
        var slot = 0
        while !reader.bytes.isEmpty {
            let count = try reader.zigZag()
            let span = count < 0 ? count.magnitude : 1
            guard span <= UInt64(counts.count - slot) else { throw .countsBeyondLayout(slots: counts.count) }
            if count > 0 {
                guard UInt64(count) <= UInt64(Int64.max) - total else { throw .totalOverflow }
                counts[slot] = UInt64(count)
                total += UInt64(count)
            }
            slot += Int(span)
        }
    }
}

public enum HistogramDecodingError: Error, Equatable {
    case notBase64
    case truncated
    case trailingBytes(Int)
    case unknownCookie(UInt32)
    case invalidLayout(lowest: UInt64, highest: UInt64, digits: UInt32)
    /// A shifted or scaled histogram, as Java's double histograms are.
    case unsupportedScale
    case tooLarge(slots: Int, slotsMax: Int)
    /// Also a header that claims more bytes than its slots can take.
    case countsBeyondLayout(slots: Int)
    case totalOverflow
    case corruptStream
}
