import ChannelProfile
import Evidence
import JSON
import Testing
import Timebase
import Traffic

@testable import Drill

@Suite struct PlannedFaultsTests {
    private func faults(_ text: String) throws -> PlannedFaults {
        let plan = try Draft(
            target: #"url: "${channels.icbc}""#,
            rest: "channels: m.yaml\nfaults: [\(text)]\n",
            traffic: "[hold: {for: 10s, rate: 1/s}, spike: {for: 5s, rate: 1/s, name: flash}]"
        ).plan()
        return PlannedFaults(plan, try PlannedTraffic(plan))
    }

    @Test func `a fault is told when it begins and when it ends, on the clock of the stages`() throws {
        let faults = try faults(
            #"{at: "@flash+2s", for: 2s, channel: icbc, latency: {multiply: 8}}, "#
                + "{at: 1s, for: 20s, channel: abc, rate: 50%, stall: true}")
        let told = faults.events(before: .seconds(15))
        #expect(told.map(\.at) == [.seconds(1), .seconds(12), .seconds(14)])
        #expect(
            told.map(\.text) == [
                "abc: stall, for some, begins", "icbc: latency x8 begins", "icbc: latency x8 ends",
            ])
        #expect(told.allSatisfy { $0.kind == .fault })
    }

    @Test func `banks are told instants that count from the request`() throws {
        let faults = try faults(#"{at: "@flash", for: 2s, channel: icbc, latency: {multiply: 8}}"#)
        let written = faults.json(from: .milliseconds(20)).written(.compact)
        #expect(written == #"[{"at":"10020ms","for":"2s","channel":"icbc","latency":{"multiply":"8x"}}]"#)
        #expect(try self.faults("").isEmpty)
    }
}
