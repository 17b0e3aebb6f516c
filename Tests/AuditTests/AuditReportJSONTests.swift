import Audit
import Evidence
import JSON
import SQLite
import TestFolders
import Testing

@Suite struct AuditReportJSONTests {
    /// With violations, traces, a source that is torn and one that is none.
    private static func report() throws -> AuditReport {
        let evidence = try SampleEvidence(seed: 3) { database in
            try database.run("UPDATE statement SET amount = amount - 1 WHERE record = \(SampleEvidence.id(0).number)")
        }.evidence
        let importing = EvidenceImport(into: evidence)
        try importing.note(SourceStanding(name: "log", state: .torn, tables: ["log"], fault: "line 7: no more"))
        try importing.note(SourceStanding(name: "webhooks", state: .none, tables: ["webhooks"]))
        return try Auditor(evidence).audit()
    }

    @Test func `a report reads back as it was written`() throws {
        let report = try Self.report()
        #expect(report.findings.contains { !($0.answers.flatMap(\.violations).first?.trace ?? []).isEmpty })
        let bytes = report.json.bytes(.compact)
        #expect(try AuditReport(json: JSONPlace(JSONValue(parsing: bytes))) == report)
    }

    @Test func `every member stands in the documentation`() throws {
        let root = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }
        let page = String(decoding: TestFolder.bytes(of: "\(root)/docs/formats/report.md"), as: UTF8.self)
        let grammar = try #require(page.firstRange(of: "## Audit")).upperBound
        let names = Self.names(try Self.report().json)
        #expect(names.count == 27)
        for name in names.sorted() { #expect(page[grammar...].contains("\"\(name)\": "), "\(name)") }
    }

    private static func names(_ json: JSONValue) -> Set<String> {
        switch json {
        case .object(let members): members.reduce(into: []) { $0.formUnion(names($1.1).union([$1.0])) }
        case .array(let elements): elements.reduce(into: []) { $0.formUnion(names($1)) }
        default: []
        }
    }
}
