/// An amount has exactly one text: an optional minus, digits without a leading zero, and as many decimals as the
/// currency has. `49.00` is money; `49`, `49.0`, `+49.00`, `049.00`, `-0.00`, `4,900.00` are each refused by name, for
/// a text that two systems may read differently is how amounts change on the way.
extension Money: CustomStringConvertible {
    package init(text: String, _ currency: Currency) throws(MoneyError) {
        do throws(AmountFlaw) {
            self.init(minor: try Self.minor(of: Array(text.utf8), exponent: currency.exponent), currency)
        } catch {
            throw .malformedAmount(text, currency, error)
        }
    }

    /// The amount without its currency: `49.00`.
    package var text: String {
        var digits = String(minor.magnitude)
        if currency.exponent > 0 {
            digits = String(repeating: "0", count: max(0, currency.exponent + 1 - digits.count)) + digits
            digits.insert(".", at: digits.index(digits.endIndex, offsetBy: -currency.exponent))
        }
        return minor < 0 ? "-" + digits : digits
    }

    package var description: String { "\(text) \(currency)" }

    private static func minor(of text: [UInt8], exponent: Int) throws(AmountFlaw) -> Int64 {
        let negative = text.first == UInt8(ascii: "-")
        let parts = text.dropFirst(negative ? 1 : 0)
            .split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        let whole = parts[0]
        let decimals = parts.count > 1 ? parts[1] : []
        let digits = whole + decimals
        guard !whole.isEmpty, digits.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }) else {
            throw .notDecimal
        }
        guard whole.count == 1 || whole.first != UInt8(ascii: "0") else { throw .leadingZero }
        guard decimals.count == exponent, parts.count == (exponent > 0 ? 2 : 1) else {
            throw .decimals(wanted: exponent, found: decimals.count)
        }
        var minor: Int64 = 0
        for digit in digits {
            // Built downwards: the negative range is the larger one.
            let (tens, tooLarge) = minor.multipliedReportingOverflow(by: 10)
            let (next, tooLargeByOne) = tens.subtractingReportingOverflow(Int64(digit - UInt8(ascii: "0")))
            guard !tooLarge, !tooLargeByOne else { throw .tooLarge }
            minor = next
        }
        guard !negative || minor != 0 else { throw .negativeZero }
        guard negative || minor != .min else { throw .tooLarge }
        return negative ? minor : -minor
    }
}

package enum AmountFlaw: Error, Equatable {
    case notDecimal
    case leadingZero
    case decimals(wanted: Int, found: Int)
    case negativeZero
    case tooLarge
}
