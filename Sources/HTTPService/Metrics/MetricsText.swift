/// Figures as Prometheus reads them (text format 0.0.4): each name once, with all that is counted under it.
package struct MetricsText {
    package private(set) var bytes: [UInt8] = []
    /// Before each name: `spillway_stack_`.
    private let prefix: String

    package init(prefix: String) {
        self.prefix = prefix
        bytes.reserveCapacity(16 << 10)
    }

    package enum Kind: String {
        case counter, gauge, histogram
    }

    /// What was measured under one set of labels.
    package struct Buckets {
        package var labels: String
        /// Upper bounds in seconds, with how much is at or below each.
        package var cumulative: [(bound: Double, count: UInt64)]
        package var count: UInt64
        /// In seconds.
        package var sum: Double

        package init(labels: String, cumulative: [(bound: Double, count: UInt64)], count: UInt64, sum: Double) {
            self.labels = labels
            self.cumulative = cumulative
            self.count = count
            self.sum = sum
        }
    }

    /// `labels` as they are written: `namespace="live",limit="queue"`.
    package mutating func family(
        _ name: String, _ kind: Kind, help: String? = nil, _ rows: [(labels: String, value: Double)]
    ) {
        guard !rows.isEmpty else { return }
        head(name, kind, help)
        for row in rows { line(name, "", row.labels, row.value) }
    }

    package mutating func histogram(_ name: String, help: String? = nil, _ rows: [Buckets]) {
        guard !rows.isEmpty else { return }
        head(name, .histogram, help)
        for row in rows {
            let labels = row.labels.isEmpty ? "" : row.labels + ","
            for bucket in row.cumulative {
                line(name, "_bucket", labels + "le=\"\(bucket.bound)\"", Double(bucket.count))
            }
            line(name, "_bucket", labels + "le=\"+Inf\"", Double(row.count))
            line(name, "_sum", row.labels, row.sum)
            line(name, "_count", row.labels, Double(row.count))
        }
    }

    /// `name="value"`, whatever the value holds.
    package static func label(_ name: String, _ value: String) -> String {
        var text = "\(name)=\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\\": text += "\\\\"
            case "\"": text += "\\\""
            case "\n": text += "\\n"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text + "\""
    }

    private mutating func head(_ name: String, _ kind: Kind, _ help: String?) {
        if let help { bytes.append(contentsOf: "# HELP \(prefix)\(name) \(help)\n".utf8) }
        bytes.append(contentsOf: "# TYPE \(prefix)\(name) \(kind.rawValue)\n".utf8)
    }

    private mutating func line(_ name: String, _ suffix: String, _ labels: String, _ value: Double) {
        let number = value.rounded() == value && abs(value) < 1e15 ? String(Int64(value)) : String(value)
        let braced = labels.isEmpty ? "" : "{\(labels)}"
        bytes.append(contentsOf: "\(prefix)\(name)\(suffix)\(braced) \(number)\n".utf8)
    }
}
