import ChannelProfile
import Cryptography
import EventLoop
import Peers
import SeededRandom
import Testing
import Timebase

@testable import ChannelMock
@testable import LoadDriver

/// The same desk over real sockets and a real resolver.
@Suite struct LiveCallbackTests {
    private func outcomes(host: String) throws -> [CallbackOutcome] {
        var all: [CallbackOutcome] = []
        let loop = try EventLoop.live()
        try loop.run { () async throws in
            let webhooks = WebhookReceiver(on: loop, looksInside: false)
            let address = try webhooks.listen(on: .loopback())
            let over = Parking(loop)
            let desk = CallbackDesk(
                on: loop, channel: "icbc", rule: .plain(delay: .milliseconds(1), duplicate: 1), seed: Seed(7),
                key: CallbackRig.key, policy: PeerPolicy(planAllow: [], permitted: []),
                onOutcome: {
                    all.append($0)
                    if all.count == 2 { over.wake() }
                })
            let reference = try #require(PaymentReference("o-17"))
            desk.take(
                CallbackOrder(
                    reference: reference, event: "payment.captured", status: "captured", amount: 1, currency: "CNY",
                    destination: "http://\(host):\(address.port)/w/key-1"))
            if all.count < 2 { _ = await over.wait(until: loop.now + .seconds(20)) }
            await desk.close()
            await webhooks.drain(until: loop.now + .seconds(1))
        }
        return all
    }

    @Test(arguments: ["127.0.0.1", "localhost"])
    func `callbacks go over real sockets as over simulated ones`(host: String) throws {
        let all = try outcomes(host: host)
        #expect(all.map(\.result) == [.delivered, .delivered])
        #expect(all.allSatisfy { $0.status == 204 })
    }

    @Test func `a name is resolved while its callbacks wait for it`() throws {
        // What the machine's resolver makes of it is not ours to say; that both come to an end is.
        let all = try outcomes(host: "localhost.")
        #expect(all.count == 2)
        for outcome in all {
            switch outcome.result {
            case .delivered, .givenUp: #expect(outcome.endedAt >= outcome.beganAt)
            case .refused(let words): #expect(words.contains("cannot be resolved"), "\(words)")
            default: Issue.record("\(outcome)")
            }
        }
    }
}
