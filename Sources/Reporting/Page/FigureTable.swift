/// A table whose first column names the row.
struct FigureTable {
    var caption: String
    var header: [String]
    var rows: [[Markup]] = []
    /// Rows that are left out, since there are too many.
    var more = 0

    /// A table behind a chart, for whoever wants its figures.
    var folded: Markup {
        .element("details", [], [.element("summary", [], caption), markup])
    }

    /// It scrolls by itself where the page is too narrow.
    var markup: Markup {
        let head = header.map { Markup.element("th", [("scope", "col")], $0) }
        let body = rows.map { row in
            Markup.element(
                "tr", [],
                row.enumerated().map { place, cell in
                    place == 0 ? .element("th", [("scope", "row")], [cell]) : .element("td", [], [cell])
                })
        }
        let table = Markup.element(
            "table", [("class", "figures")],
            [
                .element("caption", [], caption), .element("thead", [], [.element("tr", [], head)]),
                .element("tbody", [], body),
            ])
        let left = more > 0 ? [Markup.element("p", [], "\(more) more rows stand in report.json.")] : []
        return .element(
            "div", [("class", "scroll"), ("tabindex", "0"), ("role", "region"), ("aria-label", caption)],
            [table] + left)
    }
}
