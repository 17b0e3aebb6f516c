public import EventLoop
public import HTTPWire

/// The bounds of a server. Every one has a counter in `ServerCounters` that says when it was hit.
public struct ServerConfiguration: Sendable {
    public var wire = Limits()
    public var connectionsMax = 20_000
    /// From the first byte of a head to its last: a peer that sends one byte a second holds a connection this long.
    public var headTimeout = TimeSpan.seconds(10)
    /// Between two reads of a body, and for a body that comes slower than `bodyBytesPerSecondMin` for all reads
    /// together. Time that the handler takes does not count.
    public var bodyTimeout = TimeSpan.seconds(30)
    public var bodyBytesPerSecondMin = 240
    public var writeTimeout = TimeSpan.seconds(30)
    /// Between a response and the next request.
    public var idleTimeout = TimeSpan.seconds(75)
    /// How much of a body that nobody read is read away to keep the connection; beyond it the connection closes.
    public var unreadBodyMax = 256 * 1024
    /// Fields of every response, such as Server.
    public var fields = FieldBlock()

    public init() {}
}

/// What a server has seen. All of one loop; add them up over loops.
public struct ServerCounters: Sendable, Equatable {
    public var connections: UInt64 = 0
    public var requests: UInt64 = 0
    /// Refused because `connectionsMax` were open.
    public var connectionsRefused: UInt64 = 0
    /// No descriptor was left for a connection that waits.
    public var acceptsFailed: UInt64 = 0
    public var handshakesFailed: UInt64 = 0
    /// Answered 4xx or 5xx by the codec: the bytes were not a request.
    public var requestsMalformed: UInt64 = 0
    public var headsTimedOut: UInt64 = 0
    public var bodiesTimedOut: UInt64 = 0
    public var writesTimedOut: UInt64 = 0
    public var idleTimedOut: UInt64 = 0
    /// The handler threw, or ended without an answer.
    public var handlersFailed: UInt64 = 0
    /// The peer reset the connection, or ended it inside a message.
    public var connectionsLost: UInt64 = 0

    public init() {}
}
