/// An amount of data: `512B`, `64KiB`, `10MB`. Units in `i` are powers of 1024, the others of 1000.
package struct ByteSize: PlanValue, Comparable, Hashable {
    package let bytes: Int64

    package init(bytes: Int64) {
        precondition(bytes >= 0, "a size of \(bytes) bytes")
        self.bytes = bytes
    }

    package static let kind = "a size"
    package static let examples = ["512B", "64KiB"]
    package static let pattern = #"^[0-9]+(\.[0-9]+)?(B|kB|MB|GB|KiB|MiB|GiB)$"#

    private static let units: [(name: String, scale: Int64)] = [
        ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000),
        ("B", 1),
    ]

    package init(parsing text: String) throws(ValueMistake) {
        guard let quantity = Quantity(text) else {
            throw Quantity.mistake(in: text, kind: Self.kind, examples: Self.examples)
        }
        if quantity.unit.isEmpty {
            throw ValueMistake("needs a unit", fix: "write '\(quantity.number)B' or '\(quantity.number)KiB'")
        }
        guard let unit = Self.units.first(where: { $0.name == quantity.unit }) else {
            throw ValueMistake(
                "has no unit called '\(quantity.unit)'", fix: "the units are B, kB, MB, GB, KiB, MiB, GiB")
        }
        guard let bytes = quantity.scaled(by: UInt64(unit.scale)) else {
            throw ValueMistake("is larger than any memory")
        }
        self.bytes = bytes
    }

    package static func < (left: ByteSize, right: ByteSize) -> Bool { left.bytes < right.bytes }

    package var description: String {
        let unit = bytes == 0 ? nil : Self.units.first { bytes % $0.scale == 0 }
        return unit.map { "\(bytes / $0.scale)\($0.name)" } ?? "\(bytes)B"
    }
}

/// A flow of data: `20B/s`.
package struct ByteRate: PlanValue, Hashable {
    package let perSecond: ByteSize

    package init(perSecond: ByteSize) {
        self.perSecond = perSecond
    }

    package static let kind = "a flow of data"
    package static let examples = ["20B/s", "64KiB/s"]
    package static let pattern = #"^[0-9]+(\.[0-9]+)?(B|kB|MB|GB|KiB|MiB|GiB)/s$"#

    package init(parsing text: String) throws(ValueMistake) {
        guard text.hasSuffix("/s") else {
            throw ValueMistake("is a flow of data, not '\(text)'", fix: Quantity.choice(Self.examples))
        }
        perSecond = try ByteSize(parsing: String(text.dropLast(2)))
    }

    package var description: String { "\(perSecond)/s" }
}
