import Evidence
package import JSON
import Timebase

/// The value of `audit` in report.json, described for others in docs/formats/report.md.
extension AuditReport {
    package var json: JSONValue {
        .object([("sources", .array(sources.map(\.json))), ("checks", .array(findings.map(\.json)))])
    }

    package init(json place: JSONPlace) throws(JSONPlace.Fault) {
        self.init(
            sources: try place.member("sources").map(SourceStanding.init(place:)),
            findings: try place.member("checks").map(AuditFinding.init(place:)))
    }
}

extension SourceStanding {
    fileprivate var json: JSONValue {
        .object([
            ("name", .text(name)), ("state", .text(state.rawValue)), ("tables", .texts(tables)),
            ("rows", .integer(rows)), ("fault", .text(fault)),
        ])
    }

    fileprivate init(place: JSONPlace) throws(JSONPlace.Fault) {
        let state = try place.member("state")
        guard let known = State(rawValue: try state.string()) else { throw state.expected("a state of a source") }
        self.init(
            name: try place.member("name").string(), state: known, tables: try texts(place.member("tables")),
            rows: try place.member("rows").int64(), fault: try place.member("fault").string())
    }
}

extension AuditFinding {
    /// `status` and `violations` of a check follow from its questions, and stand there for whoever reads along.
    fileprivate var json: JSONValue {
        .object([
            ("name", .text(name)), ("title", .text(title)), ("kind", .text(kind.rawValue)),
            ("status", .text(status.rawValue)), ("claim", .text(claim)), ("violations", .integer(count)),
            ("questions", .array(answers.map(\.json))),
        ])
    }

    fileprivate init(place: JSONPlace) throws(JSONPlace.Fault) {
        let kind = try place.member("kind")
        guard let known = AuditCheck.Kind(rawValue: try kind.string()) else {
            throw kind.expected("money or isolation")
        }
        self.init(
            name: try place.member("name").string(), title: try place.member("title").string(), kind: known,
            claim: try place.member("claim").string(), answers: try place.member("questions").map(Answer.init(place:)))
    }
}

extension AuditFinding.Answer {
    fileprivate var json: JSONValue {
        .object([
            ("word", .text(word)), ("finds", .text(finds)), ("status", .text(status.rawValue)),
            ("refutes", .boolean(refutes)), ("count", .integer(count)), ("query", .text(query)),
            ("missing", .texts(missing)), ("torn", .texts(torn)), ("listed", .array(violations.map(\.json))),
        ])
    }

    fileprivate init(place: JSONPlace) throws(JSONPlace.Fault) {
        self.init(
            word: try place.member("word").string(), finds: try place.member("finds").string(),
            query: try place.member("query").string(), refutes: try place.member("refutes").bool(),
            count: try place.member("count").int64(),
            violations: try place.member("listed").map(Violation.init(place:)),
            missing: try texts(place.member("missing")), torn: try texts(place.member("torn")))
    }
}

extension Violation {
    fileprivate var json: JSONValue {
        .object([
            ("subject", .text(subject)), ("detail", .text(detail)), ("trace", .array(trace.map(\.json))),
        ])
    }

    fileprivate init(place: JSONPlace) throws(JSONPlace.Fault) {
        self.init(
            subject: try place.member("subject").string(), detail: try place.member("detail").string(),
            trace: try place.member("trace").map(TraceEvent.init(place:)))
    }
}

extension TraceEvent {
    fileprivate var json: JSONValue {
        .object([
            ("ledger", .text(ledger)), ("at_ns", at.map { .integer($0.nanoseconds) } ?? .null), ("text", .text(text)),
        ])
    }

    fileprivate init(place: JSONPlace) throws(JSONPlace.Fault) {
        self.init(
            ledger: try place.member("ledger").string(),
            at: try place.optional("at_ns").map { at throws(JSONPlace.Fault) in TimeSpan(nanoseconds: try at.int64()) },
            text: try place.member("text").string())
    }
}

private func texts(_ place: JSONPlace) throws(JSONPlace.Fault) -> [String] {
    try place.map { text throws(JSONPlace.Fault) in try text.string() }
}
