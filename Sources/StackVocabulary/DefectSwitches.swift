import Synchronization

/// Which defects are on. All parts of one stack share the same switches, on any thread, so that they can be thrown while
/// it runs.
package final class DefectSwitches: Sendable, Equatable, ExpressibleByArrayLiteral {
    private let bits: Atomic<UInt64>

    package init(_ defects: some Sequence<Defect> = []) {
        bits = Atomic(Self.bits(defects))
    }

    package convenience init(arrayLiteral elements: Defect...) {
        self.init(elements)
    }

    private static func bits(_ defects: some Sequence<Defect>) -> UInt64 {
        precondition(Defect.allCases.count <= 64, "more defects than bits")
        return defects.reduce(0) { $0 | $1.bit }
    }

    package func contains(_ defect: Defect) -> Bool { bits.load(ordering: .relaxed) & defect.bit != 0 }

    /// These and no others.
    package func set(_ defects: some Sequence<Defect>) { bits.store(Self.bits(defects), ordering: .relaxed) }

    package var isEmpty: Bool { bits.load(ordering: .relaxed) == 0 }
    package var inOrder: [Defect] { Defect.allCases.filter(contains) }

    /// For logs: their names, or `none`.
    package var words: String { isEmpty ? "none" : inOrder.map(\.name).joined(separator: ", ") }

    package static func == (left: DefectSwitches, right: DefectSwitches) -> Bool {
        left.bits.load(ordering: .relaxed) == right.bits.load(ordering: .relaxed)
    }
}

extension Defect {
    fileprivate var bit: UInt64 { 1 << UInt64(rawValue) }
}
