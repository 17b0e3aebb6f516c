/// Where a target stands. Imports point downward only.
package enum Layer: String, Sendable {
    case c = "C"
    case l0 = "L0"
    case l1 = "L1"
    case l2 = "L2"
    case l3 = "L3"
    case l4 = "L4"
    /// Benchmarks and fuzzers: they may read clocks, and import any module of the layers.
    case tool
    /// Tests and what only tests import.
    case test
}
