package import Diagnostics
package import PlanValues

/// A name that templates use: `${merchant}`.
package struct DataSource: Sendable {
    package let name: Located<String>
    package let origin: Origin

    package init(name: Located<String>, origin: Origin) {
        self.name = name
        self.origin = origin
    }
}

/// Where a data source's values come from.
package enum Origin: Sendable {
    /// `merchant-1` to `merchant-1000`.
    case pool(count: Int, pick: Pick)
    /// Minor units of a currency.
    case amount(minor: Distribution<Double>, currency: String)
    /// Columns are named by the file's first line: `${card.token}`.
    case csv(path: Located<String>, pick: Pick)
    case choice([String], pick: Pick)
    case number(Distribution<Double>)
}
