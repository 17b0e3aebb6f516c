// Goal: all banks of a profile, on one loop, with one place for their operator.
// Method: each bank listens where the profile says, or where there is room; each keeps a journal of its own; faults go
// to the bank that they name. A bank that cannot listen is the end of all: a drill with three of four banks shows
// nothing.
// Not here: reading profiles, and what a person sees.

package import ChannelProfile
package import Cryptography
import Diagnostics
package import EventLoop
import Evidence
package import Lease
import Peers
package import PlanValues
package import Timebase

package final class MockBanks {
    package let profile: ChannelProfile
    package let loop: EventLoop
    /// In the order of the profile.
    package let banks: [MockBank]
    package private(set) var addresses: [Address] = []

    package init(_ profile: ChannelProfile, _ setting: MockSetting, on loop: EventLoop) throws(MockFault) {
        self.profile = profile
        self.loop = loop
        var banks: [MockBank] = []
        for channel in profile.channels {
            let journal = try setting.journal(channel.name.value)
            banks.append(MockBank(try setting.bank(channel, of: profile), on: loop, journal: journal))
        }
        self.banks = banks
    }

    package subscript(channel: String) -> MockBank? { banks.first { $0.channel.name.value == channel } }

    // MARK: Life

    /// All or none.
    package func open() async throws(MockFault) {
        for bank in banks {
            do throws(StreamError) {
                addresses.append(try bank.open(on: try await place(of: bank.channel)))
            } catch {
                await close(until: loop.now)
                throw MockFault(listening: bank.channel, error)
            }
        }
    }

    private func place(of channel: Channel) async throws(StreamError) -> Address {
        guard let listen = channel.listen?.value else { return .loopback() }
        let found = try await loop.resolve(listen.host, port: UInt16(listen.port), until: loop.now + .seconds(5))
        guard let first = found.first else { throw StreamError(.resolve, listen.host, .explained("it has no address")) }
        return first
    }

    package func close(until deadline: Instant) async {
        await withClosing(deadline)
        for bank in banks { try? bank.journal.close() }
    }

    /// Side by side: one that waits for a slow peer must not take the time of the others.
    private func withClosing(_ deadline: Instant) async {
        let tasks = banks.map { bank in loop.spawn { await bank.close(until: deadline) } }
        for task in tasks { await task.join() }
    }

    // MARK: Faults

    /// Their instants count from `began`. Channels that the profile does not have are nobody's.
    package func post(_ faults: [Fault], from began: Instant) {
        for bank in banks {
            let own = faults.filter { $0.channel.value == bank.channel.name.value }
            if !own.isEmpty { bank.post(own, from: began) }
        }
    }

    package func clearFaults() { for bank in banks { bank.clearFaults() } }
}

/// What a profile does not say, and its player must know.
package struct MockSetting {
    /// Instead of the profile's own.
    package var seed: UInt64?
    /// What tags are verified with; nil: they are taken as they are.
    package var tagKey: HMACKey?
    /// Networks that callbacks may go to beside loopback, where the profile allows them as well.
    package var permitted: [NetworkBlock] = []
    package var environment: [String: String] = [:]
    package var lease: Lease?
    /// Each channel's journal gets a folder in it; nil for journals in memory, which are for simulations.
    package var journals: String?
    package var runID: String

    package init(runID: String) {
        self.runID = runID
    }

    func journal(_ channel: String) throws(MockFault) -> ChannelJournalWriter {
        guard let journals else { return ChannelJournalWriter(inMemoryFor: channel) }
        do throws(EvidenceError) {
            return try ChannelJournalWriter(folder: "\(journals)/\(channel)", runID: runID, channel: channel)
        } catch {
            throw MockFault("channel '\(channel)': \(error)")
        }
    }

    func bank(_ channel: Channel, of profile: ChannelProfile) throws(MockFault) -> BankSetting {
        var setting = BankSetting(channel, seed: seed ?? profile.seed)
        setting.faults = profile.faults.filter { $0.channel.value == channel.name.value }
        guard setting.faults.count <= FaultBoard.faultsMax else {
            throw MockFault(
                "channel '\(channel.name.value)' has \(setting.faults.count) faults; \(FaultBoard.faultsMax) are the most"
            )
        }
        setting.statement = profile.statement
        setting.tagKey = tagKey
        setting.policy = PeerPolicy(planAllow: profile.allow.map(\.value), permitted: permitted)
        setting.lease = lease
        if let variable = channel.callback?.keyVariable {
            guard let key = environment[variable.value], !key.isEmpty else {
                throw MockFault(
                    "channel '\(channel.name.value)' signs its callbacks with '\(variable.value)', which is not set")
            }
            setting.callbackKey = HMACKey(Array(key.utf8))
        }
        return setting
    }
}

/// Why banks do not open.
package struct MockFault: Error, Sendable, Equatable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }

    init(listening channel: Channel, _ error: StreamError) {
        let place = channel.listen.map { "at \($0.value.host):\($0.value.port)" } ?? "at a free port"
        description =
            "channel '\(channel.name.value)' was to listen \(place): \(error)"
            + (channel.listen == nil ? "" : "; give it another 'listen', or leave that out for a free port")
    }
}
