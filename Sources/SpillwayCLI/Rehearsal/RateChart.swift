import Numerals
import Timebase
import Traffic

/// The planned rate over time, drawn with letters:
///
///     6,000/s |                               ##
///             |                               ##
///     3,000/s |            .##################.
///             |       .###########################
///           0 +-----------------------------------
///             w. ramp      baseline           f. after
///             0s           70s                   202s
///
/// Each column is the mean rate over its share of the time, so that a pulse narrower than a column still shows.
struct RateChart {
    let lines: [String]

    static let rows = 8
    private static let columnsMin = 10

    /// Every sample gets a column; a stage's name stands under its own columns where there is room.
    init(_ preview: TrafficPreview, length: TimeSpan, terminal: Terminal) {
        let labels = Axis(peak: preview.peakRate)
        let plot = preview.samples.map { preview.peakRate > 0 ? $0.rate / labels.top : 0 }
        let body = (0..<Self.rows).map { row in
            labels.side(row) + (terminal.isUnicode ? "│" : "|")
                + plot.map { Self.cell($0, row, isUnicode: terminal.isUnicode) }.joined()
        }
        let margin = String(repeating: " ", count: labels.width + 1)
        lines =
            body.map(Self.trimmed) + [labels.bottom(columns: plot.count, isUnicode: terminal.isUnicode)]
            + Self.captions(preview, columns: plot.count, length: length).map { Self.trimmed(margin + $0) }
    }

    /// How many samples to take for a reader of this width.
    static func columns(for terminal: Terminal, peak: Double) -> Int {
        max(columnsMin, terminal.columns - Axis(peak: peak).width - 1)
    }

    private static func trimmed(_ line: String) -> String {
        String(line.reversed().drop { $0 == " " }.reversed())
    }

    /// Row 0 is the topmost. A rate above zero always leaves a mark.
    private static func cell(_ share: Double, _ row: Int, isUnicode: Bool) -> String {
        let fill = share * Double(rows) - Double(rows - 1 - row)
        let isLowest = row == rows - 1
        if isUnicode {
            let blocks = ["", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]
            let eighths = min(8, Int((fill * 8).rounded()))
            if eighths <= 0 { return isLowest && share > 0 ? blocks[1] : " " }
            return blocks[eighths]
        }
        if fill >= 0.75 { return "#" }
        return fill >= 0.25 || (isLowest && share > 0) ? "." : " "
    }

    /// Names under their stages, then instants where a stage begins.
    private static func captions(_ preview: TrafficPreview, columns: Int, length: TimeSpan) -> [String] {
        var names = Caption(columns: columns)
        var instants = Caption(columns: columns)
        for (index, stage) in preview.stages.enumerated() {
            let from = column(of: stage.interval.lowerBound, columns, length)
            let to = column(of: stage.interval.upperBound, columns, length)
            names.place([stage.name, "\(index + 1)"], at: from, room: to - from)
            instants.place([Figures.clock(stage.interval.lowerBound)], at: from, room: columns - from)
        }
        let end = Figures.clock(length)
        instants.place([end], at: columns - end.count, room: end.count)
        return [names.text, instants.text]
    }

    private static func column(of instant: TimeSpan, _ columns: Int, _ length: TimeSpan) -> Int {
        Int(Double(columns) * instant.seconds / length.seconds)
    }
}

/// The left edge and the bottom.
private struct Axis {
    let top: Double
    private let labels: [String]

    init(peak: Double) {
        top = max(peak, 1e-9)
        labels = [Figures.rate(peak), Figures.rate(peak / 2), "0"]
    }

    var width: Int { labels.map(\.count).max() ?? 0 }

    func side(_ row: Int) -> String {
        pad(row == 0 ? labels[0] : row == RateChart.rows / 2 ? labels[1] : "")
    }

    func bottom(columns: Int, isUnicode: Bool) -> String {
        pad(labels[2]) + (isUnicode ? "└" : "+") + String(repeating: isUnicode ? "─" : "-", count: columns)
    }

    private func pad(_ label: String) -> String {
        String(repeating: " ", count: max(0, width - label.count)) + label
    }
}

/// Words in a line, none over another.
private struct Caption {
    private var cells: [Character]
    private var end = 0

    init(columns: Int) {
        cells = Array(repeating: " ", count: columns)
    }

    var text: String { String(cells) }

    /// The first of the words that fits its room with a space behind it; else none of them.
    mutating func place(_ choices: [String], at column: Int, room: Int) {
        let isFree = { (word: String) in
            column >= end && column + word.count <= cells.count
                && (word.count < room || word.count == cells.count - column)
        }
        guard let word = choices.first(where: isFree) else { return }
        for (offset, character) in word.enumerated() { cells[column + offset] = character }
        end = column + word.count + 1
    }
}
