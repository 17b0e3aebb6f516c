import Glibc
import SeededRandom

/// The simulated world: a virtual clock, a network in memory, and one seed that decides what both do.
public final class Simulation {
    public let seed: UInt64
    public private(set) var now: Instant
    public var trace = TraceHash()
    var random: SeededRandom
    private let defaults: NetworkConditions
    private var listeners: [Address: SimulatedListener] = [:]
    private var links: [Address: Link] = [:]
    private var nextPort: UInt16 = 40_000

    /// The clock starts at one second, so that an instant before the start is still a positive number.
    init(seed: UInt64, conditions: NetworkConditions) {
        self.seed = seed
        self.now = Instant(nanoseconds: 1_000_000_000)
        self.defaults = conditions
        self.random = Seed(seed).split("network").stream()
    }

    func advance(to instant: Instant) {
        precondition(instant >= now, "the virtual clock runs backwards")
        now = instant
    }

    // MARK: Network

    /// Changes how every connection to this address behaves from now on.
    public func setConditions(_ conditions: NetworkConditions, at address: Address) {
        link(to: address).conditions = conditions
    }

    public func conditions(at address: Address) -> NetworkConditions { link(to: address).conditions }

    private func link(to address: Address) -> Link {
        if let link = links[address] { return link }
        let link = Link(defaults)
        links[address] = link
        return link
    }

    func listen(on wanted: Address, loop: EventLoop) throws(StreamError) -> SimulatedListener {
        var address = wanted
        if wanted.port == 0, wanted.family != AF_UNIX {
            repeat { address = wanted.with(port: takePort()) } while listeners[address] != nil
        }
        guard listeners[address] == nil else {
            throw StreamError(.listen, address.description, .system(EADDRINUSE))
        }
        let listener = SimulatedListener(address: address, simulation: self, loop: loop)
        listeners[address] = listener
        return listener
    }

    func forget(_ address: Address) { listeners[address] = nil }

    /// Listeners that were left open, and writers that wait at a link, hold the loop, which holds them.
    func close() {
        listeners = [:]
        links = [:]
    }

    func takePort() -> UInt16 {
        defer { nextPort = nextPort == .max ? 40_000 : nextPort + 1 }
        return nextPort
    }

    /// A round trip, then the connection stands or is refused. What is lost on the way is repeated, also for as long as
    /// the link is cut off.
    func connect(
        to address: Address, on loop: EventLoop, until deadline: Instant
    ) async throws(StreamError) -> any ByteStream {
        let link = link(to: address)
        var arrival = now + drawTransit(link) + drawTransit(link)
        while true {
            let wake = await Parking(loop).wait(until: min(arrival, deadline))
            guard wake == .timedOut else { throw StreamError(.connect, address.description, wake: wake) }
            guard arrival <= deadline else { throw StreamError(.connect, address.description, .timedOut) }
            guard link.conditions.isCutOff else { break }
            arrival = now + link.repetition
        }
        guard let listener = listeners[address], listener.hasRoom else {
            throw StreamError(.connect, address.description, .system(ECONNREFUSED))
        }
        let (clientWriter, serverWriter) = (Parking(loop), Parking(loop))
        let toServer = SimulatedPipe(
            simulation: self, link: link, loop: loop, writer: clientWriter, oppositeWriter: serverWriter)
        let toClient = SimulatedPipe(
            simulation: self, link: link, loop: loop, writer: serverWriter, oppositeWriter: clientWriter)
        let source = Address.loopback(port: takePort())
        listener.arrived(SimulatedStream(loop: loop, peer: source, incoming: toServer, outgoing: toClient))
        return SimulatedStream(loop: loop, peer: address, incoming: toClient, outgoing: toServer)
    }

    // MARK: Chance

    func drawLatency(_ link: Link) -> TimeSpan {
        let range = link.conditions.latency
        guard range.lowerBound < range.upperBound else { return range.lowerBound }
        return .nanoseconds(random.integer(in: range.lowerBound.nanoseconds...range.upperBound.nanoseconds))
    }

    /// The way's length for one segment, lost copies included.
    func drawTransit(_ link: Link) -> TimeSpan {
        var transit = drawLatency(link)
        var timeout = link.conditions.retransmission
        while link.conditions.loss > 0, random.chance(link.conditions.loss), transit < .seconds(120) {
            transit = transit + timeout
            timeout = timeout * 2
        }
        return transit
    }

    func drawsReset(_ link: Link) -> Bool {
        link.conditions.reset > 0 && random.chance(link.conditions.reset)
    }

    func drawSegmentLength(_ link: Link, of count: Int) -> Int {
        let most = min(count, max(1, link.conditions.segment))
        guard link.conditions.cutsAtRandom, most > 1 else { return most }
        return Int(random.integer(in: 1...Int64(most)))
    }
}
