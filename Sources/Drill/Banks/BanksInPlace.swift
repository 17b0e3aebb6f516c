import ChannelProfile
import EventLoop
import ShadowTag
import Timebase

/// Mock banks on the run's own loop, in simulation.
final class BanksInPlace: BankHost {
    let admin: Address
    let channels: [(name: String, address: Address)]
    var talk: [String] { [] }
    /// They share the fate of their loop.
    var loss: String? { nil }

    init(_ order: BankOrder, _ key: ShadowKey, on loop: EventLoop) async throws(BankFault) {
        throw BankFault("not yet")
    }

    func waitForLoss() async {}
    func stop() async -> String? { nil }
}
