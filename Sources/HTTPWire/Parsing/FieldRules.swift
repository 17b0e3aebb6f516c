// What the fields of a whole head say about the message's boundary, route and connection.

/// The fields that the codec itself obeys, gathered in one pass.
private struct CodecFields {
    var host: Slice?
    var contentLength: UInt64?
    var transferEncoding: Slice?
    var saysClose = false
    var saysKeepAlive = false
    var hasUpgrade = false
    var expect: Slice?

    @inline(__always)
    init(_ fields: HeaderFields, _ bytes: Span<UInt8>) throws(WireError) {
        for index in 0..<fields.count {
            let field = fields[index]
            let start = field.name.lowerBound
            // The length alone sorts out most names. Names are tokens, so 0x20 folds the case of letters and
            // changes no other byte of the names compared with.
            switch field.name.count {
            case 4 where bytes.lowered4(start) == 0x7473_6f68:
                if host != nil { throw .repeatedHost }
                host = field.value
            case 6 where bytes.lowered4(start) == 0x6570_7865 && bytes.lowered4(start &+ 2) == 0x7463_6570:
                expect = field.value
            case 7 where bytes.lowered4(start) == 0x7267_7075 && bytes.lowered4(start &+ 3) == 0x6564_6172:
                hasUpgrade = true
            case 10
            where bytes.lowered8(start) == 0x6974_6365_6e6e_6f63 && bytes.lowered4(start &+ 6) == 0x6e6f_6974:
                readConnection(field.value, bytes)
            case 14
            where bytes.lowered8(start) == 0x2d74_6e65_746e_6f63 && bytes.lowered8(start &+ 6) == 0x6874_676e_656c_2d74:
                if contentLength != nil { throw .repeatedContentLength }
                contentLength = try bytes.contentLength(field.value)
            case 17
            where bytes.lowered8(start) == 0x7265_6673_6e61_7274
                && bytes.lowered8(start &+ 8) == 0x6e69_646f_636e_652d && bytes[start &+ 16] | 0x20 == 0x67:
                if transferEncoding != nil { throw .repeatedTransferEncoding }
                transferEncoding = field.value
            default: break
            }
        }
    }

    private mutating func readConnection(_ value: Slice, _ bytes: Span<UInt8>) {
        var position = value.lowerBound
        while let token = bytes.nextListToken(from: &position, to: value.upperBound) {
            if token.equalsIgnoringCase("close", in: bytes) { saysClose = true }
            if token.equalsIgnoringCase("keep-alive", in: bytes) { saysKeepAlive = true }
        }
    }

    /// Whether the body is chunked.
    @inline(__always)
    func isChunked(_ version: HTTPVersion, _ bytes: Span<UInt8>) throws(WireError) -> Bool {
        guard let transferEncoding else { return false }
        if contentLength != nil { throw .contentLengthWithTransferEncoding }
        if version == .http10 { throw .transferEncodingInHTTP10 }
        if !transferEncoding.equalsIgnoringCase("chunked", in: bytes) {
            throw bytes.transferEncodingFault(transferEncoding)
        }
        return true
    }

    func keepsAlive(_ version: HTTPVersion) -> Bool {
        !saysClose && (version == .http11 || saysKeepAlive)
    }
}

extension MessageHead {
    /// The form of the target must go with the method (RFC 9112, 3.2). Called when the request line is whole.
    @inline(__always)
    mutating func applyTargetRules(_ bytes: Span<UInt8>) throws(WireError) {
        if method != .connect, bytes[target.lowerBound] == Byte.slash {
            targetForm = .origin
        } else {
            try applyRareTargetRules(bytes)
        }
    }

    @inline(never)
    private mutating func applyRareTargetRules(_ bytes: Span<UInt8>) throws(WireError) {
        if method == .connect {
            guard bytes.isAuthority(target, needsPort: true) else { throw .targetNotAllowed }
            targetForm = .authority
            authority = target
            return
        }
        if target.count == 1, bytes[target.lowerBound] == UInt8(ascii: "*") {
            guard method == .options else { throw .targetNotAllowed }
            targetForm = .asterisk
            return
        }
        guard let afterScheme = bytes.endOfHTTPScheme(target) else { throw .badTarget }
        var end = afterScheme
        while end < target.upperBound, bytes[end] != Byte.slash, bytes[end] != UInt8(ascii: "?") { end &+= 1 }
        authority = Slice(afterScheme, end)
        guard bytes.isAuthority(authority, needsPort: false) else { throw .badTarget }
        targetForm = .absolute
    }

    @inline(__always)
    mutating func applyRequestRules(_ bytes: Span<UInt8>) throws(WireError) {
        let said = try CodecFields(fields, bytes)
        if let host = said.host {
            guard bytes.isAuthority(host, needsPort: false) else { throw .badHost }
            if targetForm == .origin || targetForm == .asterisk { authority = host }
        } else if version == .http11 {
            throw .missingHost
        }
        if try said.isChunked(version, bytes) {
            framing = .chunked
        } else if let length = said.contentLength {
            framing = length == 0 ? .none : .length(length)
        }
        keepsAlive = said.keepsAlive(version)
        asksForUpgrade = said.hasUpgrade
        // RFC 9110, 10.1.1: the expectation of an HTTP/1.0 client is ignored.
        if let expect = said.expect, version == .http11 {
            guard expect.equalsIgnoringCase("100-continue", in: bytes) else { throw .unsupportedExpectation }
            expectsContinue = true
        }
    }

    @inline(__always)
    mutating func applyResponseRules(_ bytes: Span<UInt8>, answering method: Method) throws(WireError) {
        let said = try CodecFields(fields, bytes)
        let isChunked = try said.isChunked(version, bytes)
        keepsAlive = said.keepsAlive(version)
        asksForUpgrade = said.hasUpgrade
        if status == 101 { throw .unexpectedUpgrade }
        if status < 200 || status == 204 {
            // The body would be the next answer to a reader who believes in it. A zero is seen, and harmless.
            if isChunked || said.contentLength ?? 0 > 0 { throw .framingNotAllowed }
        } else if method == .connect && status < 300 {
            // What follows is the tunnel: no message ever again.
            keepsAlive = false
        } else if method == .head || status == 304 {
            // Content-Length tells what GET would have sent.
        } else if isChunked {
            framing = .chunked
        } else if let length = said.contentLength {
            framing = length == 0 ? .none : .length(length)
        } else {
            framing = .untilClose
            keepsAlive = false
        }
    }
}

extension Span<UInt8> {
    @inline(__always)
    fileprivate func lowered8(_ offset: Int) -> UInt64 { word(at: offset) | 0x2020_2020_2020_2020 }

    @inline(__always)
    fileprivate func lowered4(_ offset: Int) -> UInt32 { halfWord(at: offset) | 0x2020_2020 }

    /// Decimal digits and nothing else: no sign, no list, no space, no overflow.
    @inline(__always)
    fileprivate func contentLength(_ value: Slice) throws(WireError) -> UInt64 {
        guard value.count >= 1, value.count <= 20 else { throw .badContentLength }
        var length: UInt64 = 0
        for position in value.range {
            let digit = self[position] &- 0x30
            guard digit < 10 else { throw .badContentLength }
            let (product, isLarge) = length.multipliedReportingOverflow(by: 10)
            let (sum, isLarger) = product.addingReportingOverflow(UInt64(digit))
            if isLarge || isLarger { throw .badContentLength }
            length = sum
        }
        return length
    }

    /// The next element of a comma-separated list, without the blanks around it; empty elements are passed over.
    func nextListToken(from position: inout Int, to end: Int) -> Slice? {
        while position < end, isBlank(self[position]) || self[position] == Byte.comma { position &+= 1 }
        if position >= end { return nil }
        let start = position
        while position < end, self[position] != Byte.comma { position &+= 1 }
        var last = position
        while isBlank(self[last &- 1]) { last &-= 1 }
        return Slice(start, last)
    }

    /// A list that ends in its only `chunked` could be understood by someone: 501. Everything else is wrong: 400.
    @inline(never)
    fileprivate func transferEncodingFault(_ value: Slice) -> WireError {
        var position = value.lowerBound
        var chunkedCount = 0
        var endsInChunked = false
        while let token = nextListToken(from: &position, to: value.upperBound) {
            endsInChunked = token.equalsIgnoringCase("chunked", in: self)
            if endsInChunked { chunkedCount += 1 }
        }
        let last = value.isEmpty ? Byte.comma : self[value.upperBound &- 1]
        let isWhole = last != Byte.comma && self[value.lowerBound] != Byte.comma
        return endsInChunked && chunkedCount == 1 && isWhole ? .unsupportedTransferCoding : .badTransferEncoding
    }

    /// `host` or `host:port`, no user, no path.
    @inline(__always)
    fileprivate func isAuthority(_ value: Slice, needsPort: Bool) -> Bool {
        var colon = -1
        var isBracketed = false
        let end = value.upperBound
        var position = value.lowerBound
        // A name or an address of four numbers, up to its port: none of what follows can stand in it.
        while position < end, isPlainHost(self[position]) { position &+= 1 }
        while position < end {
            let byte = self[position]
            guard HTTPWire.isAuthority(byte) else { return false }
            if byte == Byte.colon, !isBracketed {
                if colon >= 0 { return false }
                colon = position
            } else if byte == UInt8(ascii: "[") {
                if position != value.lowerBound { return false }
                isBracketed = true
            } else if byte == UInt8(ascii: "]") {
                if !isBracketed || position &- value.lowerBound < 3 { return false }
                isBracketed = false
                if position &+ 1 < end, self[position &+ 1] != Byte.colon { return false }
            }
            position &+= 1
        }
        let hostEnd = colon >= 0 ? colon : end
        if isBracketed || hostEnd == value.lowerBound { return false }
        return colon >= 0 ? isPort(from: colon &+ 1, to: end, mayBeEmpty: !needsPort) : !needsPort
    }

    private func isPort(from start: Int, to end: Int, mayBeEmpty: Bool) -> Bool {
        if start == end { return mayBeEmpty }
        if end &- start > 5 { return false }
        var port = 0
        for position in start..<end {
            guard isDigit(self[position]) else { return false }
            port = port &* 10 &+ Int(self[position] &- 0x30)
        }
        return port <= 65_535
    }

    /// Where the authority begins in an absolute target, if its scheme is http or https.
    fileprivate func endOfHTTPScheme(_ target: Slice) -> Int? {
        for scheme in ["http://", "https://"] {
            let count = UInt32(scheme.utf8.count)
            if target.count > count,
                Slice(offset: target.offset, count: count).equalsIgnoringCase(scheme, in: self)
            {
                return target.lowerBound &+ Int(count)
            }
        }
        return nil
    }
}
