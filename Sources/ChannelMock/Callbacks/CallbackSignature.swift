package import ChannelProfile
package import Cryptography
import Diagnostics

/// How a callback proves where it comes from: `X-Signature` is the HMAC-SHA-256, in hexadecimal digits, over the value of
/// `X-Timestamp`, a dot, and the body. docs/callbacks.md shows how to verify it.
package enum CallbackSignature {
    package static let timestampField = "x-timestamp"
    package static let signatureField = "x-signature"
    /// Signs where a profile names no variable with a key of its own. Everybody knows it: it proves nothing but that a
    /// stack verifies at all.
    package static let testKey = "spillway-callback-test-key"

    /// The key that a channel signs with; nil when its variable is not set.
    package static func key(of rule: CallbackRule, in environment: [String: String]) -> HMACKey? {
        guard let variable = rule.keyVariable else { return HMACKey(Array(testKey.utf8)) }
        guard let text = environment[variable.value], !text.isEmpty else { return nil }
        return HMACKey(Array(text.utf8))
    }

    /// - Parameters:
    ///   - second: counted since 1970, in decimal digits.
    package static func digits(of body: [UInt8], second: String, key: HMACKey) -> String {
        var signing = key.signing()
        signing.update(second.utf8Span.span)
        signing.update(".".utf8Span.span)
        signing.update(body.span)
        return signing.signature().hexadecimal
    }
}
