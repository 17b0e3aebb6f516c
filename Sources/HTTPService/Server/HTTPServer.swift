public import Cryptography
public import EventLoop
import HTTPWire

/// An HTTP/1.1 server on one loop.
///
/// **Goal.** Handlers are straight-line `async` functions, in both worlds; a request on a kept connection costs the
/// kernel's work and little else; and no peer can make it wait, grow or crash without a bound.
///
/// **Method.** One task per connection reads a head, calls the handler, and writes what the handler has answered when
/// no further request waits in the buffer: pipelined requests are answered with one write. For more cores start one
/// server per loop at the same, shared address; the kernel spreads the connections.
///
/// **Not here.** Routing, content coding, HTTP/2.
public final class HTTPServer {
    public let loop: EventLoop
    public let configuration: ServerConfiguration
    public internal(set) var counters = ServerCounters()
    let handler: (HTTPExchange) async throws -> Void
    private(set) var isDraining = false
    private var listeners: [Listener] = []
    /// Connections are taken, and nothing is read from them.
    private(set) var isDeaf = false
    private var waitingToBeHeard: [Parking] = []
    private var tasks = 0
    private var connections: [ServerConnection] = []
    /// Who drains and waits for the last task to end.
    private var draining: [Parking] = []
    private var connectionsTurnedAway = 0
    private struct Listener {
        let address: Address
        let context: TLSContext?
        let isShared: Bool
        /// Nil while connections are refused.
        var listening: (any StreamListener)?
    }
    private var dateSecond: Int64 = -1
    /// What an answer begins with in this second: the date and the server's own fields; before them a 200's status line.
    private var fixedFields: [UInt8] = []
    private var okHead: [UInt8] = []

    private static let acceptPause = TimeSpan.milliseconds(50)
    /// Connections over the bound that are being told so; beyond it they are reset. They cost descriptors too.
    private static let turnedAwayMax = 64

    public init(
        on loop: EventLoop, configuration: ServerConfiguration = .init(),
        handler: @escaping (HTTPExchange) async throws -> Void
    ) {
        self.loop = loop
        self.configuration = configuration
        self.handler = handler
    }

    /// Open connections.
    public var connectionCount: Int { connections.count }

    /// Starts to accept. The address returned has the port that was chosen.
    @discardableResult
    public func listen(
        on address: Address, securedBy context: TLSContext? = nil, isShared: Bool = false
    ) throws(StreamError) -> Address {
        precondition(!isDraining, "a server that drains takes no more connections")
        let listener = try loop.listen(on: address, isShared: isShared)
        listeners.append(
            Listener(address: listener.address, context: context, isShared: isShared, listening: listener))
        run { [self] in await accept(from: listener, securedBy: context) }
        return listener.address
    }

    // MARK: Playing a broken server

    /// Nobody listens any more, and who was connected is no longer.
    public func refuseConnections() {
        for index in listeners.indices {
            listeners[index].listening?.close()
            listeners[index].listening = nil
        }
        for connection in connections { connection.reset() }
        // Nobody is left to hear.
        waitingToBeHeard.removeAll()
    }

    /// At the same addresses as before. Throws where somebody else has taken one meanwhile.
    public func acceptAgain() throws(StreamError) {
        if isDraining { return }
        for index in listeners.indices where listeners[index].listening == nil {
            let listener = try loop.listen(on: listeners[index].address, isShared: listeners[index].isShared)
            let context = listeners[index].context
            listeners[index].listening = listener
            run { [self] in await accept(from: listener, securedBy: context) }
        }
    }

    /// From now on nothing is read.
    public func deafen() { isDeaf = true }

    public func hearAgain() {
        isDeaf = false
        for place in waitingToBeHeard { place.wake() }
        waitingToBeHeard.removeAll()
    }

    /// False for a connection that was reset meanwhile: it would wait no more, and ask again for ever.
    func isHeardAgain() async -> Bool {
        let place = Parking(loop)
        waitingToBeHeard.append(place)
        return await place.wait().isReady
    }

    // MARK: The end

    /// Takes no more connections, lets each answer what it is at, closes those that are idle, and returns when all
    /// are gone. What is still there at the deadline is reset and its handler cancelled; the number of those is
    /// returned.
    @discardableResult
    public func drain(until deadline: Instant) async -> Int {
        isDraining = true
        hearAgain()
        for listener in listeners { listener.listening?.close() }
        for connection in connections { connection.closeIfIdle() }
        if await isEmptied(by: deadline) { return 0 }
        let late = connections.count
        for connection in connections { connection.reset() }
        _ = await isEmptied(by: .never)
        return late
    }

    private func isEmptied(by deadline: Instant) async -> Bool {
        if tasks == 0 { return true }
        let place = Parking(loop)
        draining.append(place)
        _ = await place.wait(until: deadline)
        draining.removeAll { $0 === place }
        return tasks == 0
    }

    /// Runs a task of this server and wakes who drains when it was the last.
    @discardableResult
    private func run(_ body: @escaping () async -> Void) -> SpawnedTask {
        tasks += 1
        return loop.spawn { [self] in
            await body()
            tasks -= 1
            if tasks == 0 { for place in draining { place.wake() } }
        }
    }

    // MARK: Connections

    private func accept(from listener: any StreamListener, securedBy context: TLSContext?) async {
        while !isDraining {
            do throws(StreamError) {
                admit(try await listener.accept(), securedBy: context)
            } catch {
                if error.cause == .closed || error.cause == .cancelled { return }
                // Out of descriptors, most likely. The connection waits in the kernel; look again in a moment.
                counters.acceptsFailed += 1
                _ = try? await loop.sleep(until: loop.now + HTTPServer.acceptPause)
            }
        }
    }

    private func admit(_ stream: any ByteStream, securedBy context: TLSContext?) {
        counters.connections += 1
        if isDraining || connections.count >= configuration.connectionsMax {
            counters.connectionsRefused += 1
            // A handshake is work, which is what there is too much of.
            if context != nil || connectionsTurnedAway == HTTPServer.turnedAwayMax { return stream.reset() }
            run { [self] in await turnAway(stream) }
            return
        }
        let connection = ServerConnection(stream, server: self, slot: connections.count)
        connections.append(connection)
        let task = run { [self] in
            await connection.serve(securedBy: context)
            forget(connection)
        }
        connection.task = task
    }

    private func turnAway(_ stream: any ByteStream) async {
        connectionsTurnedAway += 1
        let buffer = loop.buffers.take()
        do throws(StreamError) {
            try await stream.write(HTTPServer.overloaded, until: loop.now + .seconds(1))
            try await stream.linger(over: buffer, byteCount: configuration.unreadBodyMax)
        } catch {
            counters.connectionsLost += 1
        }
        stream.close()
        loop.buffers.give(buffer)
        connectionsTurnedAway -= 1
    }

    private func forget(_ connection: ServerConnection) {
        let last = connections.removeLast()
        if last !== connection {
            last.slot = connection.slot
            connections[connection.slot] = last
        }
    }

    /// Said to a connection over the bound, before it asked.
    private static let overloaded = Array(
        "HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\nretry-after: 1\r\ncontent-length: 0\r\n\r\n".utf8)

    // MARK: Answers

    /// The status line, the date and the fields of every answer. They are put together once a second.
    func beginHead(_ status: UInt16, into out: inout [UInt8]) throws(WireError) {
        let second = loop.secondsSince1970
        if second != dateSecond { try renewHead(second) }
        if status == 200 {
            out.append(contentsOf: okHead)
        } else {
            try HeadEncoder.statusLine(status, into: &out)
            out.append(contentsOf: fixedFields)
        }
    }

    private func renewHead(_ second: Int64) throws(WireError) {
        dateSecond = second
        fixedFields.removeAll(keepingCapacity: true)
        HeadEncoder.fields(FieldBlock.date(secondsSinceEpoch: second), into: &fixedFields)
        HeadEncoder.fields(configuration.fields, into: &fixedFields)
        okHead.removeAll(keepingCapacity: true)
        try HeadEncoder.statusLine(200, into: &okHead)
        okHead.append(contentsOf: fixedFields)
    }
}
