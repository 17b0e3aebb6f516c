extension Money {
    /// Parts that differ by one minor unit at most and sum to the whole; the larger ones come first.
    package func split(into count: Int) -> [Money] {
        precondition(count > 0, "\(self) split into \(count) parts")
        return allocated(by: [UInt64](repeating: 1, count: count))
    }

    /// Parts in proportion to the weights that sum to the whole, by largest remainder: each gets its share rounded
    /// towards zero, and the units left over go one each to the largest remainders, the earlier of two equal ones.
    package func allocated(by weights: [UInt64]) -> [Money] {
        let total = weights.reduce(into: (sum: 0 as UInt64, overflow: false)) { total, weight in
            let (sum, overflow) = total.sum.addingReportingOverflow(weight)
            total = (sum, total.overflow || overflow)
        }
        precondition(total.sum > 0 && !total.overflow, "\(self) allocated by weights \(weights)")
        let shares = weights.map { weight in
            total.sum.dividingFullWidth(minor.magnitude.multipliedFullWidth(by: weight))
        }
        var units = shares.map(\.quotient)
        let left = minor.magnitude - units.reduce(0, +)
        let byRemainder = shares.indices.sorted { (shares[$1].remainder, $0) < (shares[$0].remainder, $1) }
        for index in byRemainder.prefix(Int(left)) { units[index] += 1 }
        return units.map { unit in
            // The magnitude of Int64.min fits only as a bit pattern, and negates to itself.
            Money(minor: Int64(bitPattern: minor < 0 ? 0 &- unit : unit), currency)
        }
    }
}
