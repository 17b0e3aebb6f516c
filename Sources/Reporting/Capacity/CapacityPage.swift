import Capacity
import Evidence
import Numerals
import StackVocabulary
import Timebase
import Verdicts

/// capacity.html: what a search came to, its goodput over what was offered, and every drill.
struct CapacityPage {
    let report: CapacityReport

    init(_ report: CapacityReport) {
        self.report = report
    }

    var html: String { "<!DOCTYPE html>\n" + document.text + "\n" }

    private var document: Markup {
        .element(
            "html", [("lang", "en")],
            [
                .element("head", [], PageHead(title: "\(report.plan): \(report.headline)", isScripted: true).parts),
                .element(
                    "body", [], [header, .element("main", [], [findings, curve, drills]), footer, PageScript.markup]),
            ])
    }

    private var header: Markup {
        let planted = report.stack?.warning.map { [Markup.element("p", [("class", "planted")], $0)] } ?? []
        let about = report.about.map { [Markup.element("p", [("class", "about")], $0)] } ?? []
        return .element(
            "header", [("class", "verdict \(report.verdict.look)")],
            planted + [
                .element("p", [("class", "plan")], [Markup("Capacity of "), .element("b", [], report.plan)]),
                .element(
                    "h1", [],
                    [.element("span", [("class", "sign"), ("aria-hidden", "true")], report.verdict.sign)]
                        + [Markup(title)]),
                .element(
                    "p", [], "Exit code \(report.verdict.exitCode). \(report.probes.count) drills, seed \(report.seed)."
                ),
                .element("p", [], world),
            ] + about + [keyFigures])
    }

    private var title: String { report.headline.prefix(1).uppercased() + report.headline.dropFirst() }

    private var world: String {
        report.isRehearsed
            ? "Rehearsed in virtual time: it tells of the declared stack, and of no machine." : "Driven live."
    }

    private var keyFigures: Markup {
        let none = "-"
        return .facts([
            ("knee", Markup(report.knee.map { Figures.rate($0.perSecond) } ?? none)),
            ("held beyond doubt", Markup(report.knee?.low.map { Figures.rate($0) } ?? none)),
            ("broke beyond doubt", Markup(report.knee?.high.map { Figures.rate($0) } ?? none)),
            ("declared", Markup(report.declared.map { "\($0)" } ?? none)),
            ("peak goodput", Markup(report.peak.map { Figures.rate($0.goodput) } ?? none)),
            ("collapse", Markup(report.collapse.map { Figures.rate($0.perSecond) } ?? "not seen")),
        ])
    }

    private var findings: Markup {
        let lines =
            report.violationWords.map { "Money or isolation failed: \($0)" }
            + ["objective: \(report.objectiveWords)"] + report.sentences
        return .section(
            "findings", "What was found", [.element("ul", [], lines.map { .element("li", [], $0) })])
    }

    private var curve: Markup {
        let chart = GoodputChart(report)
        return .section("goodput", "Goodput over what was offered", chart.map { [$0.figure] } ?? [])
    }

    private var drills: Markup {
        let table = FigureTable(
            caption: "Drills, in the order of driving",
            header: [
                "drill", "rate", "hold", "verdict", "goodput", "p50", "p99", "shed", "failed", "under way", "why",
            ],
            rows: report.probes.prefix(PageLimits.rowsMax).map(row))
        return .section("drills", "Drills", [table.markup])
    }

    private func row(_ probe: ProbeRecord) -> [Markup] {
        let isJudged = probe.probe.purpose != .hysteresis
        var cells: [String] = [
            Figures.rate(probe.probe.perSecond), "\(probe.probe.hold)", isJudged ? probe.standing.words : "-",
            Figures.rate(probe.goodput),
        ]
        cells += probe.figures.map { Self.cells($0, isJudged) } ?? Array(repeating: "-", count: 6)
        return [Markup("\(probe.number) \(probe.probe.purpose.rawValue)")] + cells.map { Markup($0) }
    }

    private static func cells(_ figures: ProbeFigures, _ isJudged: Bool) -> [String] {
        func latency(_ value: UInt64?) -> String { value.map { Figures.span(nanoseconds: $0) } ?? "-" }
        let why = isJudged ? figures.reasons.first : nil
        return [
            latency(figures.p50), latency(figures.p99), Figures.percent(figures.shedShare),
            Figures.percent(figures.errorShare), Figures.threeDigits(figures.concurrency), why ?? "",
        ]
    }

    private var footer: Markup {
        .element("footer", [], "Spillway \(report.version). The same figures stand in \(CapacityReport.jsonName).")
    }
}
