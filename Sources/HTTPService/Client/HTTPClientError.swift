public import EventLoop
public import HTTPWire

/// A request without an answer: how far it came, and why it came no further.
///
/// `mayHaveBeenSent` decides what a payment's outcome is: false, the peer has seen nothing of it; true, the outcome is
/// unknown.
public struct HTTPClientError: Error, Equatable, CustomStringConvertible {
    public enum Cause: Equatable, Sendable {
        /// No connection was free, and so many already waited.
        case poolQueueFull(Int)
        /// No connection became free in time.
        case poolTimedOut
        /// Connecting or the handshake failed.
        case unreachable(StreamError)
        case timedOut
        case cancelled
        /// The peer broke the connection while it was written to or read from.
        case broken(StreamError)
        /// The connection ended before any byte of the answer; one that was kept too long, when `isKept`.
        case endedBeforeResponse(isKept: Bool)
        /// The answer is not HTTP, or over a limit.
        case malformed(WireError)
        /// The peer says 1xx again and again instead of answering.
        case tooManyInterimResponses(Int)
        /// Another request on the same pipelined connection failed.
        case brokenByAnother
        /// The client was closed.
        case closed
        /// The request is not one that this transport can send, and why.
        case unsendable(String)
    }

    public let origin: String
    public let cause: Cause
    public let mayHaveBeenSent: Bool

    public init(origin: String, cause: Cause, mayHaveBeenSent: Bool) {
        self.origin = origin
        self.cause = cause
        self.mayHaveBeenSent = mayHaveBeenSent
    }

    public var description: String {
        "\(origin): \(words)\(mayHaveBeenSent ? " (the request may have been sent)" : "")"
    }

    private var words: String {
        switch cause {
        case .poolQueueFull(let count): "all connections are busy and \(count) requests wait already"
        case .poolTimedOut: "no connection became free by the deadline"
        case .unreachable(let error): error.description
        case .timedOut: "no answer by the deadline"
        case .cancelled: "cancelled"
        case .broken(let error): error.description
        case .endedBeforeResponse(isKept: true): "the peer ended the kept connection before it answered"
        case .endedBeforeResponse(isKept: false): "the peer ended the connection before it answered"
        case .malformed(let error): "the answer is malformed: \(error.reason)"
        case .tooManyInterimResponses(let count): "\(count) interim answers came instead of a final one"
        case .brokenByAnother: "another request broke the connection that this one was pipelined on"
        case .closed: "the client is closed"
        case .unsendable(let words): "the request cannot be sent: \(words)"
        }
    }
}
