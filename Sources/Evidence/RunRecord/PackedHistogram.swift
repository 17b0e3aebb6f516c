package import Histogram

/// A histogram in its encoded form, since a run keeps thousands: a few hundred bytes where the open form takes tens of
/// thousands.
package struct PackedHistogram: Sendable, Equatable {
    /// Latencies in nanoseconds, told apart from a microsecond to ten minutes.
    package static let precise = layout(digits: 3)
    /// For slices, of which a run has many.
    package static let coarse = layout(digits: 2)

    /// HdrHistogram's V2 encoding; empty when nothing was recorded.
    package let bytes: [UInt8]
    package let count: UInt64

    package static let empty = PackedHistogram(bytes: [], count: 0)

    private init(bytes: [UInt8], count: UInt64) {
        self.bytes = bytes
        self.count = count
    }

    package init(_ histogram: Histogram) {
        self.init(bytes: histogram.total == 0 ? [] : histogram.encoded(), count: histogram.total)
    }

    package init(decoding bytes: [UInt8]) throws(HistogramDecodingError) {
        self.init(bytes: bytes, count: bytes.isEmpty ? 0 : try Histogram(decoding: bytes).total)
    }

    /// Nil when nothing was recorded.
    package func opened() throws(HistogramDecodingError) -> Histogram? {
        bytes.isEmpty ? nil : try Histogram(decoding: bytes)
    }

    private static func layout(digits: Int) -> HistogramLayout {
        guard let layout = HistogramLayout(lowest: 1_000, highest: 600_000_000_000, digits: digits) else {
            preconditionFailure("a latency layout of \(digits) digits is possible")
        }
        return layout
    }
}
