import ChannelProfile
import EventLoop
import Testing
import Timebase

@testable import ChannelMock

@Suite struct CallbackRetryTests {
    private static let schedule = CallbackRetries.schedule(
        name: "test", waits: [.seconds(10), .seconds(60), .seconds(600)], speed: 2)

    private func seconds(_ told: [Told]) -> [Int] { told.map { Int($0.at.seconds) } }

    @Test func `one that is not taken comes again as the schedule says, faster by its speed, and is given up`() throws {
        try CallbackRig.play(.plain(retries: Self.schedule)) { rig in
            rig.receiver.answer = { _ in (503, .zero) }
            try rig.take(["o-1"])
            try await rig.sleep(.seconds(2_000))
            #expect(seconds(rig.receiver.told) == [1, 6, 36, 336])
            #expect(rig.receiver.told.map(\.attempt) == [1, 2, 3, 4])
            #expect(rig.receiver.told.allSatisfy { $0.fields["x-signature"]?.count == 64 })
            let counters = rig.desk.counters
            #expect(counters.sent == 4 && counters.retried == 3 && counters.failed == 4 && counters.givenUp == 1)
            #expect(rig.results.last == .givenUp && rig.outcomes.all.allSatisfy { $0.status == 503 })
            #expect(rig.desk.waitingCount == 0)
        }
    }

    @Test func `without a schedule it comes once`() throws {
        try CallbackRig.play(.plain()) { rig in
            rig.receiver.answer = { _ in (500, .zero) }
            try rig.take(["o-1"])
            try await rig.sleep(.seconds(2_000))
            #expect(rig.receiver.told.count == 1)
            #expect(rig.results == [.givenUp])
        }
    }

    @Test(arguments: [199, 200, 204, 299, 300, 404] as [UInt16])
    func `only 2xx is a yes`(status: UInt16) throws {
        // 1xx is not an answer that a server here gives; 300 and more are.
        guard status >= 200 else { return }
        try CallbackRig.play(.plain(retries: Self.schedule)) { rig in
            rig.receiver.answer = { _ in (status, .zero) }
            try rig.take(["o-1"])
            try await rig.sleep(.seconds(3))
            #expect(rig.desk.counters.delivered == (status < 300 ? 1 : 0))
            #expect(rig.desk.waitingCount == (status < 300 ? 0 : 1))
        }
    }

    @Test func `a receiver that is silent is asked again after ten seconds and the wait`() throws {
        try CallbackRig.play(.plain(retries: Self.schedule)) { rig in
            rig.receiver.answer = { told in (told.attempt == 1 ? 0 : 204, .zero) }
            try rig.take(["o-1"])
            try await rig.sleep(.seconds(30))
            #expect(seconds(rig.receiver.told) == [1, 16])
            #expect(rig.outcomes.all.first?.failure?.contains("no answer by the deadline") == true)
            #expect(rig.results.last == .delivered)
        }
    }

    @Test func `a receiver that is down and comes back gets all of them`() throws {
        try CallbackRig.play(.plain(retries: Self.schedule)) { rig in
            let later = Receiver(on: rig.loop)
            let address = try #require(Address("127.0.0.1:9555"))
            for name in references(300) { rig.desk.take(try rig.order(name, to: "http://127.0.0.1:9555/\(name)")) }
            try await rig.sleep(.seconds(3))
            #expect(rig.desk.counters.failed == 300 && rig.desk.counters.delivered == 0)
            _ = try later.listen(on: address)
            try await rig.sleep(.seconds(30))
            #expect(Set(later.told.map(\.reference)) == Set(references(300)))
            #expect(later.told.count == 300)
            #expect(rig.desk.counters.delivered == 300 && rig.desk.counters.inFlightPeak == 64)
            await rig.desk.close()
            await later.close()
        }
    }

    @Test func `retries make room like all others, so that a receiver that is down costs bounded memory`() throws {
        var bounds = CallbackBounds()
        bounds.ordersMax = 100
        try CallbackRig.play(.plain(retries: Self.schedule), bounds: bounds) { rig in
            rig.receiver.answer = { _ in (500, .zero) }
            for name in references(2_000) {
                rig.desk.take(try rig.order(name))
                try await rig.sleep(.milliseconds(10))
                #expect(rig.desk.waitingCount <= 100)
            }
            let counters = rig.desk.counters
            #expect(counters.dropped > 1_000)
            let underWay = UInt64(rig.desk.inFlightCount + rig.desk.waitingCount)
            #expect(counters.orders == counters.dropped + counters.givenUp + underWay)
        }
    }
}
