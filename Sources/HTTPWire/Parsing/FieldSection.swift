/// Reads field lines up to the empty line, of a head or of trailers, and remembers how far it came.
///
/// A line is parsed when it is whole; after a pause only the new bytes are searched for its end, so a head that
/// drips in byte by byte costs two passes, not a pass per byte. And a fault is reported only when its line is whole or
/// at its limit: the result depends on the bytes alone, never on how they were cut into reads.
struct FieldSection: Sendable {
    /// Where the line begins that is read next.
    var lineStart = 0
    /// Behind `lineStart` while that line is not whole: it has no line feed before here.
    var scanned = 0

    struct Bounds {
        var lineBytes: Int
        var sectionBytes: Int
        var lineFault: WireError
        var sectionFault: WireError
    }

    /// The part of the bytes in which the current line must end.
    struct Window {
        /// Where the bytes or the permission end.
        var end: Int
        /// Where the permission ends.
        var limit: Int
        var isAtLimit: Bool { end == limit }
    }

    @inline(__always)
    func window(_ bytes: Span<UInt8>, _ bounds: Bounds) -> Window {
        let limit = min(lineStart &+ bounds.lineBytes, bounds.sectionBytes)
        return Window(end: min(bytes.count, limit), limit: limit)
    }

    /// False when the line's end has been looked for and is still missing.
    @inline(__always)
    mutating func mayHoldLine(_ bytes: Span<UInt8>, _ window: Window) -> Bool {
        if scanned <= lineStart || window.isAtLimit { return true }
        if bytes.firstLineFeed(from: scanned, to: window.end) != nil { return true }
        scanned = window.end
        return false
    }

    @inline(__always)
    mutating func advance(to next: Int) {
        lineStart = next
        scanned = next
    }

    /// The bytes end inside the line: more are needed, or none are allowed.
    @inline(never)
    mutating func exhausted(_ window: Window, _ bounds: Bounds) throws(WireError) -> Bool {
        if window.isAtLimit {
            throw bounds.sectionBytes <= lineStart &+ bounds.lineBytes ? bounds.sectionFault : bounds.lineFault
        }
        scanned = window.end
        return false
    }

    @inline(never)
    mutating func fault(
        _ error: WireError, at position: Int, _ bytes: Span<UInt8>, _ window: Window
    ) throws(WireError) -> Bool {
        if window.isAtLimit || bytes.firstLineFeed(from: position, to: window.end) != nil { throw error }
        scanned = window.end
        return false
    }

    /// True when the section has ended; `lineStart` is then behind its empty line. False when more bytes are needed.
    mutating func read(
        _ bytes: Span<UInt8>, into fields: inout HeaderFields, count countLimit: Int, _ bounds: Bounds
    ) throws(WireError) -> Bool {
        while true {
            let window = window(bytes, bounds)
            let end = window.end
            guard mayHoldLine(bytes, window) else { return false }
            let start = lineStart
            var position = bytes.endOfName(from: start, to: end)
            guard position < end else { return try exhausted(window, bounds) }
            guard bytes[position] == Byte.colon, position > start else {
                if position == start, bytes[start] == Byte.carriageReturn {
                    guard start &+ 1 < end else { return try exhausted(window, bounds) }
                    if bytes[start &+ 1] == Byte.lineFeed {
                        advance(to: start &+ 2)
                        return true
                    }
                }
                guard let error = nameFault(bytes, at: position, end) else { return try exhausted(window, bounds) }
                return try fault(error, at: position, bytes, window)
            }
            if fields.count >= countLimit { return try fault(.tooManyFields, at: position, bytes, window) }
            let name = Slice(start, position)
            position &+= 1
            while position < end, isBlank(bytes[position]) { position &+= 1 }
            let valueStart = position
            position = bytes.endOfValue(from: position, to: end)
            guard position &+ 1 < end, bytes[position] == Byte.carriageReturn,
                bytes[position &+ 1] == Byte.lineFeed
            else {
                guard let error = bytes.lineEndFault(at: position, end, otherwise: .badFieldValue) else {
                    return try exhausted(window, bounds)
                }
                return try fault(error, at: position, bytes, window)
            }
            var valueEnd = position
            while valueEnd > valueStart, isBlank(bytes[valueEnd &- 1]) { valueEnd &-= 1 }
            fields.append(HeaderField(name: name, value: Slice(valueStart, valueEnd)))
            advance(to: position &+ 2)
        }
    }

    /// Nil when the next byte decides.
    private func nameFault(_ bytes: Span<UInt8>, at position: Int, _ end: Int) -> WireError? {
        let isFirst = position == lineStart
        switch bytes[position] {
        case Byte.colon: return .emptyFieldName
        case Byte.space, Byte.tab:
            if isFirst { return .obsoleteFold }
            var next = position
            while next < end, isBlank(bytes[next]) { next &+= 1 }
            if next == end { return nil }
            return bytes[next] == Byte.colon ? .whitespaceBeforeColon : .badFieldName
        case Byte.carriageReturn:
            if position &+ 1 == end { return nil }
            return bytes[position &+ 1] == Byte.lineFeed ? .missingColon : .bareCarriageReturn
        case Byte.lineFeed: return .bareLineFeed
        default: return .badFieldName
        }
    }
}

extension Span<UInt8> {
    /// What is wrong at a byte that should begin CR LF. Nil when the next byte decides.
    @inline(never)
    func lineEndFault(at position: Int, _ end: Int, otherwise error: WireError) -> WireError? {
        if position >= end { return nil }
        switch self[position] {
        case Byte.carriageReturn: return position &+ 1 < end ? .bareCarriageReturn : nil
        case Byte.lineFeed: return .bareLineFeed
        default: return error
        }
    }
}
