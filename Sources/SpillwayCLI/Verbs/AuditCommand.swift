import Audit
import Diagnostics
import Evidence
import Glibc
import JSON
import Numerals
import Reporting
import Verdicts

/// `spillway audit`: asks the evidence of a run about its money and isolation, again and in detail.
enum AuditCommand {
    static let command = Command(
        name: "audit",
        summary: "ask a run's evidence about its money and isolation",
        about: [
            "Asks evidence.db of a run every question about money and isolation, prints a line for each",
            "check, and for violations what happened to the payment in all ledgers. Reads, and changes",
            "nothing. --queries shows what is asked, for sqlite3 or for whoever doubts it.",
            "",
            "Exit 0: every check passes. 1: a violation. 2: no such run. 3: something could not be",
            "judged, was not observed, or the evidence is damaged.",
        ],
        operands: .init("RUN", "a report's folder, or its evidence.db"),
        options: [
            .init("--check", "NAME", "this one only, as in M3", repeats: true),
            .init("--queries", nil, "with the query of each question"),
            .init("--format", "text|json", "one JSON object a run and line with json (text)"),
        ],
        examples: [
            "spillway audit reports/quickstart-20261121-093000",
            "spillway audit reports/quickstart-20261121-093000 --check M3 --queries",
        ],
        run: run)

    private static func run(_ arguments: Arguments, _ console: Console) throws(UsageError) -> ExitCode {
        let isJSON = try arguments.choice("--format", of: ["text", "json"], default: "text") == "json"
        let checks = try checks(arguments.all("--check"))
        var codes: [ExitCode] = []
        for path in arguments.operands {
            do throws(EvidenceError) {
                let evidence = try EvidenceDatabase.open(place(path))
                let report = try Auditor(evidence).audit(checks)
                let sheet = AuditSheet(report, showsQueries: arguments.has("--queries"))
                if isJSON {
                    console.result(report.json.written(.compact))
                } else {
                    for line in sheet.lines { console.result(line) }
                }
                codes.append(code(report))
            } catch {
                console.talk("error: \(error)")
                codes.append(error.code == ENOENT || error.code == ENOTDIR ? .usage : .inconclusive)
            }
        }
        return codes.contains(.usage) ? .usage : codes.max { $0.weight < $1.weight } ?? .success
    }

    private static func checks(_ names: [String]) throws(UsageError) -> [AuditCheck] {
        if names.isEmpty { return AuditCheck.all }
        let known = AuditCheck.all.map(\.name)
        for name in names where !known.contains(name) {
            throw UsageError("there is no check '\(name)'; there are \(known.joined(separator: ", "))")
        }
        return AuditCheck.all.filter { names.contains($0.name) }
    }

    private static func place(_ path: String) -> String {
        var status = stat()
        let isFolder = unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
        return isFolder ? "\(path)/\(EvidenceDatabase.fileName)" : path
    }

    private static func code(_ report: AuditReport) -> ExitCode {
        let statuses = report.findings.map(\.status)
        if statuses.contains(.fail) { return .failed }
        return statuses.allSatisfy { $0 == .pass } && !statuses.isEmpty ? .success : .inconclusive
    }
}

extension ExitCode {
    /// Of several runs the worst is told: a violation stands, whatever else was not seen.
    fileprivate var weight: Int32 {
        switch self {
        case .failed: 2
        case .success: 0
        default: 1
        }
    }
}

/// An audit for people: a line for each check, and below it what speaks against it.
struct AuditSheet {
    private let report: AuditReport
    private let showsQueries: Bool

    private static let listedMax = 5

    init(_ report: AuditReport, showsQueries: Bool) {
        self.report = report
        self.showsQueries = showsQueries
    }

    var lines: [String] {
        let found = report.findings.flatMap { finding in finding.answers.flatMap { details(finding, $0) } }
        return (sources + [""] + table.lines + unseen + found).map(\.harmless)
    }

    private var sources: [String] {
        report.sources.filter { $0.state != .none }.map { source in
            let state = source.state == .whole ? "" : ", \(source.state.rawValue): \(source.fault)"
            return "\(source.name): \(Figures.grouped(UInt64(max(0, source.rows)))) rows\(state)"
        }
    }

    private var table: Table {
        var table = Table(["check", "", "violations", "claim"], left: 1...3)
        for finding in report.findings {
            table.add([
                finding.name, finding.status.words,
                finding.count > 0 ? Figures.grouped(UInt64(finding.count)) : "-", finding.claim,
            ])
        }
        return table
    }

    /// What could not be asked, and for want of what.
    private var unseen: [String] {
        let lines = report.findings.compactMap { finding -> String? in
            let missing = finding.answers.filter { !$0.missing.isEmpty }
            guard !missing.isEmpty else { return nil }
            let tables = missing.flatMap(\.missing).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
            return
                "\(finding.name) \(missing.map(\.word).joined(separator: ", ")): no \(tables.joined(separator: ", "))"
        }
        return lines.isEmpty ? [] : ["", "not observed:"] + lines.map { "    " + $0 }
    }

    private func details(_ finding: AuditFinding, _ answer: AuditFinding.Answer) -> [String] {
        var lines: [String] = []
        if answer.count > 0 {
            lines.append("\(finding.name) \(answer.word), \(answer.count) times: \(answer.finds)")
            for violation in answer.violations.prefix(Self.listedMax) {
                lines.append("    \(violation.subject): \(violation.detail)")
                lines += violation.trace.map { event in
                    let at = event.at.map { Figures.span($0) } ?? "-"
                    return "        \(at)  \(event.ledger): \(event.text)"
                }
            }
        } else if let torn = answer.torn.first {
            lines.append("\(finding.name) \(answer.word): asked of a part only: \(torn)")
        }
        if showsQueries {
            lines.append("\(finding.name) \(answer.word): \(answer.finds)")
            lines += answer.query.split(separator: "\n", omittingEmptySubsequences: false).map { "    " + $0 }
        }
        return lines.isEmpty ? [] : [""] + lines
    }
}
