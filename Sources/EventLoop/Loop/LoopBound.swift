/// A value that belongs to one loop, carried through a place that asks for `Sendable`.
///
/// The concurrency checker cannot know that every task of a loop runs on its one thread. This box knows, and checks:
/// reading it on any other thread ends the process.
// reason: the value is reachable on its loop's thread only, by the precondition below.
public struct LoopBound<Value>: @unchecked Sendable {
    private let content: Value
    private let loop: EventLoop

    public init(_ content: Value, to loop: EventLoop) {
        self.content = content
        self.loop = loop
    }

    public var value: Value {
        loop.preconditionOnLoop()
        return content
    }
}
