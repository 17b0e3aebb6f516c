package import ChannelProfile
package import Cryptography
import Diagnostics

/// What callbacks are signed with (`StampedSignature`). docs/callbacks.md shows how to verify it.
package enum CallbackSignature {
    /// Signs where a profile names no variable with a key of its own. Everybody knows it: it proves nothing but that a
    /// stack verifies at all.
    package static let testKey = "spillway-callback-test-key"

    /// The key that a channel signs with; nil when its variable is not set.
    package static func key(of rule: CallbackRule, in environment: [String: String]) -> HMACKey? {
        guard let variable = rule.keyVariable else { return HMACKey(Array(testKey.utf8)) }
        guard let text = environment[variable.value], !text.isEmpty else { return nil }
        return HMACKey(Array(text.utf8))
    }
}
