import Cryptography

// `#expect` takes no spans, so the tests call these.

extension SHA256 {
    static func digest(of bytes: [UInt8]) -> Digest<32> { digest(of: bytes.span) }
}

extension MD5 {
    static func digest(of bytes: [UInt8]) -> Digest<16> { digest(of: bytes.span) }
}

extension HMACKey {
    func sign(_ message: [UInt8]) -> Digest<32> { sign(message.span) }
    func verifies(_ signature: Digest<32>, of message: [UInt8]) -> Bool { verifies(signature, of: message.span) }
}

extension ConstantTime {
    static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool { areEqual(left.span, right.span) }
}

extension Hexadecimal {
    static func text(_ bytes: [UInt8]) -> String { text(bytes.span) }
    static func bytes(of text: String) -> [UInt8]? {
        let text = Array(text.utf8)
        return bytes(of: text.span)
    }
}

extension Base64URL {
    static func text(_ bytes: [UInt8]) -> String { text(bytes.span) }
}
