import Diagnostics
import JSON
import Reporting

/// What standard output gets of a run.
enum ResultForm: String, CaseIterable {
    /// For people: the verdicts in short.
    case text
    /// For scripts: verdict, exit code, places and judgements on one line.
    case json
    /// The same bytes as the report's file of that kind.
    case junit, markdown, series, latency

    private var file: ReportFile? {
        switch self {
        case .text, .json: nil
        case .junit: .junit
        case .markdown: .summary
        case .series: .series
        case .latency: .latency
        }
    }

    /// Several of them in a row are none.
    var isDocument: Bool { file != nil }

    func tell(_ summary: RunSummary, _ console: Console) throws(ReportingError) {
        if let file { return Self.put(try summary.report.masked.text(of: file), console) }
        if self == .json { return console.result(summary.json.written(.compact)) }
        for line in summary.lines(for: console.reader) { console.result(line) }
    }

    /// Of a run that never began; nil where the form has no words for it.
    func refusal(of plan: String, _ reasons: [String]) -> String? {
        let text = file.flatMap { Report.refusal(of: plan, reasons, as: $0) }
        return text.map { CardMask.masked(Self.unended($0)) }
    }

    private static func put(_ text: String, _ console: Console) { console.result(unended(text)) }

    /// The console ends what it is given. By bytes: a carriage return and a line feed are one character.
    private static func unended(_ text: String) -> String {
        text.utf8.last == UInt8(ascii: "\n") ? String(decoding: text.utf8.dropLast(), as: UTF8.self) : text
    }

    // MARK: Options

    static let option = Command.Option(
        "--format", "FORM", "\(listed(allCases.map(\.rawValue))) (text)")

    static let filesOption = Command.Option(
        "--files", "LIST", "\(ReportFile.allCases.map(\.rawValue).joined(separator: ",")): those to write (all)")

    private static func listed(_ words: [String]) -> String {
        words.dropLast().joined(separator: ", ") + (words.last.map { " or \($0)" } ?? "")
    }

    init(_ arguments: Arguments) throws(UsageError) {
        let word = try arguments.choice("--format", of: Self.allCases.map(\.rawValue), default: Self.text.rawValue)
        self = Self(rawValue: word) ?? .text
        if isDocument, arguments.operands.count > 1 {
            throw UsageError("'--format \(word)' is one document; name one plan, or take the files of the reports")
        }
    }

    static func files(_ arguments: Arguments) throws(UsageError) -> [ReportFile] {
        let words = ReportFile.allCases.map(\.rawValue)
        return try arguments.choices("--files", of: words, default: words).compactMap(ReportFile.init)
    }
}
