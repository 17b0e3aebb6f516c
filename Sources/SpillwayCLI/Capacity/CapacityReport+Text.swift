import Capacity
import Evidence
import Numerals
import Timebase
import Verdicts

extension CapacityReport {
    func lines(for terminal: Terminal, folder: String) -> [String] {
        let blocks = [
            heading.flatMap { Paragraph.wrapped($0, columns: terminal.columns) },
            curve.isEmpty ? [] : CapacityChart(self, terminal: terminal).lines,
            sentences.flatMap { Paragraph.wrapped($0, columns: terminal.columns) },
            ["report: \(folder)/\(Self.pageName)", "drills: \(folder)/\(CapacitySession.probesName)"],
        ]
        return Array(blocks.filter { !$0.isEmpty }.joined(separator: [""]))
    }

    private var heading: [String] {
        let warning = stack?.warning.map { [$0] } ?? []
        let world = isRehearsed ? "rehearsed, in virtual time: of the declared stack, and of no machine" : nil
        return warning + violationWords.map { "MONEY OR ISOLATION FAILED: \($0)" }
            + ["\(plan): \(headline) (exit code \(verdict.exitCode))"] + [world].compactMap(\.self)
            + ["objective: \(objectiveWords)", "\(probes.count) drills, seed \(seed)"]
    }
}

extension ProbeRecord {
    /// ` 3  412/s for 10s: good; goodput 411/s, p99 38.2ms, 0 shed, 0 failed`
    var progressLine: String {
        let what = "\(number < 10 ? " " : "")\(number)  \(title)"
        guard let figures else { return "\(what): nothing arrived that counts" }
        let told =
            "goodput \(Figures.rate(figures.goodput.value)), p99 \(latency), "
            + "\(Figures.grouped(figures.shed)) shed, \(Figures.grouped(figures.errors)) failed"
        let why =
            standing == .good || probe.purpose == .hysteresis ? "" : figures.reasons.first.map { " (\($0))" } ?? ""
        let word = probe.purpose == .hysteresis ? "done" : standing.words
        return "\(what): \(word); \(told)\(why)"
    }

    private var title: String {
        switch probe.purpose {
        case .search: "\(Figures.rate(probe.perSecond)) for \(probe.hold)"
        case .confirm: "\(Figures.rate(probe.perSecond)) for \(probe.hold), to confirm it"
        case .goodput: "\(Figures.rate(probe.perSecond)) for \(probe.hold), beside the knee"
        case .hysteresis: "up to \(Figures.rate(probe.perSecond * (HysteresisFigures.steps.last ?? 1))) and down again"
        }
    }

    var latency: String { figures?.p99.map { Figures.span(nanoseconds: $0) } ?? "-" }
}
