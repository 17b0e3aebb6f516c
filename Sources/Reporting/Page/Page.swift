import Evidence
import Timebase
import Verdicts

/// report.html: one file that needs nothing else, neither a script nor the network, for people who look rather than
/// read. What it came to stands first, then why, then how it went over time, then the figures, then how to repeat it.
struct Page {
    let report: Report
    let timeline: Timeline
    private let charts: [Chart]

    init(_ report: Report) {
        self.report = report
        let charts = RunCharts(report.record)
        timeline = charts.timeline
        self.charts = charts.all
    }

    var html: String { "<!DOCTYPE html>\n" + document.text + "\n" }

    private var document: Markup {
        .element(
            "html", [("lang", "en")],
            [
                .element("head", [], Self.head(title: title)),
                .element("body", [], [VerdictSection(report: report).header, .element("main", [], sections), footer]),
            ])
    }

    /// Of any page of ours.
    static func head(title: String) -> [Markup] {
        [
            .element("meta", [("charset", "utf-8")]),
            .element("meta", [("http-equiv", "Content-Security-Policy"), ("content", policy)]),
            .element("meta", [("name", "viewport"), ("content", "width=device-width, initial-scale=1")]),
            .element("meta", [("name", "color-scheme"), ("content", "light dark")]),
            .element("meta", [("name", "referrer"), ("content", "no-referrer")]),
            .element("title", [], title),
            .element("style", [], [Markup(trusted: Stylesheet.text)]),
        ]
    }

    private var title: String {
        let identity = report.record.identity
        return identity.plan + (identity.world == .live ? "" : " (\(identity.world.rawValue))")
            + ": \(report.verdict.headline)"
    }

    /// Nothing but the styles of the page itself: no script, no picture, no font, no form.
    private static let policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"

    private var sections: [Markup] {
        [
            VerdictSection(report: report).table
        ] + (report.audit.map { [AuditSection(audit: $0).markup] } ?? []) + [
            timelineSection, StageSection(record: report.record).markup,
            SpectrumSection(record: report.record).markup, GeneratorSection(record: report.record).markup,
        ] + (report.record.stack.map { [StackSection(stack: $0).markup] } ?? []) + drain
            + [IdentitySection(record: report.record).markup]
    }

    private var drain: [Markup] {
        let end = report.record.sliceLength * Int64(report.record.slices.count)
        return report.record.drain.map { [DrainSection(drain: $0, end: end).markup] } ?? []
    }

    private var footer: Markup {
        .element("footer", [], "Spillway \(report.record.identity.version). The same figures stand in report.json.")
    }

    // MARK: Over time

    private var timelineSection: Markup {
        let frame = RunFrame(record: report.record, end: timeline.end)
        return .section("over-time", "Over time", charts.map { $0.figure(in: frame.frame) } + [frame.eventList])
    }
}

extension Markup {
    static func section(_ id: String, _ title: String, _ parts: [Markup]) -> Markup {
        .element(
            "section", [("aria-labelledby", "\(id)-heading")],
            [.element("h2", [("id", "\(id)-heading")], title)] + parts)
    }

    /// Names and their values.
    static func facts(_ facts: [(String, Markup)]) -> Markup {
        .element(
            "dl", [("class", "facts")],
            facts.map { .element("div", [], [.element("dt", [], $0.0), .element("dd", [], [$0.1])]) })
    }
}
