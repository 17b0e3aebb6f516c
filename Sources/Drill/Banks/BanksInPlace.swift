import ChannelMock
import ChannelProfile
import Cryptography
import Diagnostics
import EventLoop
import Evidence
import PlanLanguage
import PlanValues
import ShadowTag
import Timebase

/// Mock banks on the run's own loop, in simulation. Their journals are in memory.
final class BanksInPlace: BankHost {
    let admin: Address
    let channels: [(name: String, address: Address)]
    var talk: [String] { [] }
    /// They share the fate of their loop.
    var loss: String? { nil }
    private let banks: MockBanks
    private let desk: AdminDesk
    private let loop: EventLoop

    private static let drainMax = TimeSpan.seconds(2)

    init(_ order: BankOrder, _ key: ShadowKey, on loop: EventLoop) async throws(PartFault) {
        self.loop = loop
        do throws(MockFault) {
            banks = try MockBanks(order.profile, Self.setting(order, key), on: loop)
            try await banks.open()
        } catch {
            throw PartFault("\(error)")
        }
        desk = AdminDesk(over: banks, token: order.token) { text, channels in
            let outcome = Fault.parse(list: SourceText(name: "faults", bytes: text), channels: channels)
            return outcome.faults.map { .faults($0) } ?? .mistakes(outcome.diagnostics.map(\.message))
        }
        channels = zip(banks.banks, banks.addresses).map { ($0.channel.name.value, $1) }
        do throws(StreamError) {
            admin = try desk.open(on: .loopback())
        } catch {
            await banks.close(until: loop.now)
            throw PartFault("\(error)")
        }
    }

    private static func setting(_ order: BankOrder, _ key: ShadowKey) -> MockSetting {
        var setting = MockSetting(runID: order.runID.text)
        setting.tagKey = HMACKey(key.secret.bytes)
        setting.permitted = order.permitted.compactMap(NetworkBlock.init)
        setting.environment = order.environment
        return setting
    }

    func journal(of channel: String) -> ChannelJournalWriter? { banks[channel]?.journal }

    func waitForLoss() async { _ = await Parking(loop).wait() }

    func stop() async -> String? {
        await desk.close(until: loop.now + Self.drainMax)
        await banks.close(until: loop.now + Self.drainMax)
        return nil
    }
}
