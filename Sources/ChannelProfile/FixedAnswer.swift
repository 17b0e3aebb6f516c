/// What a channel answers whatever it is asked, when it is no bank but a wall: to measure what is in front of it.
package struct FixedAnswer: Sendable, Equatable {
    package let status: Int
    /// JSON as it is sent; empty for an answer without a body.
    package let body: [UInt8]

    package init(status: Int, body: [UInt8]) {
        self.status = status
        self.body = body
    }
}
