package import Timebase

/// How often something happens: `200/s`, `12000/min`, `3/h`.
package struct Rate: PlanValue, Comparable, Hashable {
    package let perSecond: Double

    package init(perSecond: Double) {
        precondition(perSecond >= 0 && perSecond.isFinite, "a rate of \(perSecond) per second")
        self.perSecond = perSecond
    }

    package static let kind = "a rate"
    package static let examples = ["200/s", "12000/min"]
    package static let pattern = #"^[0-9]+(\.[0-9]+)?/(s|min|h)$"#

    package init(parsing text: String) throws(ValueMistake) {
        guard let quantity = Quantity(text) else {
            throw Quantity.mistake(in: text, kind: Self.kind, examples: Self.examples)
        }
        switch quantity.unit {
        case "/s": perSecond = quantity.value
        case "/min": perSecond = quantity.value / 60
        case "/h": perSecond = quantity.value / 3_600
        case "":
            let perMinute = (quantity.value * 60).plain
            throw ValueMistake("needs a unit", fix: "write '\(quantity.number)/s' or '\(perMinute)/min'")
        case "/sec", "/second", "rps", "tps", "qps", "ps", " /s", "/ s", "/S", "s", "Hz", " rps", " tps", " qps":
            throw ValueMistake("has no unit called '\(quantity.unit)'", fix: "write '\(quantity.number)/s'")
        case "/m", "/minute", "/mins":
            throw ValueMistake("has no unit called '\(quantity.unit)'", fix: "write '\(quantity.number)/min'")
        default:
            throw ValueMistake("has no unit called '\(quantity.unit)'", fix: "the units are /s, /min, /h")
        }
    }

    package static func < (left: Rate, right: Rate) -> Bool { left.perSecond < right.perSecond }

    /// How many of the events fall into a span, on average.
    package func expected(in span: TimeSpan) -> Double { perSecond * span.seconds }

    /// In the first unit that needs the fewest digits and is read as the same rate again.
    package var description: String {
        let forms = [(1.0, "/s"), (60, "/min"), (3_600, "/h")].map { scale, unit in
            (number: (perSecond * scale).plain, scale: scale, unit: unit)
        }
        let faithful = forms.filter { form in Double(form.number).map { $0 / form.scale } == perSecond }
        let best = (faithful.isEmpty ? forms : faithful).min { $0.number.count < $1.number.count } ?? forms[0]
        return best.number + best.unit
    }
}
