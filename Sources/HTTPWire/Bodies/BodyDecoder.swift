/// What to do with the bytes in hand: drop `framingBytes`, then take `dataBytes` of body. Both together are
/// consumed; what lies behind them is the codec's again, or the next message's if `isFinished`.
public struct BodyStep: Sendable, Equatable {
    public var framingBytes: Int
    public var dataBytes: Int
    public var isFinished: Bool

    @inlinable public init(framingBytes: Int, dataBytes: Int, isFinished: Bool) {
        self.framingBytes = framingBytes
        self.dataBytes = dataBytes
        self.isFinished = isFinished
    }

    @inlinable public var consumed: Int { framingBytes &+ dataBytes }
}

/// Finds the body in the bytes behind a head, without copying or keeping any of them.
///
///     var body = try BodyDecoder(head.framing, limits: limits)
///     while !body.isFinished {
///         let step = try body.step(bytes)        // bytes: those not consumed so far
///         use(step.framingBytes ..< step.consumed)
///         drop(step.consumed)
///         if step.consumed == 0 && !step.isFinished { read more }
///     }
///
/// A step never mixes two chunks: framing, then data, then return. Partial framing is consumed too, so the caller
/// need not keep it; only trailers wait until they are whole, within `Limits.trailerBytes`.
public struct BodyDecoder: Sendable {
    private enum State: Equatable {
        /// Can transition to: finished.
        case length(remaining: UInt64)
        /// Can transition to: finished, by `close`.
        case untilClose
        /// Can transition to: size (more digits), extension, sizeLineFeed.
        case size(value: UInt64, digits: UInt8)
        /// Can transition to: sizeLineFeed, outside of quotes.
        case `extension`(Quotation)
        /// Can transition to: data, trailers.
        case sizeLineFeed
        /// Can transition to: dataCarriageReturn.
        case data
        case dataCarriageReturn
        /// Can transition to: size.
        case dataLineFeed
        /// Can transition to: finished.
        case trailers
        case finished
    }

    private enum Quotation {
        case outside, inside, escaped

        func after(_ byte: UInt8) -> Quotation {
            switch self {
            case .outside: byte == UInt8(ascii: "\"") ? .inside : .outside
            case .inside: byte == UInt8(ascii: "\"") ? .outside : byte == UInt8(ascii: "\\") ? .escaped : .inside
            case .escaped: .inside
            }
        }
    }

    private var state: State
    private var chunk: UInt64 = 0
    private var section = FieldSection()
    private var extensionBytes = 0
    private let limits: Limits

    /// Body bytes announced so far: whole chunks count when their size is read.
    public private(set) var bodyBytes: UInt64 = 0

    /// After the step that finished a chunked body: slices of the bytes that were given to that very step.
    public private(set) var trailers = HeaderFields()

    public init(_ framing: BodyFraming, limits: Limits = Limits()) throws(WireError) {
        self.limits = limits
        switch framing {
        case .none, .length(0): state = .finished
        case .length(let length):
            if length > limits.bodyBytes { throw .bodyTooLarge }
            state = .length(remaining: length)
            bodyBytes = length
        case .chunked: state = .size(value: 0, digits: 0)
        case .untilClose: state = .untilClose
        }
    }

    public var isFinished: Bool { state == .finished }

    /// The peer has ended the stream and all its bytes went through `step`.
    public mutating func close() throws(WireError) {
        guard state == .untilClose || state == .finished else { throw .truncatedBody }
        state = .finished
    }

    public mutating func step(_ bytes: Span<UInt8>) throws(WireError) -> BodyStep {
        switch state {
        case .length(let remaining):
            let count = min(remaining, UInt64(bytes.count))
            state = remaining == count ? .finished : .length(remaining: remaining &- count)
            return BodyStep(framingBytes: 0, dataBytes: Int(count), isFinished: remaining == count)
        case .untilClose:
            // What the limit allows is delivered before the rest is refused, however the reads were cut.
            let count = min(limits.bodyBytes &- bodyBytes, UInt64(bytes.count))
            if count == 0, !bytes.isEmpty { throw .bodyTooLarge }
            bodyBytes &+= count
            return BodyStep(framingBytes: 0, dataBytes: Int(count), isFinished: false)
        case .finished: return BodyStep(framingBytes: 0, dataBytes: 0, isFinished: true)
        default: return try stepChunked(bytes)
        }
    }

    private mutating func stepChunked(_ bytes: Span<UInt8>) throws(WireError) -> BodyStep {
        var position = 0
        while position < bytes.count {
            let byte = bytes[position]
            switch state {
            case .size(let value, let digits):
                try readSize(byte, value, digits)
            case .extension(let quotation):
                if byte == Byte.carriageReturn {
                    // A reader who goes by the quotes would look for the line's end elsewhere.
                    guard quotation == .outside else { throw .badChunkExtension }
                    state = .sizeLineFeed
                } else {
                    try countExtension(byte)
                    state = .extension(quotation.after(byte))
                }
            case .sizeLineFeed:
                guard byte == Byte.lineFeed else { throw .bareCarriageReturn }
                try count(chunk)
                state = chunk == 0 ? .trailers : .data
            case .data:
                let count = min(chunk, UInt64(bytes.count &- position))
                chunk &-= count
                if chunk == 0 { state = .dataCarriageReturn }
                return BodyStep(framingBytes: position, dataBytes: Int(count), isFinished: false)
            case .dataCarriageReturn:
                guard byte == Byte.carriageReturn else { throw .missingChunkEnd }
                state = .dataLineFeed
            case .dataLineFeed:
                guard byte == Byte.lineFeed else { throw .missingChunkEnd }
                state = .size(value: 0, digits: 0)
            case .trailers:
                return try stepTrailers(bytes, from: position)
            case .length, .untilClose, .finished:
                preconditionFailure("a chunked body in state \(state)")
            }
            position &+= 1
        }
        return BodyStep(framingBytes: position, dataBytes: 0, isFinished: false)
    }

    private mutating func readSize(_ byte: UInt8, _ value: UInt64, _ digits: UInt8) throws(WireError) {
        let letter = (byte | 0x20) &- 0x61
        let digit = isDigit(byte) ? byte &- 0x30 : letter < 6 ? letter &+ 10 : 16
        if digit < 16 {
            if value >> 60 != 0 { throw .chunkSizeOverflow }
            if digits == 16 { throw .badChunkSize }
            state = .size(value: value << 4 | UInt64(digit), digits: digits &+ 1)
            return
        }
        guard digits > 0 else { throw .badChunkSize }
        chunk = value
        switch byte {
        case Byte.carriageReturn: state = .sizeLineFeed
        case Byte.semicolon:
            state = .extension(.outside)
            try countExtension(byte)
        case Byte.lineFeed: throw .bareLineFeed
        default: throw .badChunkSize
        }
    }

    private mutating func countExtension(_ byte: UInt8) throws(WireError) {
        if byte == Byte.lineFeed { throw .bareLineFeed }
        if isControl(byte), byte != Byte.tab { throw .badChunkExtension }
        extensionBytes &+= 1
        if extensionBytes > limits.chunkExtensionBytes { throw .chunkExtensionsTooLong }
    }

    private mutating func count(_ more: UInt64) throws(WireError) {
        let (sum, isLarge) = bodyBytes.addingReportingOverflow(more)
        if isLarge || sum > limits.bodyBytes { throw .bodyTooLarge }
        bodyBytes = sum
    }

    /// The framing before the trailers is consumed by a step of its own, so that the section begins at a step's start.
    private mutating func stepTrailers(_ bytes: Span<UInt8>, from position: Int) throws(WireError) -> BodyStep {
        if position > 0 {
            guard position &+ 1 < bytes.count, bytes[position] == Byte.carriageReturn,
                bytes[position &+ 1] == Byte.lineFeed
            else { return BodyStep(framingBytes: position, dataBytes: 0, isFinished: false) }
            state = .finished
            return BodyStep(framingBytes: position &+ 2, dataBytes: 0, isFinished: true)
        }
        let bounds = FieldSection.Bounds(
            lineBytes: limits.fieldLineBytes, sectionBytes: limits.trailerBytes,
            lineFault: .fieldLineTooLong, sectionFault: .trailersTooLarge)
        guard try section.read(bytes, into: &trailers, count: limits.fieldCount, bounds) else {
            return BodyStep(framingBytes: 0, dataBytes: 0, isFinished: false)
        }
        for index in 0..<trailers.count where isForbiddenTrailer(trailers[index].name, bytes) {
            throw .forbiddenTrailer
        }
        state = .finished
        return BodyStep(framingBytes: section.lineStart, dataBytes: 0, isFinished: true)
    }
}

/// Fields that frame, route or switch the message have no business behind it (RFC 9110, 6.5.1).
func isForbiddenTrailer(_ name: Slice, _ bytes: Span<UInt8>) -> Bool {
    for forbidden in [
        "content-length", "transfer-encoding", "host", "connection", "upgrade", "trailer", "expect", "te",
    ]
    where name.equalsIgnoringCase(forbidden, in: bytes) { return true }
    return false
}
