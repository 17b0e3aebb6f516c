// Goal: a small but real payment system: it keeps what it acknowledged, posts by double entry, and sheds what it cannot
// do in time. It is the target of drills on one machine, live and simulated.
// Method: straight-line handlers over small cores that know no sockets:
//
//     gateway -> door (limits, queue, processor) -> claim -> route -> bank -> ledger -> answer
//                                                                        -> outbox -> notification
//
// Everything that remembers exists once for live and once for shadow traffic; a desk has one of each.
// Not here: the banks (they are reached over HTTP), several instances, other databases.

import ChannelProfile
import Cryptography
package import EventLoop
import HTTPService
import HTTPWire
import JSON
import SeededRandom
import StackVocabulary
package import Timebase

package final class PaymentStack {
    package let order: StackOrder
    package let loop: EventLoop
    private(set) var parts: StackParts?
    private var server: HTTPServer?

    package init(_ order: StackOrder, on loop: EventLoop) {
        self.order = order
        self.loop = loop
    }

    /// Where it listens: for merchants and banks, and for the operator.
    package struct Places: Sendable, Equatable {
        package let front: Address
        package let operatorDesk: Address
    }

    /// Opens the store, listens, and takes up what the store holds.
    package func open() async throws(StackFault) -> Places {
        try await open(over: LedgerStores.open(ledgerOrder, on: loop))
    }

    /// Over what another stack has left.
    func open(over stores: LedgerStores) async throws(StackFault) -> Places {
        let door = FrontDoor()
        let server = HTTPServer(on: loop, configuration: Self.configuration) { exchange in
            guard let gateway = door.gateway else { return exchange.respond(503) }
            try await gateway.handle(exchange)
        }
        self.server = server
        do throws(StackFault) {
            let front = try Self.listening("at \(order.listen)") { () throws(StreamError) in
                try server.listen(on: order.listen)
            }
            let parts = try StackParts(order, stores, at: order.publicAddress ?? "http://\(front)", on: loop) {
                [weak self] in self?.metrics() ?? []
            }
            self.parts = parts
            door.gateway = parts.gateway
            let desk = try Self.listening("for the operator at \(order.operatorListen)") { () throws(StreamError) in
                try parts.operatorDesk.open(on: order.operatorListen)
            }
            try await parts.takeUp()
            parts.gateway.phase = .ready
            return Places(front: front, operatorDesk: desk)
        } catch {
            await close(until: loop.now)
            await stores.close()
            throw error
        }
    }

    /// Takes no more, lets what is under way end, makes everything durable.
    package func close(until deadline: Instant) async {
        if parts?.gateway.phase == .ready { parts?.gateway.phase = .closing }
        await server?.drain(until: deadline)
        server = nil
        await parts?.close(until: deadline)
    }

    private var ledgerOrder: LedgerOrder {
        var ledger = LedgerOrder(channels: order.channels.map(\.name))
        ledger.database = order.database
        ledger.isolation = order.setting.isolation
        ledger.defects = order.setting.defects
        if loop.simulation != nil { ledger.memory.latency = Self.simulatedCommit }
        return ledger
    }

    /// Of a group, on a disk like those on which it was measured.
    private static let simulatedCommit = TimeSpan.milliseconds(1)

    private static var configuration: ServerConfiguration {
        var configuration = ServerConfiguration()
        configuration.wire.bodyBytes = 16 << 10
        // Merchants' drivers keep their connections over pauses.
        configuration.idleTimeout = .seconds(600)
        return configuration
    }

    private static func listening(
        _ place: String, _ listen: () throws(StreamError) -> Address
    ) throws(StackFault) -> Address {
        do throws(StreamError) {
            return try listen()
        } catch {
            throw StackFault("the stack cannot listen \(place): \(error)")
        }
    }
}

/// The server is made before what it serves.
private final class FrontDoor {
    var gateway: Gateway?
}
