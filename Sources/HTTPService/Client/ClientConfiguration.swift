public import EventLoop
public import HTTPWire

/// The bounds of a client.
public struct ClientConfiguration: Sendable {
    public var wire = Limits()
    /// Open connections, those being opened included. Beyond it requests wait, and their wait is measured.
    public var connectionsMax = 256
    /// Requests that may wait for a connection. Beyond it a request fails at once.
    public var waitingMax = 10_000
    /// Requests under way on one connection. More than one is pipelining: for idempotent calls between services, not
    /// for measuring, since an answer waits for those before it.
    public var pipelineDepth = 1
    /// Answers 1xx before the one that counts.
    public var interimResponsesMax = 32
    public var connectTimeout = TimeSpan.seconds(5)
    /// A kept connection may end just as it is used. A request that means the same twice is then sent once more.
    public var repeatsIdempotent = true
    /// Whether cancelling a task ends its request at once. Without it a request under way ends with its answer, at its
    /// deadline, or when the client is closed: for callers who close the client when they cancel, since registering for
    /// cancellation costs a request more than any other part of its wait.
    public var heedsCancellation = true

    public init() {}
}

public struct ClientCounters: Sendable, Equatable {
    public var requests: UInt64 = 0
    public var connectionsOpened: UInt64 = 0
    public var connectsFailed: UInt64 = 0
    /// Kept connections that were found ended, or with input that nobody asked for.
    public var connectionsStale: UInt64 = 0
    public var requestsRepeated: UInt64 = 0
    /// Requests that had to wait for a connection, and how long together.
    public var waits: UInt64 = 0
    public var waited = TimeSpan.zero
    public var waitsRefused: UInt64 = 0

    public init() {}
}
