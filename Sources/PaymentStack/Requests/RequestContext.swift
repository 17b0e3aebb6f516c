import HTTPWire
import StackVocabulary
import Timebase

/// What goes with a piece of work through every part of the stack, whoever carries it on: a task, a queue, a timer.
struct RequestContext: Sendable {
    let namespace: Namespace
    /// When its sender gives up.
    var deadline: Instant
    /// What a peer is to get with it: X-Shadow, baggage, traceparent. Live work has none.
    let marks: FieldBlock

    static func live(until deadline: Instant) -> RequestContext {
        RequestContext(namespace: .live, deadline: deadline, marks: FieldBlock())
    }

    /// - Parameter marks: as they came, of a request whose mark was verified.
    static func shadow(_ marks: FieldBlock, until deadline: Instant) -> RequestContext {
        precondition(!marks.bytes.isEmpty, "shadow work without a mark")
        return RequestContext(namespace: .shadow, deadline: deadline, marks: marks)
    }

    /// For work that a restart finds in the store, whose signed mark is gone: what is known is that it is shadow.
    static func recovered(_ namespace: Namespace, until deadline: Instant) -> RequestContext {
        namespace == .live ? live(until: deadline) : shadow(unsigned, until: deadline)
    }

    /// Planted (shadow-leak-async): the mark got lost on the way.
    var leaked: RequestContext { RequestContext(namespace: namespace, deadline: deadline, marks: FieldBlock()) }

    private static let unsigned: FieldBlock = {
        var fields = FieldBlock()
        do throws(WireError) { try fields.add("baggage", "shadow=1") } catch { preconditionFailure(error.reason) }
        return fields
    }()

    private init(namespace: Namespace, deadline: Instant, marks: FieldBlock) {
        self.namespace = namespace
        self.deadline = deadline
        self.marks = marks
    }
}
