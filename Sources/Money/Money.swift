/// Goal: amounts that cannot silently go wrong, for ledgers that are audited to the last minor unit.
///
/// Method: an integer count of minor units and its currency. Arithmetic either is exact or throws; amounts of two
/// currencies never meet. Hence no `+` and no `<`, and no conversion from floating point.
package struct Money: Hashable, Sendable {
    package let minor: Int64
    package let currency: Currency

    package init(minor: Int64, _ currency: Currency) {
        self.minor = minor
        self.currency = currency
    }

    package func adding(_ other: Money) throws(MoneyError) -> Money {
        try checked(minor.addingReportingOverflow(same(other)), "\(self) + \(other)")
    }

    package func subtracting(_ other: Money) throws(MoneyError) -> Money {
        try checked(minor.subtractingReportingOverflow(same(other)), "\(self) - \(other)")
    }

    package func multiplied(by factor: Int64) throws(MoneyError) -> Money {
        try checked(minor.multipliedReportingOverflow(by: factor), "\(self) * \(factor)")
    }

    package func negated() throws(MoneyError) -> Money {
        try multiplied(by: -1)
    }

    package func isLess(than other: Money) throws(MoneyError) -> Bool {
        minor < (try same(other))
    }

    private func same(_ other: Money) throws(MoneyError) -> Int64 {
        guard currency == other.currency else { throw .mixedCurrencies(currency, other.currency) }
        return other.minor
    }

    private func checked(
        _ result: (partialValue: Int64, overflow: Bool), _ expression: @autoclosure () -> String
    ) throws(MoneyError) -> Money {
        guard !result.overflow else { throw .overflow(expression()) }
        return Money(minor: result.partialValue, currency)
    }
}

package enum MoneyError: Error, Equatable {
    /// The expression that left the 64 bits.
    case overflow(String)
    case mixedCurrencies(Currency, Currency)
    case unknownCurrency(String)
    case malformedAmount(String, Currency, AmountFlaw)
}
