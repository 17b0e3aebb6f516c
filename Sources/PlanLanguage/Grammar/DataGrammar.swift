import Diagnostics
import PlanModel
import PlanValues

/// `data`: the values that templates draw from.
enum DataGrammar {
    private static let pool = Key<Int?>.optional("pool", .integer(1...100_000_000), "so many names: `merchant-1`, ...")
    private static let csv = Key<Located<String>?>.optional(
        "csv", Shape<String>.text.located, "a file; its first line names the columns")
    private static let minor = Key<Distribution<Double>?>.optional(
        "minor", .value(takesNumbers: true), "an amount in minor units of `currency`")
    private static let currency = Key<String?>.optional(
        "currency",
        .phrase("a currency", pattern: "^[A-Z]{3}$", examples: ["CNY", "EUR"]) { text in
            text.count == 3 && text.allSatisfy { "A"..."Z" ~= $0 } ? text : nil
        }, "of an amount: three letters of ISO 4217")
    private static let choice = Key<[String]?>.optional("choice", .list(.text), "one of these")
    private static let number = Key<Distribution<Double>?>.optional(
        "number", .value(takesNumbers: true), "a number of this distribution")
    private static let pick = Key<Pick>.defaulted("pick", .value(), to: .random, shown: "random", "which of many")

    private static let shape = Shape<Origin>.record(
        "data.NAME", "Exactly one of `pool`, `csv`, `minor`, `choice` and `number` says where values come from.",
        [pool, csv, minor, currency, choice, number, pick]
    ) { fields, reading in
        let written = [fields.has(pool), fields.has(csv), fields.has(minor), fields.has(choice), fields.has(number)]
        guard written.count(where: { $0 }) == 1 else {
            reading.error(
                "data come from exactly one origin", at: fields.span,
                fix: "write one of 'pool', 'csv', 'minor', 'choice' and 'number'")
            return nil
        }
        if fields.has(currency) != fields.has(minor) {
            reading.error(
                "'minor' and 'currency' belong together", at: fields.span, fix: "write {minor: 4900, currency: CNY}")
        }
        if fields.has(pick), fields.has(minor) || fields.has(number) {
            reading.error(
                "'pick' chooses one of many; a distribution has its own way", at: fields.span(of: pick),
                fix: "leave it out")
        }
        if let count = fields[pool] { return .pool(count: count, pick: fields[pick]) }
        if let path = fields[csv] { return .csv(path: path, pick: fields[pick]) }
        if let values = fields[choice] { return .choice(values, pick: fields[pick]) }
        if let values = fields[number] { return .number(values) }
        guard let values = fields[minor], let currency = fields[currency] else { return nil }
        return .amount(minor: values, currency: currency)
    }

    static let reserved = ["id", "uuid", "seq", "now", "webhook", "run", "shadow", "recent", "env", "request"]

    static let section = Shape<[(name: Located<String>, value: Origin)]>.names(
        Shape<Origin>(form: shape.form) { node, name, reading in
            if node["csv"] != nil { reading.dataWithColumns.insert(name) }
            return shape.read(node, name, &reading)
        }, declaring: .data
    ).then { pairs, _, _, reading in
        for pair in pairs where reserved.contains(pair.name.value) {
            reading.error(
                "'\(pair.name.value)' already means something in templates", at: pair.name.span,
                fix: "choose another name")
        }
        return pairs.map { DataSource(name: $0.name, origin: $0.value) }
    }
}
