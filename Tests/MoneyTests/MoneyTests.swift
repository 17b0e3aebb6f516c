import Money
import Testing

@Suite struct MoneyTests {
    let euro = try! Currency("EUR")
    let yen = try! Currency("JPY")
    let dinar = try! Currency("KWD")
    let unidad = try! Currency("CLF")

    @Test func `currencies know their code and decimals`() throws {
        #expect([yen, euro, dinar, unidad].map(\.exponent) == [0, 2, 3, 4])
        #expect(Currency.codes.count == 165, "a changed list is a decision: \(Currency.codes.count)")
        #expect(Currency.codes == Currency.codes.sorted())
        #expect(try Currency.codes.allSatisfy { try Currency($0).code == $0 })
        #expect(try Currency.codes.allSatisfy { try Currency($0.utf8Span.span) == Currency($0) })
        #expect(Set(try Currency.codes.map { try Currency($0) }).count == Currency.codes.count)
        #expect(MemoryLayout<Money>.size <= 16)
        #expect(Currency.codes.allSatisfy { $0.utf8.count == 3 && $0.utf8.allSatisfy { 65...90 ~= $0 } })
    }

    @Test(arguments: ["", "eur", "EURO", "XXX", "XAU", "HRK", "ÉUR", "EUR "])
    func `an unknown code is an error`(code: String) {
        #expect(throws: MoneyError.unknownCurrency(code)) { try Currency(code) }
        #expect(Currency(code.utf8Span.span) == nil)
    }

    @Test func `arithmetic is exact`() throws {
        let price = Money(minor: 4_999, euro)
        #expect(try price.adding(Money(minor: 1, euro)) == Money(minor: 5_000, euro))
        #expect(try price.subtracting(Money(minor: 5_000, euro)) == Money(minor: -1, euro))
        #expect(try price.multiplied(by: -3) == Money(minor: -14_997, euro))
        #expect(try price.negated() == Money(minor: -4_999, euro))
        #expect(try price.isLess(than: Money(minor: 5_000, euro)))
        #expect(try !price.isLess(than: price))
    }

    @Test func `overflow is an error that says which sum`() {
        let (largest, smallest) = (Money(minor: .max, yen), Money(minor: .min, yen))
        let one = Money(minor: 1, yen)
        #expect(throws: MoneyError.overflow("9223372036854775807 JPY + 1 JPY")) { try largest.adding(one) }
        #expect(throws: MoneyError.overflow("-9223372036854775808 JPY - 1 JPY")) { try smallest.subtracting(one) }
        #expect(throws: MoneyError.overflow("9223372036854775807 JPY * 2")) { try largest.multiplied(by: 2) }
        #expect(throws: MoneyError.overflow("-9223372036854775808 JPY * -1")) { try smallest.negated() }
    }

    @Test func `currencies never mix`() {
        let mixed = MoneyError.mixedCurrencies(euro, yen)
        let (one, other) = (Money(minor: 1, euro), Money(minor: 1, yen))
        #expect(throws: mixed) { try one.adding(other) }
        #expect(throws: mixed) { try one.subtracting(other) }
        #expect(throws: mixed) { try one.isLess(than: other) }
        #expect(one != other)
    }
}

@Suite struct MoneyTextTests {
    @Test(
        arguments: [
            ("EUR", 4_900, "49.00"), ("EUR", 5, "0.05"), ("EUR", 0, "0.00"), ("EUR", -5, "-0.05"),
            ("EUR", -12_345, "-123.45"),
            ("JPY", 0, "0"), ("JPY", 49, "49"), ("JPY", -7, "-7"), ("KWD", 1, "0.001"), ("KWD", 1_234, "1.234"),
            ("CLF", 12, "0.0012"), ("EUR", .max, "92233720368547758.07"), ("EUR", .min, "-92233720368547758.08"),
            ("JPY", .min, "-9223372036854775808"),
        ] as [(String, Int64, String)])
    func `an amount has one text`(code: String, minor: Int64, text: String) throws {
        let money = Money(minor: minor, try Currency(code))
        #expect(money.text == text)
        #expect(try Money(text: text, money.currency) == money)
    }

    @Test(
        arguments: [
            ("EUR", "", .notDecimal), ("EUR", "-", .notDecimal), ("EUR", ".50", .notDecimal),
            ("EUR", "+1.00", .notDecimal),
            ("EUR", " 1.00", .notDecimal), ("EUR", "1,00", .notDecimal), ("EUR", "1e2", .notDecimal),
            ("EUR", "1.0.0", .notDecimal), ("EUR", "--1.00", .notDecimal), ("EUR", "١.٠٠", .notDecimal),
            ("EUR", "01.00", .leadingZero), ("EUR", "00.00", .leadingZero), ("EUR", "-0.00", .negativeZero),
            ("JPY", "-0", .negativeZero), ("EUR", "49", .decimals(wanted: 2, found: 0)),
            ("EUR", "49.", .decimals(wanted: 2, found: 0)), ("EUR", "49.0", .decimals(wanted: 2, found: 1)),
            ("EUR", "49.000", .decimals(wanted: 2, found: 3)), ("JPY", "49.00", .decimals(wanted: 0, found: 2)),
            ("JPY", "49.", .decimals(wanted: 0, found: 0)), ("EUR", "92233720368547758.08", .tooLarge),
            ("EUR", "-92233720368547758.09", .tooLarge), ("JPY", "99999999999999999999999", .tooLarge),
        ] as [(String, String, AmountFlaw)])
    func `any other text is refused by name`(code: String, text: String, flaw: AmountFlaw) throws {
        let currency = try Currency(code)
        #expect(throws: MoneyError.malformedAmount(text, currency, flaw)) { try Money(text: text, currency) }
    }

    /// Every text of up to five characters over a small alphabet: what parses prints as itself.
    @Test func `parsing accepts nothing that formatting does not write`() throws {
        let euro = try Currency("EUR")
        var texts = [""]
        var accepted = 0
        for _ in 0..<5 {
            texts = texts.flatMap { text in ["0", "1", ".", "-"].map { text + $0 } }
            for text in texts {
                guard let money = try? Money(text: text, euro) else { continue }
                accepted += 1
                if money.text != text { Issue.record("\(text) was read as \(money)") }
            }
        }
        // 8 of the form d.dd, as many negative ones but for -0.00, 8 of the form 1d.dd.
        #expect(accepted == 8 + 7 + 8)
    }
}

@Suite struct MoneyAllocationTests {
    let euro = try! Currency("EUR")

    @Test func `a split gives the first parts the odd units`() {
        #expect(Money(minor: 100, euro).split(into: 3).map(\.minor) == [34, 33, 33])
        #expect(Money(minor: -100, euro).split(into: 3).map(\.minor) == [-34, -33, -33])
        #expect(Money(minor: 2, euro).split(into: 4).map(\.minor) == [1, 1, 0, 0])
    }

    @Test func `the largest remainders get the units left over`() {
        // 100 by 1, 2, 4: 14.29, 28.57, 57.14
        #expect(Money(minor: 100, euro).allocated(by: [1, 2, 4]).map(\.minor) == [14, 29, 57])
        #expect(Money(minor: 5, euro).allocated(by: [0, 1, 0, 1]).map(\.minor) == [0, 3, 0, 2])
    }

    @Test func `the extremes are allocated without a trap`() {
        for minor in [Int64.min, .max] {
            #expect(Money(minor: minor, euro).split(into: 1).map(\.minor) == [minor])
            let parts = Money(minor: minor, euro).allocated(by: [.max - 2, 1, 1]).map(\.minor)
            #expect(parts.reduce(0, +) == minor)
        }
    }

    /// Every amount and every weighting of three in a small space.
    @Test func `no unit is lost and none strays by a whole unit`() {
        for minor in -20...20 as ClosedRange<Int64> {
            for weights in (1..<64).map({ [UInt64($0 & 3), UInt64($0 >> 2 & 3), UInt64($0 >> 4)] }) {
                let parts = Money(minor: minor, euro).allocated(by: weights).map(\.minor)
                let total = Int64(weights.reduce(0, +))
                let fair = zip(parts, weights).allSatisfy { abs($0 * total - minor * Int64($1)) < total }
                if parts.reduce(0, +) != minor || !fair { Issue.record("\(minor) by \(weights): \(parts)") }
            }
        }
    }
}
