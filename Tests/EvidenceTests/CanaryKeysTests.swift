import ChannelProfile
import Evidence
import Testing

@Suite struct CanaryKeysTests {
    private let keys = CanaryKeys(runID: "1t9k3qmx8kq2m4c")

    @Test func `every probe has a key of its own, which banks and stacks take, and is found by it`() {
        #expect(Set(keys.all).count == CanaryKeys.Probe.allCases.count)
        for probe in CanaryKeys.Probe.allCases {
            let key = keys[probe]
            #expect(PaymentReference(key)?.digest == keys.digest(probe) && keys.digest(probe) != 0)
            #expect(keys.probe(key) == probe && !probe.purpose.isEmpty)
        }
    }

    @Test func `keys of another run, and of nobody, are no probe's`() {
        #expect(keys.probe("canary-1t9k3qmx8kq2m4d") == nil)
        #expect(keys.probe("canary") == nil && keys.probe("01hq3v9k3x8kq2m4c01hq3v9k3") == nil)
    }
}
