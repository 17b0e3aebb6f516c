/// A part of a whole, from nothing to all of it: `5%`.
package struct Ratio: PlanValue, Comparable, Hashable {
    /// 0 to 1.
    package let value: Double

    package init(_ value: Double) {
        precondition((0...1).contains(value), "a ratio of \(value)")
        self.value = value
    }

    package static let kind = "a ratio"
    package static let examples = ["5%", "0.1%"]
    package static let pattern = #"^[0-9]+(\.[0-9]+)?%$"#

    package init(parsing text: String) throws(ValueMistake) {
        guard let quantity = Quantity(text) else {
            throw Quantity.mistake(in: text, kind: Self.kind, examples: Self.examples)
        }
        switch quantity.unit {
        case "%": break
        case "" where quantity.value <= 1 && quantity.fractionDigits > 0:
            throw ValueMistake("needs a percent sign", fix: "write '\((quantity.value * 100).plain)%'")
        case "": throw ValueMistake("needs a percent sign", fix: "write '\(quantity.number)%'")
        case " %": throw ValueMistake("has a space before '%'", fix: "write '\(quantity.number)%'")
        default: throw ValueMistake("is a ratio, not '\(text)'", fix: "write '\(quantity.number)%'")
        }
        guard quantity.value <= 100 else { throw ValueMistake("is at most 100%") }
        value = quantity.value / 100
    }

    package static func < (left: Ratio, right: Ratio) -> Bool { left.value < right.value }

    package var description: String { (value * 100).rounded(toDigits: 12).plain + "%" }
}

extension Double {
    /// Takes away what multiplying by 100 added to the 15th digit.
    fileprivate func rounded(toDigits digits: Int) -> Double {
        let scale = (0..<digits).reduce(1.0) { scale, _ in scale * 10 }
        let rounded = (self * scale).rounded() / scale
        return rounded.isFinite ? rounded : self
    }
}

/// How many times as much: `1.2x`.
package struct Factor: PlanValue, Comparable, Hashable {
    package let value: Double

    package init(_ value: Double) {
        precondition(value >= 0 && value.isFinite, "a factor of \(value)")
        self.value = value
    }

    package static let kind = "a factor"
    package static let examples = ["1.2x", "2x"]
    package static let pattern = #"^[0-9]+(\.[0-9]+)?x$"#

    package init(parsing text: String) throws(ValueMistake) {
        guard let quantity = Quantity(text) else {
            throw Quantity.mistake(in: text, kind: Self.kind, examples: Self.examples)
        }
        switch quantity.unit {
        case "x": value = quantity.value
        case "": throw ValueMistake("needs an 'x'", fix: "write '\(quantity.number)x'")
        case "%": throw ValueMistake("is a factor", fix: "write '\((quantity.value / 100).plain)x'")
        default: throw ValueMistake("is a factor, not '\(text)'", fix: "write '\(quantity.number)x'")
        }
    }

    package static func < (left: Factor, right: Factor) -> Bool { left.value < right.value }

    package var description: String { value.plain + "x" }
}
