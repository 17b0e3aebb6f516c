/// The fixed part of the plain V2 form.
struct EncodedHeader {
    static let plainCookie: UInt32 = 0x1C84_9313
    static let compressedCookie: UInt32 = 0x1C84_9314
    static let length = 40

    let payloadLength: Int
    let layout: HistogramLayout
}

extension EncodedHeader {
    init(decoding bytes: [UInt8], slotsMax: Int) throws(HistogramDecodingError) {
        var reader = HistogramReader(bytes[...])
        let cookie = try reader.integer(UInt32.self)
        guard cookie == Self.plainCookie else { throw .unknownCookie(cookie) }
        payloadLength = Int(try reader.integer(UInt32.self))
        let offset = try reader.integer(UInt32.self)
        let digits = try reader.integer(UInt32.self)
        let lowest = try reader.integer(UInt64.self)
        let highest = try reader.integer(UInt64.self)
        let ratio = Double(bitPattern: try reader.integer(UInt64.self))
        guard let layout = HistogramLayout(lowest: lowest, highest: highest, digits: Int(digits)) else {
            throw .invalidLayout(lowest: lowest, highest: highest, digits: digits)
        }
        guard offset == 0, ratio == 1 else { throw .unsupportedScale }
        guard layout.slots <= slotsMax else { throw .tooLarge(slots: layout.slots, slotsMax: slotsMax) }
        guard payloadLength <= layout.slots * 9 else { throw .countsBeyondLayout(slots: layout.slots) }
        self.layout = layout
    }
}

/// What is written, in the format's integers.
struct HistogramBytes {
    private(set) var bytes: [UInt8] = []

    mutating func append(_ header: EncodedHeader) {
        append(EncodedHeader.plainCookie)
        append(UInt32(header.payloadLength))
        append(UInt32(0))
        append(UInt32(header.layout.digits))
        append(header.layout.lowest)
        append(header.layout.highest)
        append(1.0.bitPattern)
    }

    mutating func append(_ integer: some FixedWidthInteger) {
        for shift in stride(from: integer.bitWidth - 8, through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: integer >> shift))
        }
    }

    mutating func append(zigZag number: Int64) {
        var rest = UInt64(bitPattern: number << 1 ^ number >> 63)
        for _ in 0..<8 where rest > 0x7F {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }
}

/// What is left to read.
struct HistogramReader {
    private(set) var bytes: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
    }

    mutating func integer<Number: FixedWidthInteger>(_ type: Number.Type) throws(HistogramDecodingError) -> Number {
        var number: Number = 0
        for _ in 0..<Number.bitWidth / 8 { number = number << 8 | Number(truncatingIfNeeded: try byte()) }
        return number
    }

    mutating func zigZag() throws(HistogramDecodingError) -> Int64 {
        var bits: UInt64 = 0
        for shift in stride(from: 0 as UInt64, to: 56, by: 7) {
            let next = UInt64(try byte())
            bits |= (next & 0x7F) << shift
            if next < 0x80 { return Int64(bitPattern: bits >> 1 ^ (0 &- (bits & 1))) }
        }
        bits |= UInt64(try byte()) << 56
        return Int64(bitPattern: bits >> 1 ^ (0 &- (bits & 1)))
    }

    private mutating func byte() throws(HistogramDecodingError) -> UInt8 {
        guard let byte = bytes.popFirst() else { throw .truncated }
        return byte
    }
}
