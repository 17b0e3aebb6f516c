package import EventLoop
package import HTTPWire

/// The bounds of a server. Every one has a counter in `ServerCounters` that says when it was hit.
package struct ServerConfiguration: Sendable {
    package var wire = Limits()
    package var connectionsMax = 20_000
    /// From the first byte of a head to its last: a peer that sends one byte a second holds a connection this long.
    package var headTimeout = TimeSpan.seconds(10)
    /// Between two reads of a body, and for a body that comes slower than `bodyBytesPerSecondMin` for all reads
    /// together. Time that the handler takes does not count.
    package var bodyTimeout = TimeSpan.seconds(30)
    package var bodyBytesPerSecondMin = 240
    package var writeTimeout = TimeSpan.seconds(30)
    /// Between a response and the next request.
    package var idleTimeout = TimeSpan.seconds(75)
    /// How much of a body that nobody read is read away to keep the connection; beyond it the connection closes.
    package var unreadBodyMax = 256 * 1024
    /// Fields of every response, such as Server.
    package var fields = FieldBlock()

    package init() {}
}

/// What a server has seen. All of one loop; add them up over loops.
package struct ServerCounters: Sendable, Equatable {
    package var connections: UInt64 = 0
    package var requests: UInt64 = 0
    /// Refused because `connectionsMax` were open.
    package var connectionsRefused: UInt64 = 0
    /// No descriptor was left for a connection that waits.
    package var acceptsFailed: UInt64 = 0
    package var handshakesFailed: UInt64 = 0
    /// Answered 4xx or 5xx by the codec: the bytes were not a request.
    package var requestsMalformed: UInt64 = 0
    package var headsTimedOut: UInt64 = 0
    package var bodiesTimedOut: UInt64 = 0
    package var writesTimedOut: UInt64 = 0
    package var idleTimedOut: UInt64 = 0
    /// The handler threw, or ended without an answer.
    package var handlersFailed: UInt64 = 0
    /// The peer reset the connection, or ended it inside a message.
    package var connectionsLost: UInt64 = 0

    package init() {}
}
