import EventLoop
import PaymentStack
import ShadowTag
import Timebase

/// The embedded stack on the run's own loop, in simulation. Its ledger is in memory.
final class StackInPlace: StackHost {
    let front: Address
    let operatorDesk: Address
    var talk: [String] { [] }
    /// It shares the fate of its loop.
    var loss: String? { nil }
    private let stack: PaymentStack
    private let loop: EventLoop

    private static let drainMax = TimeSpan.seconds(2)

    init(
        _ launch: StackLaunch, _ key: ShadowKey, _ banks: [StackLaunch.Bank], on loop: EventLoop
    )
        async throws(PartFault)
    {
        self.loop = loop
        stack = PaymentStack(try launch.order(key, banks), on: loop)
        do throws(StackFault) {
            let places = try await stack.open()
            (front, operatorDesk) = (places.front, places.operatorDesk)
        } catch {
            throw PartFault("\(error)")
        }
    }

    func waitForLoss() async { _ = await Parking(loop).wait() }

    func stop() async -> String? {
        await stack.close(until: loop.now + Self.drainMax)
        return nil
    }
}
