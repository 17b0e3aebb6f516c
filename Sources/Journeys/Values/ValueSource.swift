import SeededRandom

/// A name of `data`, prepared for drawing.
enum ValueSource: Sendable {
    case pool(prefix: [UInt8], Picker)
    case amount(Sampler, currency: String)
    case number(Sampler)
    case texts(TextTable, Picker)

    /// Beyond this, neighbours are one number to whoever reads JSON numbers as binary floating point.
    static let amountMax: Double = 0x1p53

    /// Minor units. What is drawn is at least one, since nobody pays nothing; a constant is what the plan says.
    static func minorUnits(_ sampler: Sampler, at place: Seed) -> Int64 {
        let sample = min(sampler.sample(at: place), amountMax)
        return max(Int64(sample.rounded()), sampler.isConstant ? 0 : 1)
    }
}

/// The values of one name that a journey draws at its beginning.
struct Draw: Sendable {
    let source: ValueSource
    /// The name, as the seed is split by it.
    let label: [UInt8]
    /// Where they go; a csv has one for each column that is used.
    var places: [(slot: Int, column: Int)]
}
