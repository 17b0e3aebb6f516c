import JSON

/// A form that a report has: what it is called in `--files`, and as which file it stands in a report's folder.
package enum ReportFile: String, Sendable, CaseIterable {
    /// For programs. The others, and a later judgement, stand on it, so it is always written.
    case json
    /// For people.
    case html
    /// For CI systems.
    case junit
    /// For pull requests, in Markdown.
    case summary
    /// Over time, a row for each slice, for spreadsheets and plots.
    case series
    /// The distribution of latency, for HdrHistogram's plotters.
    case latency

    package var name: String {
        switch self {
        case .json: "report.json"
        case .html: "report.html"
        case .junit: "junit.xml"
        case .summary: "summary.md"
        case .series: "series.csv"
        case .latency: "latency.hgrm"
        }
    }
}

extension Report {
    /// What the file holds: a function of the report alone.
    package func text(of file: ReportFile) -> String {
        switch file {
        case .json: json.written()
        case .html: html
        case .junit: JUnitDocument(self).text
        case .summary: MarkdownSummary(self).text
        case .series: SeriesTable(record).text
        case .latency: PercentileDistribution(of: record).text
        }
    }
}

extension Report {
    /// What stands in the place of a file when a run was refused before its first request; nil where that says nothing.
    package static func refusal(of plan: String, _ reasons: [String], as file: ReportFile) -> String? {
        switch file {
        case .junit: JUnitDocument.refusal(of: plan, reasons)
        case .summary: MarkdownSummary.refusal(of: plan, reasons)
        case .json, .html, .series, .latency: nil
        }
    }
}
