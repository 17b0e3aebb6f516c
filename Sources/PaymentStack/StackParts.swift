import ChannelProfile
import Cryptography
import EventLoop
import HTTPService
import JSON
import SeededRandom
import StackVocabulary
import Timebase

/// What a stack is made of, put together once.
final class StackParts {
    let desks: [PaymentDesk]
    let stores: LedgerStores
    let channels: Channels
    let notifiers: [Notifier]
    let chases: [Chase]
    let gateway: Gateway
    let operatorDesk: OperatorDesk
    let log: StackLog

    init(
        _ given: StackOrder, _ stores: LedgerStores, at publicAddress: String, on loop: EventLoop,
        metrics: @escaping () -> [UInt8]
    ) throws(StackFault) {
        var order = given
        order.channels = Self.channels(given, numberedBy: stores.channels)
        self.stores = stores
        let channels = try Channels(order, publicAddress: publicAddress, on: loop)
        self.channels = channels
        let log = StackLog(order.setting, now: { loop.millisecondsSince1970 }, sink: order.log)
        self.log = log
        let seed = Seed(order.seed).split("stack")
        let processor = DeclaredProcessor(order.setting, on: loop)
        desks = Namespace.allCases.map { namespace in
            let door = Door(
                namespace, order.setting, through: processor, on: loop,
                seed: seed.split("door").child(Int(namespace.rawValue)))
            let desk = PaymentDesk(
                namespace, order.setting, store: stores[namespace], door: door, channels: channels,
                ids: RecordIDs(namespace, shard: order.shard, worker: order.worker),
                seed: seed.split("clock").child(Int(namespace.rawValue)), on: loop)
            desk.log = { log.note($0, namespace) }
            return desk
        }
        (desks[0].other, desks[1].other) = (desks[1], desks[0])
        notifiers = desks.map { desk in
            Notifier(
                desk.namespace, order.setting, store: desk.store, policy: order.notifyPolicy, key: order.notifyKey,
                seed: seed.split("notify").child(Int(desk.namespace.rawValue)), on: loop)
        }
        chases = desks.map { desk in
            Chase(desk, channels, seed: seed.split("query").child(Int(desk.namespace.rawValue)), on: loop)
        }
        for (desk, notifier) in zip(desks, notifiers) {
            desk.tell = { notification, context in notifier.tell(notification, context) }
        }
        let reconciliation = Reconciliation(channels)
        gateway = Gateway(
            order, live: desks[0], shadow: desks[1], callbacks: CallbackDoor(order, given: given.channels, desks),
            metrics: metrics
        ) { desk, exchange, caller in
            try await reconciliation.answer(desk, exchange, caller)
        }
        operatorDesk = OperatorDesk(
            over: desks, order.setting, log: log, token: order.operatorToken, on: loop
        ) { [notifiers, chases] desk in
            let index = Int(desk.namespace.rawValue)
            return StackBacklog(desk, notifiers[index], chases[index]).json
        }
        if !order.setting.defects.isEmpty {
            for namespace in Namespace.allCases { log.note("defects: " + order.setting.defects.words, namespace) }
        }
    }

    /// The ledger numbers channels for good; those that this start was not given have no origins.
    private static func channels(_ order: StackOrder, numberedBy names: ChannelNames) -> [StackChannel] {
        names.names.map { name in
            order.channels.first { $0.name == name } ?? StackChannel(name, callbackKey: order.notifyKey)
        }
    }

    /// What the store holds that is not at its end.
    func takeUp() async throws(StackFault) {
        do throws(StoreFailure) {
            for chase in chases { try await chase.takeUp() }
            for notifier in notifiers { await notifier.resume() }
        } catch {
            throw StackFault("the ledger cannot be taken up: \(error)")
        }
    }

    func close(until deadline: Instant) async {
        for chase in chases { chase.close() }
        for notifier in notifiers {
            await notifier.drain(until: deadline)
            await notifier.close()
        }
        channels.close()
        await operatorDesk.close(until: deadline)
        await stores.close()
    }
}
