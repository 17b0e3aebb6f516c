import Testing
import Timebase

@testable import Reporting

@Suite struct AxisTests {
    @Test(
        arguments: [
            (0, ["0", "1"]), (1, ["0", "0.5", "1"]), (450, ["0", "200", "400", "600"]),
            (12_345, ["0", "5000", "10000", "15000"]), (0.04, ["0", "0.01", "0.02", "0.03", "0.04"]),
        ] as [(Double, [String])])
    func `a linear axis has a few round ticks and room for the greatest value`(greatest: Double, labels: [String]) {
        let axis = ValueAxis.linear(upTo: greatest) { $0 == $0.rounded() ? "\(Int($0))" : "\($0)" }
        if greatest >= 1 { #expect(axis.ticks.map(\.label) == labels) }
        #expect(axis.ticks.count <= 6)
        #expect(axis.height(of: greatest) <= 1 && axis.height(of: 0) == 0)
        #expect(axis.ticks.last?.height == 1)
    }

    @Test func `a linear axis goes below zero where values do, and holds what no integer holds`() {
        let axis = ValueAxis.linear(from: -3, upTo: 5) { "\(Int($0))" }
        #expect(axis.ticks.map(\.label) == ["-4", "-2", "0", "2", "4", "6"])
        #expect(axis.height(of: -4) == 0 && axis.height(of: 1) == 0.5 && axis.height(of: 6) == 1)
        for greatest in [9.3e18, 1e299, .greatestFiniteMagnitude] {
            let axis = ValueAxis.linear(from: -greatest, upTo: greatest, label: RunPlot.number)
            #expect((2...12).contains(axis.ticks.count) && axis.height(of: greatest) > 0.9, "\(greatest)")
        }
    }

    @Test func `a logarithmic axis gives each tenfold the same height`() {
        let axis = ValueAxis.latency([2_000_000, 1_700_000_000])
        #expect(axis.ticks.map(\.label) == ["1ms", "10ms", "100ms", "1s"])
        let heights = [1e6, 1e7, 1e8, 1e9].map(axis.height)
        #expect(abs(heights[1] - heights[0] - (heights[3] - heights[2])) < 1e-9)
        #expect(axis.height(of: 1_700_000_000) < 1)
        #expect(ValueAxis.latency([3_000_000, 4_000_000]).ticks.map(\.label) == ["1ms", "2ms", "5ms"])
        #expect(ValueAxis.latency([]).ticks.count >= 2)
        #expect(ValueAxis.latency([600_000_000_000]).height(of: 600_000_000_000) <= 1)
    }

    @Test(
        arguments: [
            (1, ["0:00", "0:01"]), (80, ["0:00", "0:15", "0:30", "0:45", "1:00", "1:15"]),
            (7_200, ["0:00", "20:00", "40:00"]), (400_000, ["0:00"]),
        ] as [(Int64, [String])])
    func `the time axis has at most eight ticks at round times`(seconds: Int64, labels: [String]) {
        let ticks = TimeAxis(end: .seconds(seconds)).ticks
        #expect((2...8).contains(ticks.count), "\(ticks)")
        if seconds < 1_000 { #expect(ticks.map(\.label) == labels) }
    }

    @Test func `a line is interrupted where nothing was measured, and a lone point is a dot`() {
        #expect(PathText.line([(0, 0), (0.5, 1), (0.75, nil), (1, 0.5)]) == "M0 240L500 0M1000 120h0")
        #expect(PathText.line([(0, nil)]).isEmpty)
    }

    @Test func `a field lies between two staircases`() {
        #expect(
            PathText.field(edges: [0, 0.5, 1], bottoms: [0, 0], tops: [0.5, 1])
                == "M0 240V120H500V0H1000V240H500V240H0Z")
        #expect(PathText.field(edges: [], bottoms: [], tops: []).isEmpty)
    }
}
