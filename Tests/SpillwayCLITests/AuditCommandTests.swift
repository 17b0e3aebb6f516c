import Evidence
import JSON
import SQLite
import TestFolders
import Testing

@testable import SpillwayCLI

/// `spillway audit`: what it says of a run's evidence, and what a script hears.
@Suite struct AuditCommandTests {
    /// A payment that the stack has captured, and a statement that has it or has not.
    private static func evidence(in folder: TestFolder, isBooked: Bool) throws {
        let evidence = try EvidenceDatabase.draft(in: folder.path)
        let importing = EvidenceImport(into: evidence)
        for (name, tables) in [("stack", ["payments", "refunds"]), ("statement", ["statement"])] {
            try importing.note(SourceStanding(name: name, state: .whole, tables: tables, rows: 1))
        }
        try evidence.database.run(
            """
            INSERT INTO payments VALUES ('pay-1', 'k', NULL, 'EUR', 4900, 'captured', 1, 'icbc', 4900, 0, 0, 5, 6, 'shadow', 'k')
            """)
        if isBooked {
            try evidence.database.run(
                """
                INSERT INTO statement VALUES ('icbc', 'pay-1', 'authorise', 'captured', 4900, 'EUR', 5, NULL, 1, 'pay-1', 'shadow')
                """)
        }
        try evidence.index()
        try evidence.finish()
    }

    @Test func `a violation is told with its witness, and is exit code 1`() throws {
        let folder = try TestFolder()
        try Self.evidence(in: folder, isBooked: false)
        let saying = Saying("audit \(folder.path)")
        #expect(saying.code == .failed)
        #expect(
            saying.results.contains(
                "M3 stack_only, 1 times: money that the stack says was moved, and of which its bank knows nothing"))
        #expect(saying.results.contains("    pay-1: captured here, and no bank took anything"))
        #expect(saying.results.contains { $0.hasSuffix("stack: shadow payment pay-1 of 4900 EUR") })
        #expect(saying.results.contains { $0.hasPrefix("    M1 ") && $0.hasSuffix(": no journal, balances") })
    }

    @Test func `one check that passes is exit code 0, and what was not observed is 3`() throws {
        let folder = try TestFolder()
        try Self.evidence(in: folder, isBooked: true)
        #expect(Saying("audit \(folder.path) --check M3").code == .success)
        #expect(Saying("audit \(folder.path)").code == .inconclusive)
        let json = try #require(Saying("audit \(folder.path) --check M3 --format json").results.first)
        #expect(try JSONValue(parsing: Array(json.utf8))["checks"] != nil)
        let queries = Saying("audit \(folder.path) --check M3 --queries").results
        #expect(queries.contains { $0.contains("FROM payments p") })
    }

    @Test func `evidence that is not what it was is not judged`() throws {
        let folder = try TestFolder()
        try Self.evidence(in: folder, isBooked: true)
        let path = "\(folder.path)/\(EvidenceDatabase.fileName)"
        try Database(path, .writing).run("UPDATE payments SET amount = 4901")
        let saying = Saying("audit \(folder.path) --check M3")
        #expect(saying.code == .inconclusive && saying.results.isEmpty)
        #expect(
            saying.talk.first?.hasPrefix("error: read \(path): it is not what it was when it was sealed") == true,
            "\(saying.talk)")
    }

    @Test func `another version, another file and none are told apart`() throws {
        let folder = try TestFolder()
        try Self.evidence(in: folder, isBooked: true)
        let path = "\(folder.path)/\(EvidenceDatabase.fileName)"
        try Database(path, .writing).run("PRAGMA user_version = 2")
        let later = Saying("audit \(folder.path)")
        #expect(later.code == .inconclusive)
        #expect(later.talk == ["error: read \(path): version 2 of the format; this Spillway reads version 1"])
        try Database(path, .writing).run("PRAGMA application_id = 7")
        #expect(Saying("audit \(path)").talk == ["error: read \(path): no evidence of a run"])
        let none = Saying("audit \(folder.path)/nowhere")
        #expect(none.code == .usage && none.talk.count == 1)
    }

    @Test func `a check that is none is a mistake`() {
        let saying = Saying("audit reports --check M11")
        #expect(saying.code == .usage)
        #expect(saying.talk.first?.hasPrefix("error: there is no check 'M11'; there are M1, M2") == true)
    }
}
