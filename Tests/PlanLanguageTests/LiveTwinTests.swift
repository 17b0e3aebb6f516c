import ChannelProfile
import Diagnostics
import PlanLanguage
import Testing
import Timebase

@Suite struct LiveTwinTests {
    @Test func `a live twin is the same bank, but for where it listens and whom it takes`() throws {
        let text = """
            profile: p
            seed: 9
            channels:
              icbc:
                listen: "127.0.0.1:9101"
                idempotency: checkout
                shadow: {untagged: refuse}
                capacity: {concurrency: 3, queue: 4, quota: 5/s}
                latency: 7ms
                outcome: {decline: {do_not_honour: 5%}}
                callback: {delay: 1s}
            """
        let profile = try #require(ChannelProfile.parse(SourceText(name: "m.yaml", text: text)).profile)
        let (own, twin) = (profile.channels[0], profile.liveTwin.channels[0])
        #expect(profile.liveTwin.seed == 9 && profile.liveTwin.channels.count == 1)
        #expect(own.untagged == .refuse && twin.untagged == .record)
        #expect(own.listen != nil && twin.listen == nil)
        #expect(twin.name.value == "icbc" && twin.idempotency == .checkout && twin.capacity == own.capacity)
        #expect("\(twin.latency) \(twin.outcome)" == "\(own.latency) \(own.outcome)")
        #expect(twin.callback != nil && twin.query == own.query)
    }
}
