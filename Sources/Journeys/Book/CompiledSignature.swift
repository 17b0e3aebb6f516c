import Cryptography
import PlanModel

/// A field made of other parts of the request.
struct CompiledSignature: Sendable {
    enum Key: Sendable {
        case none
        /// Prepared, since it never changes.
        case prepared(HMACKey)
        case rendered(Segments)
    }

    /// `X-Signature: `
    let opening: [UInt8]
    let method: Signature.Method
    let key: Key
    let over: Segments
}

extension CompiledSignature: CustomReflectable {
    var customMirror: Mirror { Mirror(self, children: []) }
}
