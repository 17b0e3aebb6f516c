import Glibc

/// A descriptor of a live loop that belongs to somebody else: a C library that opens and closes its own, and wants to
/// be told when it may go on.
///
/// Level-triggered, unlike the loop's own: a library need not drain what it is told of, and is told again. The owner
/// forgets the watch before it closes the descriptor. One that is forgotten in the middle of a batch of events hears
/// of none of them, also when its number has been given to another descriptor since.
public final class WatchedDescriptor {
    public struct Interest: OptionSet, Sendable {
        public let rawValue: UInt8
        public static let reading = Interest(rawValue: 1)
        public static let writing = Interest(rawValue: 2)

        public init(rawValue: UInt8) {
            self.rawValue = rawValue
        }
    }

    public let number: Int32
    public private(set) var interest: Interest
    private(set) var registration: UInt32 = 0
    private unowned let user: any DescriptorUser
    private let poller: Poller
    private var isForgotten = false

    /// A simulated loop has no kernel to ask: see `EventLoop.simulation` first.
    public init(
        _ number: Int32, for interest: Interest, on loop: EventLoop, by user: any DescriptorUser
    ) throws(SystemError) {
        loop.preconditionOnLoop()
        guard case .live(let poller) = loop.world else {
            preconditionFailure("a simulated loop has no descriptors")
        }
        self.number = number
        self.interest = interest
        self.user = user
        self.poller = poller
        registration = try poller.register(self)
    }

    deinit {
        precondition(isForgotten, "the watch on descriptor \(number) was let go without being forgotten")
    }

    public func change(to interest: Interest) throws(SystemError) {
        guard !isForgotten, interest != self.interest else { return }
        self.interest = interest
        try poller.update(self)
    }

    /// The descriptor stays open.
    public func forget() {
        guard !isForgotten else { return }
        isForgotten = true
        poller.forget(self)
    }

    func became(_ readiness: Readiness) {
        var found: Interest = []
        if readiness.isReadable { found.insert(.reading) }
        if readiness.isWritable { found.insert(.writing) }
        user.descriptorBecameReady(number, for: found, hasFailed: readiness.hasFailed)
    }

    /// The loop has ended: nothing is heard of it any more.
    func abandon() { isForgotten = true }
}

/// Whoever waits for a watched descriptor. Called between two jobs of the loop, never inside one.
public protocol DescriptorUser: AnyObject {
    func descriptorBecameReady(_ number: Int32, for interest: WatchedDescriptor.Interest, hasFailed: Bool)
}
