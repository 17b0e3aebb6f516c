import Evidence
import Numerals

/// Where shadow traffic went, and that the live stores knew nothing of it: whom the parts of the run had leave to contact, what they
/// sent there, and how many rows each store had before and after.
struct IsolationSection {
    let record: RunRecord

    /// Nothing where the run kept no such books.
    var markup: Markup {
        let parts = [rows, contacts].compactMap(\.self).map(\.markup)
        return parts.isEmpty ? Markup([]) : .section("isolation", "Isolation", [note] + parts)
    }

    private var note: Markup {
        .element(
            "p", [("class", "soft")],
            "What the checks M7 to M9 rest upon. Of the live store no table may have grown by shadow traffic: what it gained came from "
                + "untagged twins, where the plan sends any.")
    }

    private var rows: FigureTable? {
        guard let before = record.snapshots.first(where: { $0.moment == .before }),
            let after = record.snapshots.first(where: { $0.moment == .after })
        else { return nil }
        let stores = [("live", before.live, after.live), ("shadow", before.shadow, after.shadow)]
        let rows = stores.flatMap { name, old, new in
            new.tables.map { table -> [Markup] in
                let was = old[table.name] ?? 0
                let gained = Int(clamping: table.rows) - Int(clamping: was)
                return [
                    "\(table.name), \(name)", Figures.grouped(was), Figures.grouped(table.rows),
                    Figures.grouped(gained),
                ]
                .map { Markup($0) }
            }
        }
        return FigureTable(
            caption: "Rows of the stack's stores", header: ["table", "before", "after", "gained"],
            rows: Array(rows.prefix(PageLimits.rowsMax)), more: max(0, rows.count - PageLimits.rowsMax))
    }

    private var contacts: FigureTable? {
        guard !record.egress.isEmpty else { return nil }
        return FigureTable(
            caption: "Whom the run had leave to contact, and nobody else", header: ["by", "origin", "for", "requests"],
            rows: record.egress.prefix(PageLimits.rowsMax).map { one in
                [
                    Markup(one.by.rawValue.replacing("_", with: " ")), .element("code", [], one.origin),
                    Markup(one.purpose),
                    Markup(one.requests.map { Figures.grouped($0) } ?? "not counted"),
                ]
            }, more: max(0, record.egress.count - PageLimits.rowsMax))
    }
}
