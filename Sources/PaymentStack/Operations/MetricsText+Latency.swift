import HTTPService
import Histogram

extension MetricsText {
    mutating func histogram(_ name: String, _ rows: [(labels: String, latency: Histogram)]) {
        histogram(
            name,
            rows.map { row in
                let total = row.latency.count(in: 0...row.latency.layout.highest)
                return Buckets(
                    labels: row.labels,
                    cumulative: Self.bounds.map { ($0, row.latency.count(in: 0...UInt64($0 * 1e9))) }, count: total,
                    sum: (row.latency.mean ?? 0) * Double(total) / 1e9)
            })
    }

    /// In seconds.
    private static let bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
}
