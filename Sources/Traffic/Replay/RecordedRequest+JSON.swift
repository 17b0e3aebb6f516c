import Diagnostics
import JSON

extension RecordedRequest {
    /// Reads one line; every key once, none that is unknown.
    package init(line bytes: [UInt8], number: Int) throws(RecordingFault) {
        var line = RecordedLine(bytes, number: number)
        var draft = Draft()
        let end = try line.object { (line, key, keyPlace) throws(RecordingFault) in
            try draft.take(key, at: keyPlace, from: &line)
        }
        try line.end()
        guard let at = draft.at else { throw line.fault(.missingKey("at"), at: end) }
        guard let method = draft.method else { throw line.fault(.missingKey("method"), at: end) }
        guard let target = draft.target else { throw line.fault(.missingKey("target"), at: end) }
        self.init(
            at: at, method: method, target: target, headers: draft.headers ?? [], body: draft.body ?? [],
            journey: draft.journey)
    }

    private struct Draft {
        var at: Int64?
        var method: String?
        var target: String?
        var headers: [Header]?
        var body: [UInt8]?
        var journey: String?
        private var bodyKey: String?

        mutating func take(
            _ key: String, at keyPlace: Int, from line: inout RecordedLine
        ) throws(RecordingFault) {
            guard !has(key) else { throw line.fault(.json(.duplicateKey(key)), at: keyPlace) }
            let place = line.peek().place
            switch key {
            case "at": at = try line.seconds()
            case "method":
                let text = try line.string()
                guard text.isToken else {
                    throw line.fault(.invalidMethod, at: place)
                }
                method = text
            case "target":
                let text = try line.string()
                guard text.utf8.first == UInt8(ascii: "/"), text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else {
                    throw line.fault(.invalidTarget, at: place)
                }
                guard !CardMask.holdsCard(text) else { throw line.fault(.cardNumber, at: place) }
                target = text
            case "headers": headers = try Self.headers(from: &line)
            case "journey": journey = try line.string()
            case "body", "body64":
                guard bodyKey == nil else { throw line.fault(.twoBodies, at: keyPlace) }
                bodyKey = key
                let text = try line.string()
                guard let bytes = key == "body" ? Array(text.utf8) : Base64.decoded(text.utf8) else {
                    throw line.fault(.invalidBase64, at: place)
                }
                guard CardMask.first(in: bytes.span) == nil else { throw line.fault(.cardNumber, at: place) }
                body = bytes
            case _ where key.hasPrefix("x-"): try line.skip()
            default: throw line.fault(.unknownKey(key), at: keyPlace)
            }
        }

        private func has(_ key: String) -> Bool {
            switch key {
            case "at": at != nil
            case "method": method != nil
            case "target": target != nil
            case "headers": headers != nil
            case "journey": journey != nil
            case "body", "body64": bodyKey == key
            default: false
            }
        }

        /// An object from names to a value, or to the values of a header that stands several times.
        private static func headers(from line: inout RecordedLine) throws(RecordingFault) -> [Header] {
            var headers: [Header] = []
            try line.object { (line, name, namePlace) throws(RecordingFault) in
                guard name.isToken else { throw line.fault(.invalidHeader, at: namePlace) }
                if line.peek().byte == UInt8(ascii: "[") {
                    try line.array { line throws(RecordingFault) in
                        headers.append(Header(name, try value(from: &line)))
                    }
                } else {
                    headers.append(Header(name, try value(from: &line)))
                }
            }
            return headers
        }

        private static func value(from line: inout RecordedLine) throws(RecordingFault) -> String {
            let place = line.peek().place
            let value = try line.string()
            guard value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else {
                throw line.fault(.invalidHeader, at: place)
            }
            return value
        }
    }
}

extension String {
    /// RFC 9110's token: what may be a method or the name of a header.
    fileprivate var isToken: Bool {
        !isEmpty && utf8.allSatisfy { 0x21...0x7E ~= $0 && !"\"(),/:;<=>?@[\\]{}".utf8.contains($0) }
    }
}

/// Padded base64 (RFC 4648, section 4), strictly: what decodes also encodes to the same text.
enum Base64 {
    static func decoded(_ text: String.UTF8View) -> [UInt8]? {
        guard text.count % 4 == 0 else { return nil }
        var decoded: [UInt8] = []
        decoded.reserveCapacity(text.count / 4 * 3)
        let padding = text.reversed().prefix(2).prefix { $0 == UInt8(ascii: "=") }.count
        var (word, bits) = (UInt32(0), 0)
        for byte in text.dropLast(padding) {
            guard let value = value(of: byte) else { return nil }
            word = word << 6 | value
            bits += 6
            guard bits >= 8 else { continue }
            bits -= 8
            decoded.append(UInt8(truncatingIfNeeded: word >> UInt32(bits)))
            word &= 1 << UInt32(bits) - 1
        }
        return word == 0 ? decoded : nil
    }

    private static func value(of byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(byte - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(byte - UInt8(ascii: "a")) + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0")) + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
