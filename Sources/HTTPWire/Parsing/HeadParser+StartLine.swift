extension HeadParser {
    private static var http11: UInt64 { 0x312e_312f_5054_5448 }
    private static var http10: UInt64 { 0x302e_312f_5054_5448 }

    @inline(__always)
    mutating func readRequestLine(
        _ bytes: Span<UInt8>, into head: inout MessageHead
    ) throws(WireError) -> Bool {
        guard try skipEmptyLine(bytes) else { return false }
        let bounds = startLineBounds(.requestLineTooLong)
        let window = section.window(bytes, bounds)
        guard section.mayHoldLine(bytes, window),
            let methodEnd = try readMethod(bytes, window, bounds, into: &head),
            let targetEnd = try readTarget(bytes, from: methodEnd &+ 1, window, bounds, into: &head)
        else { return false }
        let version = targetEnd &+ 1
        guard version &+ 10 <= window.end, bytes.isLineEnd(at: version &+ 8), readVersion(bytes, at: version, &head)
        else {
            guard let lineFeed = bytes.firstLineFeed(from: version, to: window.end) else {
                return try section.exhausted(window, bounds)
            }
            throw bytes.versionFault(from: version, lineFeed: lineFeed, otherwise: .badRequestLine)
        }
        try head.applyTargetRules(bytes)
        section.advance(to: version &+ 10)
        return true
    }

    /// Where the method ends; nil when more bytes are needed.
    @inline(__always)
    private mutating func readMethod(
        _ bytes: Span<UInt8>, _ window: FieldSection.Window, _ bounds: FieldSection.Bounds, into head: inout MessageHead
    ) throws(WireError) -> Int? {
        let start = section.lineStart
        let end =
            bytes.knownMethod(at: start, window.end, into: &head) ?? bytes.endOfMethod(from: start, window.end)
        guard end < window.end, bytes[end] == Byte.space, end > start else {
            return try partFault(.badMethod, at: end, bytes, window, bounds)
        }
        if end &- start > longestMethod {
            _ = try section.fault(.methodTooLong, at: end, bytes, window)
            return nil
        }
        head.methodName = Slice(start, end)
        return end
    }

    /// Where the target ends; nil when more bytes are needed.
    @inline(__always)
    private mutating func readTarget(
        _ bytes: Span<UInt8>, from start: Int, _ window: FieldSection.Window, _ bounds: FieldSection.Bounds,
        into head: inout MessageHead
    ) throws(WireError) -> Int? {
        let end = bytes.endOfTarget(from: start, to: window.end)
        guard end < window.end, bytes[end] == Byte.space, end > start else {
            return try partFault(.badTarget, at: end, bytes, window, bounds)
        }
        head.target = Slice(start, end)
        return end
    }

    /// At a byte that cannot stand in this part of the request line: a line that ends here lacks its other parts.
    @inline(never)
    private mutating func partFault(
        _ error: WireError, at position: Int, _ bytes: Span<UInt8>, _ window: FieldSection.Window,
        _ bounds: FieldSection.Bounds
    ) throws(WireError) -> Int? {
        if let found = bytes.lineEndFault(at: position, window.end, otherwise: error) {
            let isShort = found == .bareCarriageReturn && bytes[position &+ 1] == Byte.lineFeed
            _ = try section.fault(isShort ? .badRequestLine : found, at: position, bytes, window)
        } else {
            _ = try section.exhausted(window, bounds)
        }
        return nil
    }

    @inline(__always)
    mutating func readStatusLine(
        _ bytes: Span<UInt8>, into head: inout MessageHead
    ) throws(WireError) -> Bool {
        // A peer that speaks something else is known by its first byte; it need not send a line.
        if bytes.isEmpty { return false }
        if bytes[0] != UInt8(ascii: "H") { throw .badStatusLine }
        let bounds = startLineBounds(.statusLineTooLong)
        let window = section.window(bytes, bounds)
        let end = window.end
        guard section.mayHoldLine(bytes, window) else { return false }

        guard end >= 13, readVersion(bytes, at: 0, &head), bytes[8] == Byte.space else {
            guard let lineFeed = bytes.firstLineFeed(from: 0, to: end) else {
                return try section.exhausted(window, bounds)
            }
            if lineFeed > 8, readVersion(bytes, at: 0, &head), bytes[8] == Byte.space { throw .badStatus }
            throw bytes.versionFault(from: 0, lineFeed: lineFeed, otherwise: .badStatusLine)
        }
        guard let status = bytes.statusCode(at: 9) else {
            return try section.fault(.badStatus, at: 9, bytes, window)
        }
        head.status = status
        let reasonStart = bytes[12] == Byte.space ? 13 : 12
        let reasonEnd = bytes.endOfValue(from: reasonStart, to: end)
        guard reasonEnd &+ 1 < end, bytes.isLineEnd(at: reasonEnd) else {
            guard let error = bytes.lineEndFault(at: reasonEnd, end, otherwise: .badStatusLine) else {
                return try section.exhausted(window, bounds)
            }
            return try section.fault(error, at: reasonEnd, bytes, window)
        }
        head.reason = Slice(reasonStart, reasonEnd)
        section.advance(to: reasonEnd &+ 2)
        return true
    }

    /// RFC 9112, 2.2: some clients end a body with a CR LF that belongs to nothing. One is passed over.
    @inline(__always)
    private mutating func skipEmptyLine(_ bytes: Span<UInt8>) throws(WireError) -> Bool {
        if section.lineStart > 0 { return true }
        if bytes.isEmpty { return false }
        var first = 0
        if bytes[0] == Byte.carriageReturn {
            guard bytes.count >= 2 else {
                section.scanned = 0
                return false
            }
            guard bytes[1] == Byte.lineFeed else { throw .bareCarriageReturn }
            guard bytes.count >= 3 else { return false }
            first = 2
        }
        // A peer that speaks something else is known by its first byte; it need not send a line.
        if bytes[first] == Byte.lineFeed { throw .bareLineFeed }
        guard isMethod(bytes[first]) else { throw first == 2 && bytes[2] == 0x0d ? .badRequestLine : .badMethod }
        if first > 0 { section.advance(to: first) }
        return true
    }

    @inline(__always)
    private func readVersion(_ bytes: Span<UInt8>, at position: Int, _ head: inout MessageHead) -> Bool {
        let word = bytes.word(at: position)
        if word == Self.http11 { return true }
        guard word == Self.http10 else { return false }
        head.version = .http10
        return true
    }
}

/// Methods are case-sensitive and no registered one has small letters: `get` is a mistake or an attempt.
@inline(__always)
func isMethod(_ byte: UInt8) -> Bool {
    isToken(byte) && (byte < 0x61 || byte > 0x7a)
}

/// The longest registered method, UPDATEREDIRECTREF, has 17.
var longestMethod: Int { 20 }

extension Span<UInt8> {
    @inline(__always)
    fileprivate func isLineEnd(at position: Int) -> Bool {
        self[position] == Byte.carriageReturn && self[position &+ 1] == Byte.lineFeed
    }

    /// Three digits from 100 to 599, then a space or the line's end.
    @inline(__always)
    fileprivate func statusCode(at position: Int) -> UInt16? {
        let hundreds = self[position] &- 0x30
        let tens = self[position &+ 1] &- 0x30
        let units = self[position &+ 2] &- 0x30
        let next = self[position &+ 3]
        guard hundreds >= 1, hundreds <= 5, tens < 10, units < 10,
            next == Byte.space || next == Byte.carriageReturn
        else { return nil }
        return UInt16(hundreds) &* 100 &+ UInt16(tens) &* 10 &+ UInt16(units)
    }

    /// The position of the space behind a method that is known, compared with the space as one word.
    @inline(__always)
    fileprivate func knownMethod(at start: Int, _ end: Int, into head: inout MessageHead) -> Int? {
        guard start &+ 8 <= end else { return nil }
        let word = word(at: start)
        if word & 0xffff_ffff == 0x2054_4547 {
            head.method = .get
            return start &+ 3
        }
        if word & 0xff_ffff_ffff == 0x20_5453_4f50 {
            head.method = .post
            return start &+ 4
        }
        return rareMethod(word, at: start, into: &head)
    }

    @inline(never)
    private func rareMethod(_ word: UInt64, at start: Int, into head: inout MessageHead) -> Int? {
        if word & 0xff_ffff_ffff == 0x20_4441_4548 {
            head.method = .head
            return start &+ 4
        }
        if word & 0xffff_ffff == 0x2054_5550 {
            head.method = .put
            return start &+ 3
        }
        if word & 0xff_ffff_ffff_ffff == 0x20_4554_454c_4544 {
            head.method = .delete
            return start &+ 6
        }
        if word & 0xffff_ffff_ffff == 0x2048_4354_4150 {
            head.method = .patch
            return start &+ 5
        }
        if word & 0xffff_ffff_ffff == 0x2045_4341_5254 {
            head.method = .trace
            return start &+ 5
        }
        if word == 0x2053_4e4f_4954_504f {
            head.method = .options
            return start &+ 7
        }
        if word == 0x2054_4345_4e4e_4f43 {
            head.method = .connect
            return start &+ 7
        }
        head.method = .other
        return nil
    }

    @inline(never)
    fileprivate func endOfMethod(from start: Int, _ end: Int) -> Int {
        var position = start
        while position < end, isMethod(self[position]) { position &+= 1 }
        return position
    }

    /// What is wrong with a version and the end of its line, of which the line feed is known.
    @inline(never)
    fileprivate func versionFault(from start: Int, lineFeed: Int, otherwise error: WireError) -> WireError {
        guard lineFeed &- start >= 8, halfWord(at: start) == 0x5054_5448, self[start &+ 4] == Byte.slash,
            isDigit(self[start &+ 5]), self[start &+ 6] == UInt8(ascii: "."), isDigit(self[start &+ 7])
        else {
            if lineFeed == 0 || self[lineFeed &- 1] != Byte.carriageReturn { return .bareLineFeed }
            return error
        }
        guard self[start &+ 5] == UInt8(ascii: "1"), self[start &+ 7] <= UInt8(ascii: "1") else {
            return .unsupportedVersion
        }
        switch self[start &+ 8] {
        case Byte.lineFeed: return .bareLineFeed
        case Byte.carriageReturn where self[start &+ 9] != Byte.lineFeed: return .bareCarriageReturn
        default: return lineFeed > start &+ 8 && self[lineFeed &- 1] != Byte.carriageReturn ? .bareLineFeed : error
        }
    }
}
