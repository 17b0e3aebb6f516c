import SeededRandom

/// What the journeys of one loop share: the last values kept under each name that `recent` asks for.
package final class LoopData {
    package static let recentMax = 1_024

    private var rings: [RecentValues]
    /// Compiled once for a loop, since a `Regex` belongs to one thread.
    let patterns: [Regex<AnyRegexOutput>]

    package init(_ book: JourneyBook) {
        rings = book.recentNames.map { _ in RecentValues() }
        // Whether they compile was looked at when the book was made.
        patterns = book.patterns.compactMap { try? Regex($0) }
    }

    /// What setup steps kept is wanted by every loop.
    package func takeIn(_ other: LoopValues) {
        precondition(other.rings.count == rings.count, "values of another plan")
        for (index, ring) in other.rings.enumerated() {
            for value in ring.values { rings[index].push(value.bytes.span, value.form) }
        }
    }

    package var values: LoopValues { LoopValues(rings: rings) }

    /// The bytes from `start` to the end.
    func push(_ bytes: [UInt8], from start: Int, _ form: Slot.Form, ring: Int) {
        rings[ring].push(bytes.span.extracting(start..<bytes.count), form)
    }

    /// Appends one of the last values; nil when there is none yet.
    func draw(ring: Int, at place: Seed, to out: inout [UInt8]) -> Slot.Form? {
        rings[ring].draw(at: place, to: &out)
    }
}

/// The recent values of a loop, to be carried to another.
package struct LoopValues: Sendable {
    fileprivate let rings: [RecentValues]
}

/// A ring of the last values of one name.
struct RecentValues: Sendable {
    struct Value: Sendable {
        var bytes: [UInt8] = []
        var form = Slot.Form.missing
    }

    /// Oldest first only until the ring is full.
    private(set) var values: [Value] = []
    private var next = 0

    mutating func push(_ bytes: Span<UInt8>, _ form: Slot.Form) {
        if values.count < LoopData.recentMax { values.append(Value()) }
        values[next].bytes.removeAll(keepingCapacity: true)
        values[next].bytes.append(bytes)
        values[next].form = form
        next = (next + 1) % LoopData.recentMax
    }

    func draw(at place: Seed, to out: inout [UInt8]) -> Slot.Form? {
        if values.isEmpty { return nil }
        let index = Int(place.bits.multipliedFullWidth(by: UInt64(values.count)).high)
        out.append(contentsOf: values[index].bytes)
        return values[index].form
    }
}
