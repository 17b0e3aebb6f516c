package import Diagnostics
package import PlanValues

/// How this traffic is marked. `traceparent` is always sent.
package struct ShadowMarks: Sendable {
    package let headers: [(name: String, value: Template)]
    /// W3C baggage `shadow=1,run=<id>`.
    package let baggage: Bool
    package let canary: Canary
    /// Untagged twins. They are real payments, anywhere but on the embedded stack.
    package let control: Located<Rate>?

    /// More would be load, and no control.
    package static let controlMax = Rate(perSecond: 50)

    package init(headers: [(name: String, value: Template)], baggage: Bool, canary: Canary, control: Located<Rate>?) {
        self.headers = headers
        self.baggage = baggage
        self.canary = canary
        self.control = control
    }
}

/// Whether a tagged probe must come back tagged from every mock before traffic begins.
package enum Canary: String, Sendable, CaseIterable {
    case required, off
}

/// Where the driver waits for webhooks.
package struct WebhookSink: Sendable {
    package let listen: HostPort
    /// How the stack reaches it; the port that was chosen is put in.
    package let publicURL: HTTPAddress

    package init(listen: HostPort, publicURL: HTTPAddress) {
        self.listen = listen
        self.publicURL = publicURL
    }
}
