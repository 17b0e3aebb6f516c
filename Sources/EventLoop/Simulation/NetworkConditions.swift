/// How a simulated link behaves. Conditions may change while connections stand.
public struct NetworkConditions: Sendable {
    /// One way, uniform between the two. Bytes never overtake each other: a late segment delays those behind it.
    public var latency: ClosedRange<TimeSpan> = .microseconds(50) ... .microseconds(50)
    /// The share of segments lost on the way. TCP repeats them, so loss is seen as delay: a retransmission timeout
    /// that doubles with each further loss.
    public var loss = 0.0
    public var retransmission = TimeSpan.milliseconds(200)
    /// The share of segments at which the connection is reset instead.
    public var reset = 0.0
    /// How many bytes may be on their way or unread before the writer has to wait: a slow reader stops its peer.
    public var window = 256 * 1024
    /// Writes are cut into segments of at most this many bytes; `cutsAtRandom` draws every length from the seed.
    public var segment = 64 * 1024
    public var cutsAtRandom = false
    /// Nothing arrives while cut off; it is repeated until the link heals.
    public var isCutOff = false

    public init() {}
}

/// The conditions of all connections to one listener, shared so that a fault reaches those that stand.
final class Link {
    var conditions: NetworkConditions { didSet { wakeWriters() } }
    /// Tells a writer whether it is in the list below.
    private(set) var changes = 0
    /// Writers that found no room. A wider window makes some without anything being read.
    private var stopped: [Parking] = []

    init(_ conditions: NetworkConditions) {
        self.conditions = conditions
    }

    func stop(_ writer: Parking) { stopped.append(writer) }
    func forget(_ writer: Parking) { stopped.removeAll { $0 === writer } }

    private func wakeWriters() {
        changes += 1
        for writer in stopped { writer.wake() }
        stopped = []
    }

    /// How long a sender waits before it tries a link again that is cut off. Never zero: time has to pass.
    var repetition: TimeSpan { max(conditions.retransmission, .milliseconds(1)) }
}
