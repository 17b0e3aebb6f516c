import Evidence
import Numerals
import Timebase

/// What came between the end of the traffic and the end of the stack: whether everybody was done, what became of payments
/// of which nobody knew, and what was still to be done.
struct DrainSection {
    let drain: DrainRecord
    /// Of the traffic.
    let end: TimeSpan

    var markup: Markup {
        .section("drain", "The drain", [.facts(course + settled)] + (drain.left.isEmpty ? [] : [left.markup]))
    }

    private var course: [(String, Markup)] {
        let span = "\(Figures.span(drain.took)) of \(Figures.span(drain.budget)), from \(Figures.clock(end)) on"
        return [("ended", Markup(ended)), ("took", Markup(span))]
    }

    private var ended: String {
        switch drain.end {
        case .quiet: "when nobody had anything left to do"
        case .budget: "when its time was up"
        case .cut(let reason): "before its time: \(reason)"
        }
    }

    private var settled: [(String, Markup)] {
        guard let unknown = drain.unknown else { return [] }
        let ways = [
            (unknown.byQuery, "by query"), (unknown.byCallback, "by callback"), (unknown.byStatement, "by statement"),
            (unknown.byAnswer, "by the bank's answer"),
        ]
        let told = ways.filter { $0.0 > 0 }.map { "\(count($0.0)) \($0.1)" }
        return [
            ("unknown behind the traffic", Markup(count(unknown.atFirst))),
            ("known since", Markup(told.isEmpty ? "none" : told.joined(separator: ", "))),
            ("still unknown", Markup(open(unknown))),
        ]
    }

    private func open(_ unknown: UnknownRecord) -> String {
        guard unknown.left > 0 else { return "none" }
        let age = unknown.oldest.map { ", the oldest for \(Figures.span($0))" } ?? ""
        let names = unknown.records.isEmpty ? "" : ": " + unknown.records.joined(separator: ", ")
        let others = unknown.left > Int64(unknown.records.count) && !names.isEmpty ? " and others" : ""
        return count(unknown.left) + age + names + others
    }

    private var left: FigureTable {
        FigureTable(
            caption: "What was still to be done", header: ["where", "what", "how many"],
            rows: drain.left.prefix(PageLimits.rowsMax).map { left in
                [Markup(left.place), Markup(left.name.replacing("_", with: " ")), Markup(count(left.count))]
            }, more: max(0, drain.left.count - PageLimits.rowsMax))
    }

    private func count(_ count: Int64) -> String { Figures.grouped(UInt64(max(0, count))) }
}
