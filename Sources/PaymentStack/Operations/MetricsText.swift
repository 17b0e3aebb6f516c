import Histogram

/// Figures as Prometheus reads them: each name once, with all that is counted under it.
struct MetricsText {
    private(set) var bytes: [UInt8] = []

    init() {
        bytes.reserveCapacity(16 << 10)
    }

    enum Kind: String {
        case counter, gauge, histogram
    }

    /// `labels` as they are written: `namespace="live",limit="queue"`.
    mutating func family(_ name: StaticString, _ kind: Kind, _ rows: [(labels: String, value: Double)]) {
        guard !rows.isEmpty else { return }
        head(name, kind)
        for row in rows { line(name, "", row.labels, row.value) }
    }

    mutating func histogram(_ name: StaticString, _ rows: [(labels: String, latency: Histogram)]) {
        guard !rows.isEmpty else { return }
        head(name, .histogram)
        for row in rows {
            for bound in Self.bounds {
                let count = row.latency.count(in: 0...UInt64(bound * 1e9))
                line(name, "_bucket", row.labels + ",le=\"\(bound)\"", Double(count))
            }
            let total = Double(row.latency.count(in: 0...row.latency.layout.highest))
            line(name, "_bucket", row.labels + ",le=\"+Inf\"", total)
            line(name, "_sum", row.labels, (row.latency.mean ?? 0) * total / 1e9)
            line(name, "_count", row.labels, total)
        }
    }

    /// In seconds.
    private static let bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

    private mutating func head(_ name: StaticString, _ kind: Kind) {
        bytes.append(contentsOf: "# TYPE spillway_stack_\(name) \(kind.rawValue)\n".utf8)
    }

    private mutating func line(_ name: StaticString, _ suffix: String, _ labels: String, _ value: Double) {
        let number = value.rounded() == value && abs(value) < 1e15 ? String(Int64(value)) : String(value)
        let braced = labels.isEmpty ? "" : "{\(labels)}"
        bytes.append(contentsOf: "spillway_stack_\(name)\(suffix)\(braced) \(number)\n".utf8)
    }
}
