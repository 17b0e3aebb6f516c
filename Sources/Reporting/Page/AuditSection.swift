import Audit
import Evidence
import Numerals
import Verdicts

/// What the ledgers said of money and isolation: each check, and for the first violations what happened to them everywhere.
struct AuditSection {
    let audit: AuditReport

    private static let violationsMax = 5

    var markup: Markup {
        .section(
            "audit", "Money and isolation",
            [.element("div", [("class", "card")], [table])] + witnesses + [
                .element("h3", [("class", "group")], "Asked of"), sources,
            ])
    }

    private var table: Markup {
        let head = ["Check", "Claim", "Violations"].map { Markup.element("th", [("scope", "col")], $0) }
        return .element(
            "table", [("class", "judgements audit")],
            [
                .element("thead", [], [.element("tr", [], head)]),
                .element("tbody", [], audit.findings.map(row)),
            ])
    }

    private func row(_ finding: AuditFinding) -> Markup {
        let badge = Markup.element(
            "span", [("class", "badge \(finding.status.look)")], "\(finding.status.sign) \(finding.status.words)")
        let found = finding.answers.filter { $0.count > 0 || !$0.missing.isEmpty || !$0.torn.isEmpty }
        return .element(
            "tr", [],
            [
                .element("td", [("data-label", "Check")], [badge]),
                .element(
                    "th", [("scope", "row"), ("data-label", "Claim")],
                    [.element("b", [], "\(finding.name) \(finding.title)"), Markup(" "), Markup(finding.claim)]),
                .element(
                    "td", [("data-label", "Violations")],
                    found.isEmpty
                        ? [Markup("none")]
                        : [.element("ul", [("class", "reasons")], found.map { .element("li", [], Self.words($0)) })]),
            ])
    }

    private static func words(_ answer: AuditFinding.Answer) -> String {
        if answer.count > 0 { return "\(Figures.grouped(UInt64(answer.count))) \(answer.word): \(answer.finds)" }
        if let torn = answer.torn.first { return "\(answer.word): asked of a part only, \(torn)" }
        return "\(answer.word): the run has no \(answer.missing.joined(separator: ", "))"
    }

    // MARK: Witnesses

    private var witnesses: [Markup] {
        audit.findings.flatMap { finding in
            finding.answers.filter { $0.count > 0 }.flatMap { answer in
                answer.violations.prefix(Self.violationsMax).filter { !$0.trace.isEmpty }.map { violation in
                    witness("\(finding.name) \(answer.word)", violation)
                }
            }
        }
    }

    private func witness(_ name: String, _ violation: Violation) -> Markup {
        let head = ["When", "Who says so", "What"].map { Markup.element("th", [("scope", "col")], $0) }
        let rows = violation.trace.map { event in
            Markup.element(
                "tr", [],
                [
                    .element("td", [], event.at.map { Figures.span($0) } ?? "-"),
                    .element("td", [], [.element("span", [("class", "ledger")], event.ledger)]),
                    .element("td", [], event.text),
                ])
        }
        return .element(
            "details", [],
            [
                .element(
                    "summary", [],
                    [
                        .element("b", [], name), Markup(" "), .element("code", [], violation.subject),
                        Markup(" \(violation.detail)"),
                    ]),
                .element(
                    "div",
                    [("class", "scroll"), ("tabindex", "0"), ("role", "region"), ("aria-label", "\(name), witness")],
                    [
                        .element(
                            "table", [("class", "witness")],
                            [.element("thead", [], [.element("tr", [], head)]), .element("tbody", [], rows)])
                    ]),
            ])
    }

    private var sources: Markup {
        .facts(
            audit.sources.map { source in
                let words =
                    source.state == .whole
                    ? "\(Figures.grouped(UInt64(max(0, source.rows)))) rows"
                    : source.fault.isEmpty ? source.state.rawValue : "\(source.state.rawValue): \(source.fault)"
                return (source.name, Markup(words))
            })
    }
}

extension AuditFinding.Status {
    fileprivate var look: String {
        switch self {
        case .pass: "pass"
        case .fail: "fail"
        case .inconclusive: "inconclusive"
        case .notObserved: "not_judged"
        }
    }

    fileprivate var sign: String {
        switch self {
        case .pass: "\u{2713}"
        case .fail: "\u{2717}"
        case .inconclusive: "?"
        case .notObserved: "\u{2013}"
        }
    }
}
