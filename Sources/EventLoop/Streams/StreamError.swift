public import Cryptography
import Glibc

/// A stream operation that failed: what was tried, with whom, and why.
public struct StreamError: Error, Equatable, CustomStringConvertible {
    public enum Operation: String, Sendable {
        case resolve, listen, accept, connect, handshake, read, write
    }

    public enum Cause: Equatable, Sendable {
        case system(Int32)
        case tls(TLSError)
        /// In plain words: the resolver's, or ours.
        case explained(String)
        case timedOut
        case cancelled
        /// This side had closed it.
        case closed
        /// The peer ended in the middle of something.
        case truncated
    }

    public let operation: Operation
    public let address: String
    public let cause: Cause

    public init(_ operation: Operation, _ address: String, _ cause: Cause) {
        self.operation = operation
        self.address = address
        self.cause = cause
    }

    public init(_ operation: Operation, _ address: String, wake: Wake) {
        switch wake {
        case .timedOut: self.init(operation, address, .timedOut)
        case .cancelled: self.init(operation, address, .cancelled)
        case .ready, .closed: self.init(operation, address, .closed)
        }
    }

    public var description: String { "\(operation.rawValue) \(address): \(cause)" }

    public var isRefused: Bool { cause == .system(ECONNREFUSED) }
    public var isReset: Bool {
        switch cause {
        case .system(let code): code == ECONNRESET || code == EPIPE
        case .tls(let error): error.cause == .connectionReset
        default: false
        }
    }
    /// No descriptor is left for this process or this machine.
    public var isOutOfDescriptors: Bool { cause == .system(EMFILE) || cause == .system(ENFILE) }
}

extension StreamError.Cause: CustomStringConvertible {
    public var description: String {
        switch self {
        case .system(let code): SystemError.words(for: code)
        case .tls(let error): error.description
        case .explained(let words): words
        case .timedOut: "the deadline passed"
        case .cancelled: "cancelled"
        case .closed: "this side has closed the stream"
        case .truncated: "the peer ended in the middle"
        }
    }
}
