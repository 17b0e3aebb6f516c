import Evidence
import Numerals
import Timebase
package import Verdicts

/// What the run came to, and why.
struct VerdictSection {
    let report: Report

    var header: Markup {
        let identity = report.record.identity
        let about = identity.about.map { [Markup.element("p", [("class", "about")], $0)] } ?? []
        let world = identity.world.warning.map { [Markup.element("p", [("class", "rehearsed")], $0)] } ?? []
        let planted = report.record.stack?.warning.map { [Markup.element("p", [("class", "planted")], $0)] } ?? []
        return .element(
            "header", [("class", "verdict \(report.verdict.look)")],
            world + planted + [
                .element("p", [("class", "plan")], [Markup("Drill "), .element("b", [], identity.plan)]),
                .element(
                    "h1", [],
                    [.element("span", [("class", "sign"), ("aria-hidden", "true")], report.verdict.sign)]
                        + [Markup(report.verdict.headline)]),
                .element("p", [], lead),
            ] + about + [why, keyFigures])
    }

    private var lead: String {
        let counts = Judgement.Status.allCases.compactMap { status in
            let count = report.judgements.count { $0.status == status }
            return count > 0 ? "\(count) \(status.words)" : nil
        }
        let ending = report.record.ending.words.map { " " + $0 } ?? ""
        return "Exit code \(report.verdict.exitCode): \(report.verdict.meaning).\(ending) "
            + "Verdicts: \(counts.joined(separator: ", "))."
    }

    // MARK: Why

    /// What did not pass, and what began when: what broke first is read at once.
    private var why: Markup {
        let parts = [misses, signs].compactMap(\.self)
        return parts.isEmpty ? Markup([]) : .element("div", [("class", "why")], parts)
    }

    private var misses: Markup? {
        let all = report.judgements.filter { $0.status != .pass }
        let failed = all.filter { $0.status == .fail }
        guard !all.isEmpty else { return nil }
        // What could not be judged mostly follows from what failed.
        let items = (failed.isEmpty ? all : failed).prefix(PageLimits.missesMax).map { judgement in
            Markup.element(
                "li", [("class", judgement.status.rawValue)],
                [
                    .element("b", [], "\(judgement.status.sign) \(judgement.name)"), Markup(": \(judgement.observed)"),
                    .element("small", [], " expected: \(judgement.expected)"),
                ])
        }
        let left = all.count - items.count
        let more = left > 0 ? [Markup.element("li", [], "\(left) more in the table below")] : []
        return .element("div", [], [.element("h2", [], "What did not pass"), .element("ul", [], items + more)])
    }

    private var signs: Markup? {
        let signs = FirstSigns(record: report.record).signs
        guard !signs.isEmpty else { return nil }
        let items = signs.map { sign in
            Markup.element(
                "li", sign.isCause ? [("class", "cause")] : [],
                [.element("time", [], TimeAxis.clock(sign.at)), Markup(" \(sign.words)")])
        }
        return .element("div", [], [.element("h2", [], "What began when"), .element("ol", [], items)])
    }

    // MARK: Key figures

    private var keyFigures: Markup {
        let counted = report.record.stages.filter(\.countsForVerdicts)
        let outcomes = counted.flatMap(\.cells).reduce(into: OutcomeCounts()) { $0 += $1.outcomes }
        let arrivals = report.record.slices.reduce(into: ArrivalCounts()) { $0 += $1.arrivals }
        let latency = LatencyPair(requestsOf: counted, report.record.steps)
        let share = { (count: UInt64) in
            outcomes.total > 0 ? Figures.percent(Double(count) / Double(outcomes.total)) : "-"
        }
        return .facts([
            ("arrivals due, in all", Markup(Figures.grouped(arrivals.scheduled))),
            ("dropped, in all", Markup(Figures.grouped(arrivals.dropped))),
            ("answered ok", Markup(share(outcomes[.ok]))), ("shed", Markup(share(outcomes[.shed]))),
            ("errors", Markup(share(outcomes.errors))),
            ("p50", Markup(latency.words(50))), ("p99", Markup(latency.words(99))),
        ])
    }

    // MARK: The table

    var table: Markup {
        let head = ["Verdict", "Claim", "Expected", "Observed"].map { Markup.element("th", [("scope", "col")], $0) }
        let table = Markup.element(
            "table", [("class", "judgements")],
            [
                .element("thead", [], [.element("tr", [], head)]),
                .element("tbody", [], report.judgements.map(row)),
            ])
        let glossary = Glossary.lines(for: report.judgements).map { Markup.element("p", [("class", "soft")], $0) }
        return .section("verdicts", "Verdicts", [.element("div", [("class", "card")], [table])] + glossary)
    }

    private func row(_ judgement: Judgement) -> Markup {
        let badge = Markup.element(
            "span", [("class", "badge \(judgement.status.rawValue)")],
            "\(judgement.status.sign) \(judgement.status.words)")
        let window = judgement.window.map { [Markup.element("small", [], $0.words)] } ?? []
        return .element(
            "tr", [],
            [
                .element("td", [("data-label", "Verdict")], [badge]),
                .element(
                    "th", [("scope", "row"), ("data-label", "Claim")],
                    [.element("b", [], judgement.name), Markup(" "), Markup(judgement.claim), Markup(" ")] + window),
                .element("td", [("data-label", "Expected")], judgement.expected),
                .element("td", [("data-label", "Observed")], [Markup(judgement.observed), reasons(judgement)]),
            ])
    }

    private func reasons(_ judgement: Judgement) -> Markup {
        guard !judgement.reasons.isEmpty else { return Markup([]) }
        let listed = judgement.reasons.prefix(PageLimits.reasonsMax)
        let more = judgement.reasons.count - listed.count
        let items = listed + (more > 0 ? ["\(more) more in report.json"] : [])
        return .element("ul", [("class", "reasons")], items.map { .element("li", [], $0) })
    }
}

extension Judgement.Status {
    /// Beside the colour, for whoever does not see it.
    fileprivate var sign: String {
        switch self {
        case .pass: "\u{2713}"
        case .fail: "\u{2717}"
        case .inconclusive: "?"
        case .notJudged: "\u{2013}"
        }
    }
}

extension RunVerdict {
    package var headline: String {
        switch self {
        case .integrityFailed: "Money or isolation failed"
        case .interrupted: "Interrupted"
        case .aborted: "Aborted by a guard"
        case .inconclusive: "Inconclusive"
        case .missed: "Target missed"
        case .met: "All targets met"
        }
    }

    fileprivate var meaning: String {
        switch self {
        case .integrityFailed: "money was lost, made or moved twice, or traffic leaked"
        case .interrupted: "a signal ended the run; this is what there was until then"
        case .aborted: "a guard of the plan ended the run"
        case .inconclusive: "something was not, or could not be, judged; this is no pass"
        case .missed: "a performance target was missed"
        case .met: "every target passed"
        }
    }

    var sign: String {
        switch self {
        case .integrityFailed, .missed: "\u{2717}"
        case .interrupted, .aborted: "!"
        case .inconclusive: "?"
        case .met: "\u{2713}"
        }
    }

    var look: String {
        switch self {
        case .integrityFailed, .missed: "fail"
        case .interrupted, .aborted, .inconclusive: "inconclusive"
        case .met: "pass"
        }
    }
}
