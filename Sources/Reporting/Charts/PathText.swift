/// The path of an SVG over a field of 1000 by `height` units, in tenths of a unit.
struct PathText {
    static let width = 1_000.0
    static let height = 240.0

    private(set) var text = ""

    /// Through the points; a missing one interrupts it. One that stands alone is a dot.
    static func line(_ points: [(x: Double, y: Double?)]) -> String {
        var path = PathText()
        for (place, point) in points.enumerated() {
            guard let y = point.y else { continue }
            let begins = place == 0 || points[place - 1].y == nil
            path.append(begins ? "M" : "L", point.x, y)
            let ends = place == points.count - 1 || points[place + 1].y == nil
            if begins, ends { path.text += "h0" }
        }
        return path.text
    }

    /// A dot for each point: a line without length, with round ends.
    static func dots(_ points: [(x: Double, y: Double?)]) -> String {
        var path = PathText()
        for point in points {
            guard let y = point.y else { continue }
            path.append("M", point.x, y)
            path.text += "h0"
        }
        return path.text
    }

    /// The field between two staircases with the same steps.
    static func field(edges: [Double], bottoms: [Double], tops: [Double]) -> String {
        guard let first = bottoms.first, edges.count == tops.count + 1 else { return "" }
        var path = PathText()
        path.append("M", edges[0], first)
        for place in tops.indices { path.step(y: tops[place], x: edges[place + 1]) }
        for place in bottoms.indices.reversed() { path.step(y: bottoms[place], x: edges[place]) }
        return path.text + "Z"
    }

    private mutating func append(_ command: String, _ x: Double, _ y: Double) {
        text += command + Self.tenths(x * Self.width) + " " + Self.tenths((1 - y) * Self.height)
    }

    private mutating func step(y: Double, x: Double) {
        text += "V" + Self.tenths((1 - y) * Self.height) + "H" + Self.tenths(x * Self.width)
    }

    static func tenths(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        let sign = tenths < 0 ? "-" : ""
        let (whole, rest) = (abs(tenths) / 10, abs(tenths) % 10)
        return rest == 0 ? "\(sign)\(whole)" : "\(sign)\(whole).\(rest)"
    }
}
