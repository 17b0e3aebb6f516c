/// A chart as a vector drawing that carries its own colours and words: it shows where scripts and styles are blocked, is as wide
/// as it may be, and keeps its letters at their size.
///
///     outer drawing, in pixels:   stages' names
///                                 faults' names
///       inner drawing, 0...1000 x 0...240, stretched:  bands, grid, series, marks
///                                 ticks
///
/// What stands on the page beside it (legend, table) is that of `Chart.figure`.
struct Drawing {
    let chart: Chart
    let frame: ChartFrame

    private static let tall = 216.0
    private static let small = 128.0
    /// One row of names above the field.
    private static let row = 17.0
    private static let foot = 20.0

    var markup: Markup {
        .element(
            "svg",
            [
                ("class", "drawing"), ("role", "img"), ("aria-labelledby", "\(chart.id)-title \(chart.id)-summary"),
                ("width", "100%"), ("height", px(top + height + Self.foot)),
                ("font-family", "system-ui,-apple-system,Segoe UI,Roboto,Noto Sans,DejaVu Sans,sans-serif"),
                ("font-size", "11"),
            ],
            [
                .element("title", [("id", "\(chart.id)-title")], chart.title),
                .element("desc", [("id", "\(chart.id)-summary")], chart.summary),
                .element(
                    "rect", [("class", "sheet"), ("width", "100%"), ("height", "100%"), ("fill", "#ffffff")]), field,
            ] + names + valueLabels + tickLabels + markLabels)
    }

    private var height: Double { chart.isSmall ? Self.small : Self.tall }
    private var rows: Double { frame.bands.isEmpty ? 0 : frame.bands.contains { $0.kind == .fault } ? 2 : 1 }
    private var top: Double { rows * Self.row + 6 }

    // MARK: The field

    private var field: Markup {
        let columns =
            frame.columns.map {
                [
                    ("data-x", $0.places.map { PathText.tenths($0 * 1_000) }.joined(separator: ",")),
                    ("data-names", $0.names.joined(separator: "|")),
                ]
            } ?? []
        return .element(
            "svg",
            [
                ("class", "field"), ("y", px(top)), ("width", "100%"), ("height", px(height)),
                ("viewBox", "0 0 \(Int(PathText.width)) \(Int(PathText.height))"), ("preserveAspectRatio", "none"),
            ] + columns + timeAttributes,
            bandShapes + gridLines + chart.series.map(\.drawn) + markLines)
    }

    private var timeAttributes: [(String, String)] {
        frame.seconds.map {
            [("data-from", PathText.tenths($0.lowerBound)), ("data-to", PathText.tenths($0.upperBound))]
        } ?? []
    }

    /// One shape for all of a kind.
    private var bandShapes: [Markup] {
        ChartFrame.Band.Kind.allCases.compactMap { kind in
            let path = frame.bands.filter { $0.kind == kind }.reduce(into: "") { path, band in
                let (from, to) = (
                    PathText.tenths(band.from * PathText.width), PathText.tenths(band.to * PathText.width)
                )
                path += "M\(from) 0H\(to)V\(Int(PathText.height))H\(from)Z"
            }
            return path.isEmpty ? nil : .element("path", kind.paint + [("d", path)])
        }
    }

    private var gridLines: [Markup] {
        chart.axis.ticks.map { tick in
            let y = PathText.tenths((1 - tick.height) * PathText.height)
            return .element(
                "path",
                [
                    ("class", "grid"), ("fill", "none"), ("stroke", "#d8dee4"), ("vector-effect", "non-scaling-stroke"),
                    ("d", "M0 \(y)H\(Int(PathText.width))"),
                ])
        }
    }

    private var markLines: [Markup] {
        frame.marks.map { mark in
            let x = PathText.tenths(mark.place * PathText.width)
            return .element(
                "path",
                [
                    ("class", "mark"), ("fill", "none"), ("stroke", "#1b1f24"), ("stroke-dasharray", "2 3"),
                    ("vector-effect", "non-scaling-stroke"), ("d", "M\(x) 0V\(Int(PathText.height))"),
                ])
        }
    }

    // MARK: Words

    private var names: [Markup] {
        let faults = frame.bands.filter { $0.kind == .fault }
        return frame.bands.filter { $0.kind != .fault }.compactMap { name($0, until: $0.to, row: 0) }
            + faults.enumerated().compactMap { place, fault in
                name(fault, until: faults.dropFirst(place + 1).first { $0.from > fault.from }?.from ?? 1, row: Self.row)
            }
    }

    /// A stage's name is cut off where its band ends, a fault's where the next one begins; nil where there is no room.
    private func name(_ band: ChartFrame.Band, until end: Double, row: Double) -> Markup? {
        guard end - band.from >= (chart.isSmall ? 0.05 : 0.025) else { return nil }
        let isFault = band.kind == .fault
        let name =
            band.label.count > PageLimits.nameMax ? band.label.prefix(PageLimits.nameMax) + "..." : band.label[...]
        return .element(
            "svg",
            [
                ("class", "band-name"), ("x", percent(band.from)), ("y", px(row)), ("width", percent(end - band.from)),
                ("height", px(Self.row)),
            ],
            [
                .element(
                    "text",
                    [
                        ("class", isFault ? "c-fault" : "soft"), ("x", "3"), ("y", "12"),
                        ("fill", isFault ? Ink.fault.light : "#4f5963"),
                    ], name)
            ])
    }

    /// On the lines that they name, so that the field has the drawing's whole width.
    private var valueLabels: [Markup] {
        chart.axis.ticks.map { tick in
            let y = top + (1 - tick.height) * height
            return text(
                tick.label, [("class", "value soft"), ("x", "2"), ("y", px(tick.height > 0.97 ? y + 11 : y - 3))])
        }
    }

    private var tickLabels: [Markup] {
        frame.ticks.map { tick in
            let anchor = tick.place < 0.02 ? "start" : tick.place > 0.95 ? "end" : "middle"
            return text(
                tick.label,
                [
                    ("class", "tick soft"), ("x", percent(tick.place)), ("y", px(top + height + 14)),
                    ("text-anchor", anchor),
                ])
        }
    }

    private var markLabels: [Markup] {
        frame.marks.map { mark in
            let anchor = mark.place < 0.02 ? "start" : mark.place > 0.97 ? "end" : "middle"
            return text(
                mark.label,
                [
                    ("class", "mark-name"), ("x", percent(mark.place)), ("y", px(top + height - 5)),
                    ("text-anchor", anchor), ("font-weight", "700"),
                ])
        }
    }

    /// With a rim of the ground, so that it can be read upon lines.
    private func text(_ words: String, _ attributes: [(String, String)]) -> Markup {
        .element(
            "text",
            attributes + [
                ("fill", "#4f5963"), ("stroke", "#ffffff"), ("stroke-width", "3"), ("paint-order", "stroke"),
                ("stroke-linejoin", "round"),
            ], words)
    }

    private func px(_ value: Double) -> String { PathText.tenths(value) }

    private func percent(_ share: Double) -> String {
        let hundredths = max(0, Int((share * 10_000).rounded()))
        let rest = hundredths % 100
        return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)%"
    }
}

extension ChartFrame.Band.Kind {
    fileprivate var paint: [(String, String)] {
        switch self {
        case .even: [("class", "band even"), ("fill", "#f4f6f8")]
        case .odd: [("class", "band odd"), ("fill", "#e9edf1")]
        case .uncounted: [("class", "band warm"), ("fill", "#d3d9df"), ("fill-opacity", "0.55")]
        case .fault: [("class", "band c-fault"), ("fill", Ink.fault.light), ("fill-opacity", "0.13")]
        }
    }
}

extension Chart.Series {
    fileprivate var drawn: Markup {
        .element("path", [("class", "\(kind) \(ink.look)")] + paint + told + [("d", path)])
    }

    private var kind: String {
        switch shape {
        case .line: isDashed ? "line dashed" : "line"
        case .field: "area"
        case .dots: "dots"
        }
    }

    private var path: String {
        switch shape {
        case .line(let points): PathText.line(points)
        case .field(let edges, let bottoms, let tops): PathText.field(edges: edges, bottoms: bottoms, tops: tops)
        case .dots(let points): PathText.dots(points)
        }
    }

    private var paint: [(String, String)] {
        switch shape {
        case .field: return [("fill", ink.light)]
        case .line, .dots:
            let isDots = if case .dots = shape { true } else { false }
            let dashes = isDashed ? [("stroke-dasharray", "1 4")] : []
            return [
                ("fill", "none"), ("stroke", ink.light), ("stroke-width", isDots ? "4" : isDashed ? "1.6" : "1.8"),
                ("stroke-linecap", "round"), ("stroke-linejoin", "round"), ("vector-effect", "non-scaling-stroke"),
            ] + dashes
        }
    }

    private var told: [(String, String)] {
        [("data-series", name)] + (readings.isEmpty ? [] : [("data-readings", readings.joined(separator: "|"))])
    }
}
