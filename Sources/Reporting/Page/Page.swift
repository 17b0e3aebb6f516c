import Evidence
import JSON
import Timebase
import Verdicts

/// report.html: one file that needs nothing else, neither a script nor the network, for people who look rather than read. What it
/// came to stands first, then why, then how it went over time, then the figures, then how to repeat it.
///
/// Drawings carry their own colours and words, so that they show where scripts and styles are blocked. Where they are not, the
/// style sheet makes it pleasant, and `PageScript` answers to whoever points, hides or zooms.
struct Page {
    let report: Report
    /// What environment.json says of the host; nil where there is none.
    let environment: JSONValue?
    private let plot: RunPlot
    private let small: RunPlot

    init(_ report: Report, environment: JSONValue? = nil) {
        self.report = report
        self.environment = environment
        plot = RunPlot(report.record)
        small = plot.small
    }

    private var record: RunRecord { report.record }

    var html: String { "<!DOCTYPE html>\n" + document.text + "\n" }

    private var document: Markup {
        let sections = sections.filter { !$0.markup.text.isEmpty }
        return .element(
            "html", [("lang", "en")],
            [
                .element("head", [], PageHead(title: title, isScripted: true).parts),
                .element(
                    "body", [],
                    [
                        VerdictSection(report: report).header, Self.contents(sections),
                        .element("main", [("id", "main")], sections.map(\.markup)), footer, PageScript.markup,
                    ]),
            ])
    }

    private var title: String {
        let identity = record.identity
        return identity.plan + (identity.world == .live ? "" : " (\(identity.world.rawValue))")
            + ": \(report.verdict.headline)"
    }

    // MARK: Sections

    struct Section {
        let id: String
        let name: String
        let markup: Markup

        init(_ id: String, _ name: String, _ markup: Markup) {
            (self.id, self.name, self.markup) = (id, name, markup)
        }
    }

    private var sections: [Section] {
        [
            Section("verdicts", "Verdicts", VerdictSection(report: report).table),
            Section("over-time", "Over time", overTime),
            Section("capacity", "Goodput", capacity),
            Section("recovery", "Recovery", recovery),
            Section("spectra", "Latency", SpectrumSection(record: record).markup),
            Section("audit", "Money", report.audit.map { AuditSection(audit: $0).markup } ?? Markup([])),
            Section("isolation", "Isolation", IsolationSection(record: record).markup),
            Section("stages", "Stages", StageSection(record: record).markup),
            Section("generator", "Generator", GeneratorSection(plot: small).markup),
            Section("stack", "Stack", record.stack.map { StackSection(stack: $0).markup } ?? Markup([])),
            Section("drain", "Drain", drain),
            Section("identity", "What ran", IdentitySection(record: record, environment: environment).markup),
        ]
    }

    private static func contents(_ sections: [Section]) -> Markup {
        .element(
            "nav", [("aria-label", "Sections")],
            [.element("ul", [], sections.map { .element("li", [], [.element("a", [("href", "#\($0.id)")], $0.name)]) })]
        )
    }

    private var overTime: Markup {
        let hint = Markup.element(
            "p", [("class", "soft hint")],
            "All charts of this section share one axis: time since the run began (min:s). Tinted columns are stages, the darkest "
                + "not judged, red ones faults; numbered lines are the events below.")
        return .section(
            "over-time", "Over time",
            [hint] + plot.traffic.map { $0.figure(in: plot.frame) } + [eventList]
                + group("Inside the stack", small.stack) + group("At the banks", small.banks)
                + group("Series of the plan", small.others) + more)
    }

    private var eventList: Markup { RunFrame(record: record, time: plot.time).eventList }

    private var more: [Markup] {
        let left = small.seriesLeft
        return left > 0 ? [.element("p", [], "\(left) more series stand in report.json.")] : []
    }

    private func group(_ title: String, _ charts: [Chart]) -> [Markup] {
        guard !charts.isEmpty else { return [] }
        return [
            .element("h3", [("class", "group")], title),
            .element("div", [("class", "pair")], charts.map { $0.figure(in: small.frame) }),
        ]
    }

    private var capacity: Markup {
        RunGoodput(plot).map { .section("capacity", "Goodput over what was offered", [$0.figure]) } ?? Markup([])
    }

    private var recovery: Markup {
        let parts = RecoveryCharts(record: record, judgements: report.judgements).sections
        return parts.isEmpty ? Markup([]) : .section("recovery", "Recovery", parts)
    }

    private var drain: Markup {
        let end = record.sliceLength * Int64(record.slices.count)
        return record.drain.map { DrainSection(drain: $0, end: end).markup } ?? Markup([])
    }

    private var footer: Markup {
        .element("footer", [], "Spillway \(record.identity.version). The same figures stand in report.json.")
    }
}

extension Markup {
    static func section(_ id: String, _ title: String, _ parts: [Markup]) -> Markup {
        .element(
            "section", [("id", id), ("aria-labelledby", "\(id)-heading")],
            [.element("h2", [("id", "\(id)-heading")], title)] + parts)
    }

    /// Names and their values.
    static func facts(_ facts: [(String, Markup)]) -> Markup {
        .element(
            "dl", [("class", "facts")],
            facts.map { .element("div", [], [.element("dt", [], $0.0), .element("dd", [], [$0.1])]) })
    }
}
