package import Cryptography
package import EventLoop
package import HTTPService
package import Peers
package import StackVocabulary

/// What one start of the stack is given.
package struct StackOrder {
    package var setting: StackSetting
    /// In the order of their numbers.
    package var channels: [StackChannel]
    /// Nil: in memory, gone with the process.
    package var database: String?
    package var listen = Address.loopback()
    /// On loopback only.
    package var operatorListen = Address.loopback()
    /// Of at least 16 visible ASCII characters; never told again.
    package var operatorToken: String
    /// What marks of shadow traffic are verified with; nil: no mark is honoured.
    package var shadowKey: HMACKey?
    /// Where notifications may go.
    package var notifyPolicy: PeerPolicy
    /// Signs notifications.
    package var notifyKey: HMACKey
    package var shard = 0
    package var worker = 0
    /// How banks reach it, if not at its own address: `http://10.0.0.7:8080`.
    package var publicAddress: String?
    /// Where the lines of the log go as well, such as a file for each namespace.
    package var log: ((Namespace, String) -> Void)?
    /// Of everything that is drawn: jitter, shares, samples.
    package var seed: UInt64

    package init(
        _ setting: StackSetting, channels: [StackChannel], operatorToken: String, notifyPolicy: PeerPolicy,
        notifyKey: HMACKey, seed: UInt64
    ) {
        precondition(channels.count <= Self.channelsMax, "\(channels.count) channels")
        self.setting = setting
        self.channels = channels
        self.operatorToken = operatorToken
        self.notifyPolicy = notifyPolicy
        self.notifyKey = notifyKey
        self.seed = seed
    }

    package static let channelsMax = 64
}

/// A bank, as the stack reaches it.
package struct StackChannel {
    package let name: String
    /// Where shadow traffic goes; nil: shadow payments do not use this channel.
    package var shadow: HTTPOrigin?
    /// Where live traffic goes. They are never the same.
    package var live: HTTPOrigin?
    /// The field that makes asking twice safe; nil: this bank has none, and is never asked twice.
    package var idempotencyField: String?
    /// A payment that it declined is declined again under the same key, and not decided anew.
    package var keepsDeclines = false
    /// Verifies its callbacks.
    package var callbackKey: HMACKey

    package init(_ name: String, callbackKey: HMACKey) {
        self.name = name
        self.callbackKey = callbackKey
    }
}

/// Why a stack does not open.
package struct StackFault: Error, Sendable, Equatable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}
