import Capacity
import Numerals

/// Goodput over what was offered, a line for each rate that was probed:
///
///     offered  goodput    p99   shed  failed
///       250/s    250/s   21ms     0%      0%  ##########            good
///       430/s    430/s   48ms  0.02%      0%  #################     good, the knee
///       860/s    428/s   62ms  50.2%      0%  #################     bad
struct CapacityChart {
    let lines: [String]

    private static let barMax = 40
    private static let barMin = 10

    init(_ report: CapacityReport, terminal: Terminal) {
        var table = Table(["offered", "goodput", "p99", "shed", "failed", "", "verdict"], left: 5...6)
        let curve = report.curve
        let peak = max(report.peak?.goodput ?? 0, 1e-9)
        let width = min(Self.barMax, max(Self.barMin, terminal.columns - 68))
        for probe in curve {
            guard let figures = probe.figures else { continue }
            let count = Int((figures.goodput.value / peak * Double(width)).rounded())
            let bar = String(repeating: terminal.isUnicode ? "█" : "#", count: max(0, min(count, width)))
            table.add([
                Figures.rate(probe.probe.perSecond), Figures.rate(figures.goodput.value), probe.latency,
                Figures.percent(figures.shedShare), Figures.percent(figures.errorShare),
                bar + String(repeating: " ", count: width - bar.count), Self.words(probe, report),
            ])
        }
        lines = table.lines
    }

    private static func words(_ probe: ProbeRecord, _ report: CapacityReport) -> String {
        let rate = probe.probe.perSecond
        let knee = rate == report.knee?.perSecond ? ["the knee"] : []
        let peak = probe.number == report.peak?.number && report.knee != nil ? ["the peak"] : []
        let lost = rate == report.collapse?.perSecond ? ["collapsed"] : []
        return ([probe.standing.words] + knee + peak + lost).joined(separator: ", ")
    }
}
