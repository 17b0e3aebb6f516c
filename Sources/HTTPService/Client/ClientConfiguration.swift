package import EventLoop
package import HTTPWire

/// The bounds of a client.
package struct ClientConfiguration: Sendable {
    package var wire = Limits()
    /// Open connections, those being opened included. Beyond it requests wait, and their wait is measured.
    package var connectionsMax = 256
    /// Requests that may wait for a connection. Beyond it a request fails at once.
    package var waitingMax = 10_000
    /// Requests under way on one connection. More than one is pipelining: for idempotent calls between services, not
    /// for measuring, since an answer waits for those before it.
    package var pipelineDepth = 1
    /// Answers 1xx before the one that counts.
    package var interimResponsesMax = 32
    package var connectTimeout = TimeSpan.seconds(5)
    /// A kept connection may end just as it is used. A request that means the same twice is then sent once more.
    package var repeatsIdempotent = true

    package init() {}
}

package struct ClientCounters: Sendable, Equatable {
    package var requests: UInt64 = 0
    package var connectionsOpened: UInt64 = 0
    package var connectsFailed: UInt64 = 0
    /// Kept connections that were found ended, or with input that nobody asked for.
    package var connectionsStale: UInt64 = 0
    package var requestsRepeated: UInt64 = 0
    /// Requests that had to wait for a connection, and how long together.
    package var waits: UInt64 = 0
    package var waited = TimeSpan.zero
    package var waitsRefused: UInt64 = 0

    package init() {}
}
