extension Chart {
    /// The drawing with its name, its legend, and the figures behind it for whoever wants to read them.
    func figure(in frame: ChartFrame) -> Markup {
        .element(
            "figure", [("class", isSmall ? "chart small" : "chart"), ("id", id)],
            [
                .element("figcaption", [], [.element("h3", [], title), .element("p", [], caption)]), legend,
                Drawing(chart: self, frame: frame).markup, axisTitle(frame), figures.folded,
            ])
    }

    private var legend: Markup {
        .element("ul", [("class", "legend")], series.map { .element("li", [], [$0.key, Markup($0.name)]) })
    }

    private func axisTitle(_ frame: ChartFrame) -> Markup {
        frame.axisTitle.isEmpty ? Markup([]) : .element("p", [("class", "axis")], frame.axisTitle)
    }
}

extension Chart.Series {
    /// What it looks like, in small.
    fileprivate var key: Markup {
        let shape: Markup =
            switch self.shape {
            case .field:
                .element(
                    "rect", [("class", "area \(ink.look)"), ("fill", ink.light), ("width", "16"), ("height", "10")])
            case .dots:
                .element(
                    "circle",
                    [("class", "area \(ink.look)"), ("fill", ink.light), ("cx", "8"), ("cy", "5"), ("r", "3.5")])
            case .line:
                .element(
                    "path",
                    [
                        ("class", "line \(ink.look)"), ("fill", "none"), ("stroke", ink.light), ("stroke-width", "2.4"),
                        ("stroke-linecap", "round"), ("d", "M1 5H15"),
                    ] + (isDashed ? [("stroke-dasharray", "1 4")] : []))
            }
        return .element(
            "svg", [("class", "key"), ("width", "16"), ("height", "10"), ("aria-hidden", "true")], [shape])
    }
}
