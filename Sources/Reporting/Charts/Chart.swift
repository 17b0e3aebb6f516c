/// One drawing: what it shows, in words as well, and the series to draw over a frame.
struct Chart {
    enum Shape {
        case line([(x: Double, y: Double?)])
        case field(edges: [Double], bottoms: [Double], tops: [Double])
    }

    struct Series {
        let name: String
        /// The name of its colour in the style sheet.
        let colour: String
        var isDashed = false
        let shape: Shape
    }

    /// Distinguishes it on its page.
    let id: String
    let title: String
    /// What and in which unit.
    let caption: String
    /// What a reader who does not see it should know.
    let summary: String
    let axis: ValueAxis
    let series: [Series]
    let figures: FigureTable
}

/// What all charts that share a horizontal axis have in common.
struct ChartFrame {
    struct Band {
        let from: Double
        let to: Double
        let label: String
        let isCounted: Bool
    }

    var axisTitle: String
    var ticks: [(place: Double, label: String)]
    var bands: [Band] = []
    /// Where something happened: numbered as in the list of events.
    var marks: [(place: Double, label: String)] = []
}

extension Chart {
    /// The drawing scales with the page while its words keep their size: they stand around it, not in it.
    func figure(in frame: ChartFrame) -> Markup {
        .element(
            "figure", [("class", "chart"), ("id", id)],
            [
                .element("figcaption", [], [.element("h3", [], title), .element("p", [], caption), legend]),
                .element(
                    "div", [("class", "plot")],
                    [
                        valueLabels,
                        .element("div", [("class", "canvas")], frame.overlays + [drawing(in: frame)]),
                        frame.tickLabels,
                    ]),
                figures.folded,
            ])
    }

    private var legend: Markup {
        .element(
            "ul", [("class", "legend")],
            series.map { series in
                let look = "key \(series.isDashed ? "dashed " : "")c-\(series.colour)"
                return .element("li", [], [.element("span", [("class", look)]), Markup(series.name)])
            })
    }

    private var valueLabels: Markup {
        .element(
            "div", [("class", "values"), ("aria-hidden", "true")],
            axis.ticks.map { tick in
                .element("span", [("style", "bottom:\(PathText.tenths(tick.height * 100))%")], tick.label)
            })
    }

    private func drawing(in frame: ChartFrame) -> Markup {
        let (width, height) = (Int(PathText.width), Int(PathText.height))
        return .element(
            "svg",
            [
                ("viewBox", "0 0 \(width) \(height)"), ("preserveAspectRatio", "none"), ("role", "img"),
                ("aria-labelledby", "\(id)-title \(id)-summary"),
            ],
            [
                .element("title", [("id", "\(id)-title")], title),
                .element("desc", [("id", "\(id)-summary")], summary),
            ] + frame.bandShapes + gridLines + series.map(\.drawn) + frame.markLines)
    }

    private var gridLines: [Markup] {
        axis.ticks.map { tick in
            let y = PathText.tenths((1 - tick.height) * PathText.height)
            return .element("path", [("class", "grid"), ("d", "M0 \(y)H\(Int(PathText.width))")])
        }
    }
}

extension Chart.Series {
    fileprivate var drawn: Markup {
        switch shape {
        case .line(let points):
            .element(
                "path",
                [("class", "line \(isDashed ? "dashed " : "")c-\(colour)"), ("d", PathText.line(points))])
        case .field(let edges, let bottoms, let tops):
            .element(
                "path",
                [("class", "field c-\(colour)"), ("d", PathText.field(edges: edges, bottoms: bottoms, tops: tops))])
        }
    }
}

extension ChartFrame {
    fileprivate var overlays: [Markup] {
        let names = bands.map { band in
            let place = "left:\(percent(band.from));width:\(percent(band.to - band.from))"
            return Markup.element("span", [("style", place), ("title", band.label)], band.label)
        }
        let numbers = marks.map { mark in
            Markup.element("span", [("style", "left:\(percent(mark.place))")], mark.label)
        }
        return [
            .element("div", [("class", "bands"), ("aria-hidden", "true")], names),
            .element("div", [("class", "marks"), ("aria-hidden", "true")], numbers),
        ]
    }

    fileprivate var tickLabels: Markup {
        let labels = ticks.map { tick in
            let edge = tick.place < 0.02 ? [("class", "first")] : tick.place > 0.97 ? [("class", "last")] : []
            return Markup.element("span", edge + [("style", "left:\(percent(tick.place))")], tick.label)
        }
        return .element(
            "div", [("class", "times"), ("aria-hidden", "true")],
            labels + [.element("span", [("class", "axis")], axisTitle)])
    }

    fileprivate var bandShapes: [Markup] {
        bands.enumerated().map { place, band in
            let look = band.isCounted ? (place % 2 == 0 ? "band even" : "band odd") : "band warm"
            let (from, to) = (PathText.tenths(band.from * PathText.width), PathText.tenths(band.to * PathText.width))
            return .element("path", [("class", look), ("d", "M\(from) 0H\(to)V\(Int(PathText.height))H\(from)Z")])
        }
    }

    fileprivate var markLines: [Markup] {
        marks.map { mark in
            let x = PathText.tenths(mark.place * PathText.width)
            return .element("path", [("class", "mark"), ("d", "M\(x) 0V\(Int(PathText.height))")])
        }
    }

    private func percent(_ share: Double) -> String {
        PathText.tenths(share * 1_000) == "0" ? "0" : "\(hundredths(share))%"
    }

    private func hundredths(_ share: Double) -> String {
        let hundredths = Int((share * 10_000).rounded())
        let rest = hundredths % 100
        return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
    }
}
