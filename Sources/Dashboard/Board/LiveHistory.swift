/// A figure that each column of a run has, and what becomes of it where two columns are made one.
struct LiveField {
    enum Merging: String {
        case sum, max, mean
    }

    let name: String
    let merging: Merging
}

/// One or several seconds of a run.
struct LiveColumn: Equatable {
    /// In seconds from the run's beginning.
    var from: Int64
    var to: Int64
    /// One for each field; nil where nothing was seen.
    var values: [Double?]

    var seconds: Int64 { to - from }
}

/// All of a run so far, in so many columns and no more: when they are full, two become one. So whoever opens a page late
/// sees the run from its beginning, and memory does not grow with its length.
///
/// The page does the same with what it is sent, by the same rule.
struct LiveHistory {
    let fields: [LiveField]
    private(set) var columns: [LiveColumn] = []
    private(set) var secondsPerColumn: Int64 = 1

    static let columnsMax = 600

    init(_ fields: [LiveField]) {
        self.fields = fields
    }

    mutating func append(_ column: LiveColumn) {
        precondition(column.values.count == fields.count, "\(column.values.count) values of \(fields.count) fields")
        guard column.seconds > 0 else { return }
        if let last = columns.last, last.seconds + column.seconds <= secondsPerColumn {
            columns[columns.count - 1] = merged(last, column)
        } else {
            columns.append(column)
        }
        if columns.count > Self.columnsMax { halve() }
    }

    private mutating func halve() {
        secondsPerColumn *= 2
        columns = stride(from: 0, to: columns.count, by: 2).map { index in
            index + 1 < columns.count ? merged(columns[index], columns[index + 1]) : columns[index]
        }
    }

    private func merged(_ one: LiveColumn, _ other: LiveColumn) -> LiveColumn {
        LiveColumn(
            from: one.from, to: other.to,
            values: fields.indices.map { index in
                guard let left = one.values[index] else { return other.values[index] }
                guard let right = other.values[index] else { return left }
                switch fields[index].merging {
                case .sum: return left + right
                case .max: return max(left, right)
                case .mean:
                    let weights = (Double(one.seconds), Double(other.seconds))
                    return (left * weights.0 + right * weights.1) / (weights.0 + weights.1)
                }
            })
    }
}
