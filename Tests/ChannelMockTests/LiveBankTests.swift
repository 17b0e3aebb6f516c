import ChannelProfile
import EventLoop
import Evidence
import HTTPService
import HTTPWire
import PlanValues
import TestFolders
import Testing
import Timebase

@testable import ChannelMock

/// What a bank that lives for long has to do beside answering.
@Suite struct LiveBankTests {
    @Test func `segments of a bank's journal are made before they are needed`() throws {
        let folder = try TestFolder()
        let loop = EventLoop.simulated(seed: 1)
        try loop.run {
            let journal = try ChannelJournalWriter(
                folder: "\(folder.path)/icbc", runID: "run", channel: "icbc", segmentBytes: 8_192)
            let bank = MockBank(
                BankSetting(BankRig.channel(latency: .constant(.zero)), seed: 1), on: loop, journal: journal)
            let address = try bank.open(on: .loopback())
            let client = HTTPClient(on: loop, to: HTTPOrigin(address, host: "bank"))
            let rig = BankRig(loop: loop, bank: bank, client: client)
            for number in 0..<500 { #expect(try await rig.authorise("pay-\(number)").status == 201) }
            client.close()
            await bank.close(until: loop.now + .seconds(1))
            #expect(journal.entries == 500)
            #expect(journal.segmentsMadeLate == 0)
            try journal.close()
        }
    }

    @Test func `a payment that was forgotten while it was at work is booked all the same`() throws {
        let loop = EventLoop.simulated(seed: 1)
        try loop.run {
            var setting = BankSetting(BankRig.channel(latency: .constant(.seconds(1))), seed: 1)
            setting.paymentsMax = 2
            let bank = MockBank(setting, on: loop, journal: ChannelJournalWriter(inMemoryFor: "icbc"))
            let address = try bank.open(on: .loopback())
            let client = HTTPClient(on: loop, to: HTTPOrigin(address, host: "bank"))
            let rig = BankRig(loop: loop, bank: bank, client: client)
            var statuses: [UInt16] = []
            let senders = (0..<5).map { number in
                loop.spawn {
                    try? await loop.sleep(until: loop.now + .milliseconds(Int64(number)))
                    if let answer = try? await rig.authorise("pay-\(number)") { statuses.append(answer.status) }
                }
            }
            for sender in senders { await sender.join() }
            #expect(statuses == [201, 201, 201, 201, 201])
            #expect(rig.entries.map { $0.reference?.description } == (0..<5).map { "pay-\($0)" })
            #expect(rig.entries.allSatisfy { $0.booking == .authorised })
            #expect(bank.counters.bookedTwice == 0)
            #expect(try await rig.get("/v1/payments/pay-4")["status"] == "authorised")
            #expect(try await rig.get("/v1/payments/pay-0").status == 404)
            client.close()
            await bank.close(until: loop.now + .seconds(1))
        }
    }

    @Test func `a bank that closes books what is at work, and does not wait for it to be due`() throws {
        let loop = EventLoop.simulated(seed: 1)
        try loop.run {
            let bank = MockBank(
                BankSetting(BankRig.channel(latency: .constant(.seconds(60))), seed: 1), on: loop,
                journal: ChannelJournalWriter(inMemoryFor: "icbc"))
            let address = try bank.open(on: .loopback())
            let client = HTTPClient(on: loop, to: HTTPOrigin(address, host: "bank"))
            let rig = BankRig(loop: loop, bank: bank, client: client)
            let sender = loop.spawn { _ = try? await rig.authorise("pay-1") }
            try await loop.sleep(until: loop.now + .seconds(1))
            let began = loop.now
            await bank.close(until: began + .seconds(2))
            #expect(loop.now - began == .seconds(2))
            #expect(rig.entries.map(\.booking) == [.authorised])
            await sender.join()
            client.close()
        }
    }
}
