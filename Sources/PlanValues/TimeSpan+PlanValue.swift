package import Timebase

extension TimeSpan: PlanValue {
    package static let kind = "a duration"
    package static let examples = ["250ms", "10s", "5m"]
    package static let pattern = #"^[0-9]+(\.[0-9]+)?(ns|us|ms|s|m|h)$"#

    static func scale(ofUnit unit: some StringProtocol) -> UInt64? {
        switch String(unit) {
        case "ns": 1
        case "us": 1_000
        case "ms": 1_000_000
        case "s": 1_000_000_000
        case "m": 60_000_000_000
        case "h": 3_600_000_000_000
        default: nil
        }
    }

    package init(parsing text: String) throws(ValueMistake) {
        guard let quantity = Quantity(text) else {
            throw Quantity.mistake(in: text, kind: Self.kind, examples: Self.examples)
        }
        if quantity.unit.isEmpty {
            throw ValueMistake("needs a unit", fix: "write '\(quantity.number)ms' or '\(quantity.number)s'")
        }
        guard let scale = Self.scale(ofUnit: quantity.unit) else {
            throw Self.mistake(unit: quantity.unit, number: quantity.number)
        }
        guard let nanoseconds = quantity.scaled(by: scale) else {
            throw ValueMistake("is longer than 292 years")
        }
        self.init(nanoseconds: nanoseconds)
    }

    private static func mistake(unit: Substring, number: Substring) -> ValueMistake {
        let meant: [Substring: String] = [
            "min": "m", "mins": "m", "minutes": "m", "minute": "m", "sec": "s", "secs": "s", "seconds": "s",
            "second": "s",
            "S": "s", "M": "m", "msec": "ms", "millis": "ms", "MS": "ms", "µs": "us", "μs": "us", "hour": "h",
            "hours": "h",
            "H": "h",
        ]
        let trimmed = unit.drop { $0 == " " }
        if let unit = scale(ofUnit: trimmed) != nil ? String(trimmed) : meant[trimmed] {
            return ValueMistake(
                "has the unit '\(trimmed)'" + (trimmed == unit ? " behind a space" : ""),
                fix: "write '\(number)\(unit)'")
        }
        return ValueMistake("has no unit called '\(unit)'", fix: "the units are ns, us, ms, s, m, h")
    }
}
