import Audit
import Evidence
import JSON
import Verdicts

/// The JSON Schema (2020-12) of report.json, for programs that read it and for whoever wants to know that a file is one. It
/// says in a schema's words what docs/formats/report.md and run-record.md say in people's.
package enum ReportSchema {
    package static var text: String {
        let head: [(String, JSONValue)] = [
            ("$schema", .text("https://json-schema.org/draft/2020-12/schema")), ("title", .text("Spillway report")),
        ]
        guard case .object(let members) = report.json else { preconditionFailure("a report is an object") }
        let definitions = (ownParts + RecordSchema.parts).map { ($0.0, $0.1.json) }
        return JSONValue.object(head + members + [("$defs", .object(definitions))]).written() + "\n"
    }

    private static let report = SchemaForm.object([
        ("format", .constant(.text(Report.format))), ("version", .constant(.count(Report.version))),
        ("outcome", .named("outcome")), ("verdicts", .list(.named("judgement"))), ("audit?", .named("audit")),
        ("run", .named("run")),
    ])

    private static let ownParts: [(String, SchemaForm)] = [
        ("outcome", outcome), ("judgement", judgement), ("window", window), ("audit", audit), ("source", source),
        ("check", check), ("question", question), ("violation", violation), ("trace", trace),
    ]

    // MARK: What it came to

    private static let verdicts = ["integrity_failed", "interrupted", "aborted", "inconclusive", "missed", "met"]

    private static let outcome = SchemaForm.object([
        ("verdict", .words(verdicts)), ("exit_code", .count), ("planted?", .list(.text)),
        ("world?", .words([RunWorld.rehearsed.rawValue])),
    ])

    private static let judgement = SchemaForm.object([
        ("name", .text), ("kind", .words(Judgement.Kind.allCases.map(\.rawValue))),
        ("status", .words(Judgement.Status.allCases.map(\.rawValue))), ("claim", .text), ("expected", .text),
        ("observed", .text), ("window", .orNull(.named("window"))), ("reasons", .list(.text)),
    ])

    private static let window = SchemaForm.object([
        ("stages", .list(.text)), ("from_ms", .time), ("to_ms", .time),
    ])

    // MARK: The audit

    private static let audit = SchemaForm.object([
        ("sources", .list(.named("source"))), ("checks", .list(.named("check"))),
    ])

    private static let source = SchemaForm.object([
        ("name", .text), ("state", .words(SourceStanding.State.allCases.map(\.rawValue))), ("tables", .list(.text)),
        ("rows", .count), ("fault", .text),
    ])

    private static let statuses = SchemaForm.words(AuditFinding.Status.allCases.map(\.rawValue))

    private static let check = SchemaForm.object([
        ("name", .text), ("title", .text), ("kind", .words(AuditCheck.Kind.allCases.map(\.rawValue))),
        ("status", statuses), ("claim", .text), ("violations", .count), ("questions", .list(.named("question"))),
    ])

    private static let question = SchemaForm.object([
        ("word", .text), ("finds", .text), ("status", statuses), ("refutes", .boolean), ("count", .count),
        ("query", .text), ("missing", .list(.text)), ("torn", .list(.text)), ("listed", .list(.named("violation"))),
    ])

    private static let violation = SchemaForm.object([
        ("subject", .text), ("detail", .text), ("trace", .list(.named("trace"))),
    ])

    private static let trace = SchemaForm.object([
        ("ledger", .words(["driver", "stack", "journal", "bank", "webhook"])), ("at_ns", .orNull(.whole)),
        ("text", .text),
    ])
}
