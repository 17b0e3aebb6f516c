// Goal: all banks of the stack, live and shadow, in one place that chooses and is asked.
// Method: everything that remembers (clients, limits, breakers, budgets, router) exists once for each namespace; nothing
// of one is ever looked at for the other.

import EventLoop
import HTTPService
import HTTPWire
import SeededRandom
import StackVocabulary
import Timebase

final class Channels {
    let names: [String]
    private let live: Side
    private let shadow: Side

    /// - Parameter publicAddress: how banks reach the stack: `http://10.0.0.7:8080`.
    init(_ order: StackOrder, publicAddress: String?, on loop: EventLoop) throws(StackFault) {
        names = order.channels.map(\.name)
        for channel in order.channels {
            guard let live = channel.live, live.address == channel.shadow?.address else { continue }
            throw StackFault("channel '\(channel.name)' has one address, \(live.address), for live and shadow traffic")
        }
        live = try Side(.live, order, publicAddress, loop)
        shadow = try Side(.shadow, order, publicAddress, loop)
    }

    /// Nil for a channel that this namespace has no origin of.
    subscript(channel: ChannelNumber, namespace: Namespace) -> ChannelAdapter? {
        let side = side(namespace)
        return Int(channel) < side.adapters.count ? side.adapters[Int(channel)] : nil
    }

    /// Where the payment goes; nil: there is no channel that may be asked now.
    func choose(
        _ id: RecordID, bin: UInt32, excluding tried: ChannelsTried = ChannelsTried(), now: Instant
    ) -> ChannelNumber? {
        side(id.namespace).choose(id, bin: bin, excluding: tried, now: now)
    }

    func number(of name: String) -> ChannelNumber? { names.firstIndex(of: name).map { ChannelNumber($0) } }

    func gauges(_ namespace: Namespace) -> [ChannelGauges] {
        side(namespace).adapters.compactMap { $0 }.map { side(namespace).gauges($0) }
    }

    func close() {
        for adapter in live.adapters + shadow.adapters { adapter?.close() }
    }

    private func side(_ namespace: Namespace) -> Side { namespace == .live ? live : shadow }
}

/// Channels that a payment has been to.
struct ChannelsTried: Sendable, Equatable {
    private var bits: UInt64 = 0

    func contains(_ channel: ChannelNumber) -> Bool { bits >> UInt64(channel) & 1 == 1 }
    mutating func insert(_ channel: ChannelNumber) { bits |= 1 << UInt64(channel) }
}

/// One namespace's half.
private final class Side {
    private(set) var adapters: [ChannelAdapter?] = []
    private let board: RouterBoard
    private let draws: Seed

    init(
        _ namespace: Namespace, _ order: StackOrder, _ publicAddress: String?, _ loop: EventLoop
    ) throws(StackFault) {
        let seed = Seed(order.seed).split("channels").child(Int(namespace.rawValue))
        let board = RouterBoard(Router(channels: order.channels.count, defects: order.setting.defects))
        self.board = board
        draws = seed.split("route")
        let places = order.setting.bankConnections * order.setting.bankPipeline
        func newLimit() -> ChannelLimit { ChannelLimit(most: places, timeout: order.setting.bankTimeout) }
        let common = newLimit()
        for (index, channel) in order.channels.enumerated() {
            guard let origin = namespace == .live ? channel.live : channel.shadow else {
                adapters.append(nil)
                continue
            }
            do throws(WireError) {
                adapters.append(
                    try ChannelAdapter(
                        channel, ChannelNumber(index), namespace, at: origin, order.setting,
                        notify: publicAddress.map { "\($0)/channel/\(channel.name)/callback" },
                        limits: (newLimit(), common),
                        seed: seed.split("jitter").child(index), on: loop
                    ) { number, ending, now in
                        board.router.note(number, ending, now: now)
                    })
            } catch {
                throw StackFault("channel '\(channel.name)': \(error.reason)")
            }
        }
    }

    func choose(_ id: RecordID, bin: UInt32, excluding tried: ChannelsTried, now: Instant) -> ChannelNumber? {
        board.router.choose(draw: draws.child(id.bits).unit, now: now) { channel in
            guard !tried.contains(channel), let adapter = adapters[Int(channel)] else { return false }
            return adapter.limit.hasRoom && adapter.breakers[ChannelAdapter.binGroup(bin)].lets(now: now)
        }
    }

    func gauges(_ adapter: ChannelAdapter) -> ChannelGauges {
        ChannelGauges(
            channel: adapter.number, retryTokens: adapter.budget.tokens,
            breakersOpen: adapter.breakers.count { $0.state == .open },
            breakersHalfOpen: adapter.breakers.count { $0.state == .halfOpen },
            opened: adapter.breakers.reduce(0) { $0 + $1.opened }, share: board.router.share(of: adapter.number),
            inFlight: adapter.limit.inFlight, limit: adapter.limit.value, connections: adapter.client.openConnections,
            waiting: adapter.client.waitingRequests)
    }
}

/// The router, where adapters reach it.
private final class RouterBoard {
    var router: Router

    init(_ router: Router) {
        self.router = router
    }
}
