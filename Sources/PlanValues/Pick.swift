/// How one of many is chosen: `random`, `in order`, `zipf 1.1`.
package enum Pick: PlanValue {
    case random
    case inOrder
    /// The k-th is chosen in proportion to k to the power of minus this.
    case zipf(Double)

    package static let kind = "a way to pick"
    package static let examples = ["random", "in order", "zipf 1.1"]
    package static let pattern = #"^(random|in order|zipf [0-9]+(\.[0-9]+)?)$"#

    package init(parsing text: String) throws(ValueMistake) {
        let words = text.split(separator: " ")
        switch words.first {
        case "random" where words.count == 1: self = .random
        case "in" where text == "in order": self = .inOrder
        case "zipf" where words.count == 2:
            guard let exponent = Quantity(String(words[1])), exponent.unit.isEmpty, exponent.value > 0,
                exponent.value <= 10
            else { throw ValueMistake("needs an exponent between 0 and 10", fix: "write 'zipf 1.1'") }
            self = .zipf(exponent.value)
        case "zipf": throw ValueMistake("needs an exponent", fix: "write 'zipf 1.1'")
        default: throw ValueMistake("is a way to pick, not '\(text)'", fix: Quantity.choice(Self.examples))
        }
    }

    package var description: String {
        switch self {
        case .random: "random"
        case .inOrder: "in order"
        case .zipf(let exponent): "zipf \(exponent.plain)"
        }
    }
}
