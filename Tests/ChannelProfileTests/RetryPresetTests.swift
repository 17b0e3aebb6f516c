import ChannelProfile
import Testing
import Timebase

@Suite struct RetryPresetTests {
    @Test(arguments: RetryPreset.allCases)
    func `a preset has waits, a bound and a source`(preset: RetryPreset) {
        #expect(!preset.waits.isEmpty)
        #expect(preset.waits.count <= CallbackRetries.waitsMax)
        #expect(preset.source.hasPrefix("https://"))
    }

    @Test func `schedules last as long as their providers say`() {
        func hours(_ preset: RetryPreset) -> Double { preset.waits.reduce(0) { $0 + $1.seconds } / 3_600 }
        #expect((hours(.wechat) * 60).rounded() == 24 * 60 + 4)
        #expect(RetryPreset.wechat.waits.count == 15)
        #expect(hours(.alipay) < 25)
        #expect((hours(.juspay) * 60).rounded() == 24 * 60 + 1)
        #expect(RetryPreset.juspay.waits.count == 16)
        #expect(RetryPreset.nmi.waits.count == 20)
        #expect(hours(.stripe) <= 72)
    }
}
