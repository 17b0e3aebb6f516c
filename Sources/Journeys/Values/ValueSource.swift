import PlanValues
import SeededRandom

/// A name of `data`, prepared for drawing.
enum ValueSource: Sendable {
    case pool(Pool)
    case amount(Amount)
    case number(Sampler)
    case texts(TextTable, Picker)
}

/// Minor units of a currency. What is drawn is at least one, since nobody pays nothing; a constant is what the plan
/// says.
final class Amount: Sendable {
    let currency: String
    private let sampler: Sampler
    private let least: Int64

    /// Beyond this, neighbours are one number to whoever reads JSON numbers as binary floating point.
    private static let amountMax: Double = 0x1p53

    init(_ sampler: Sampler, currency: String) {
        self.sampler = sampler
        self.currency = currency
        least = sampler.isConstant ? 0 : 1
    }

    func draw(at place: Seed) -> Int64 {
        max(Int64(min(sampler.sample(at: place), Self.amountMax) + 0.5), least)
    }
}

/// `merchant-1` to `merchant-1000`.
final class Pool: Sendable {
    let prefix: [UInt8]
    let picker: Picker
    /// Whether its names need escaping nowhere.
    let isClean: Bool

    init(_ name: String, _ picker: Picker) {
        let prefix = Array("\(name)-".utf8)
        self.prefix = prefix
        isClean = prefix.span.isUnreserved
        self.picker = picker
    }

    func append(_ index: Int, to out: inout [UInt8]) {
        out.append(contentsOf: prefix)
        out.appendDecimal(UInt64(index + 1))
    }
}

/// The values of one name that a journey draws at its beginning.
final class Draw: Sendable {
    let source: ValueSource
    /// The name, as the seed is split by it.
    let label: [UInt8]
    /// Where they go; a csv has one for each column that is used.
    let places: [(slot: Int, column: Int)]

    init(_ source: ValueSource, label: [UInt8], places: [(slot: Int, column: Int)]) {
        self.source = source
        self.label = label
        self.places = places
    }
}
