// Goal: say of a run's money and isolation what its evidence shows, with a witness for every violation.
// Method: each check's questions are asked of `evidence.db`; a row is a violation. What a question needs and the run has not
// is "not observed", what was read only in part is never a pass. For the first violations the events of that one payment are
// brought together from all ledgers.
// Not here: what the plan wants of it (the judge), and how it is drawn.

package import Evidence
internal import SQLite
internal import StackVocabulary

package struct Auditor {
    private let evidence: EvidenceDatabase
    private let tables: TableStandings
    /// The books were read while requests were at work: what banks did for those is not in them yet.
    private let isAtWork: Bool

    /// What stands in a report of each question; all are counted.
    package static let listedMax = 20
    /// Of them, those whose events are brought together.
    package static let tracedMax = 3
    /// Of each of those, from the first on.
    package static let traceEventsMax = 40

    package init(_ evidence: EvidenceDatabase) throws(EvidenceError) {
        self.evidence = evidence
        tables = TableStandings(try evidence.sources())
        // Evidence of others may have no record of a run.
        isAtWork = try evidence.about("record") == nil ? false : evidence.record().drain?.isAtWork ?? false
        try AuditFunctions.define(on: evidence)
    }

    package func audit(_ checks: [AuditCheck] = AuditCheck.all) throws(EvidenceError) -> AuditReport {
        var rest = checks[...]
        return try audit { rest.popFirst() }
    }

    /// - Parameter next: the check that nobody has asked yet; nil when there is none left.
    package func audit(taking next: () -> AuditCheck?) throws(EvidenceError) -> AuditReport {
        var findings: [AuditFinding] = []
        while let check = next() { findings.append(try finding(of: check)) }
        try trace(&findings)
        return AuditReport(sources: try evidence.sources(), findings: findings)
    }

    private func trace(_ findings: inout [AuditFinding]) throws(EvidenceError) {
        let subjects = findings.flatMap(\.answers).flatMap { $0.violations.prefix(Self.tracedMax).map(\.subject) }
        if subjects.isEmpty { return }
        let traces = try Tracer(evidence).traces(of: subjects)
        for finding in findings.indices {
            for answer in findings[finding].answers.indices {
                let listed = findings[finding].answers[answer].violations
                for place in listed.indices.prefix(Self.tracedMax) {
                    findings[finding].answers[answer].violations[place].trace = traces[listed[place].subject] ?? []
                }
            }
        }
    }

    private func finding(of check: AuditCheck) throws(EvidenceError) -> AuditFinding {
        if let preparation = check.preparation { try evidence.running(preparation) }
        var answers: [AuditFinding.Answer] = []
        for question in check.questions { answers.append(try answer(to: question)) }
        return AuditFinding(check: check, answers: answers)
    }

    private func answer(to question: AuditCheck.Question) throws(EvidenceError) -> AuditFinding.Answer {
        let (missing, torn) = tables.gaps(in: question.needs)
        guard missing.isEmpty else {
            return AuditFinding.Answer(question: question, count: 0, listed: [], missing: missing, torn: torn)
        }
        var listed: [Violation] = []
        var count: Int64 = 0
        try evidence.asking(question.sql) { row in
            count += 1
            if listed.count < Self.listedMax {
                listed.append(Violation(subject: Self.subject(row), detail: row.text(1)))
            }
        }
        var answer = AuditFinding.Answer(question: question, count: count, listed: listed, missing: [], torn: torn)
        if !tables.gaps(in: question.presumes).torn.isEmpty { answer.refutes = false }
        // What the driver sent had its answer before.
        if isAtWork, count > 0, question.presumes.contains("payments"), !question.needs.contains("sent") {
            answer.refutes = false
            answer.torn.append("the stack was at work when its books were read")
        }
        return answer
    }

    /// The embedded stack's ids are numbers in the evidence.
    private static func subject(_ row: Statement) -> String {
        row.isInteger(0) ? RecordID(bits: UInt64(bitPattern: row.integer(0))).description : row.text(0)
    }
}

/// Which tables are there, and which of them only in part.
struct TableStandings {
    private var whole: Set<String> = []
    private var torn: [String: String] = [:]

    init(_ sources: [SourceStanding]) {
        for source in sources {
            for table in source.tables {
                switch source.state {
                case .whole: whole.insert(table)
                case .torn, .missing: torn[table] = source.fault.isEmpty ? "\(source.name) is missing" : source.fault
                case .none: break
                }
            }
        }
    }

    func gaps(in needs: [String]) -> (missing: [String], torn: [String]) {
        let missing = needs.filter { !whole.contains($0) && torn[$0] == nil }
        return (missing, needs.compactMap { torn[$0] })
    }
}
