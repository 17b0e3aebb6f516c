import Evidence
import Glibc
import JSON
import Reporting
import SampleRuns
import TestFolders
import Testing
import Timebase

/// Every file of a report, read by somebody else's libraries; and these seen to notice what is broken.
@Suite struct ReportSchemaTests {
    private static let root = #filePath.split(separator: "/").dropLast(4).reduce("") { $0 + "/" + $1 }

    @Test func `the schema says what it said`() throws {
        let folder = try TestFolder()
        let path = "\(Self.root)/schema/report.schema.json"
        if unsafe getenv("RECORD_GOLDEN") != nil {
            try folder.write(ReportSchema.text, as: path)
            Issue.record("\(path) is written anew; run again without RECORD_GOLDEN")
            return
        }
        let isFresh = folder.text(of: path) == ReportSchema.text
        #expect(isFresh, "\(path) is out of date; RECORD_GOLDEN=1 scripts/test --filter ReportSchemaTests writes it")
    }

    @Test func `others read what is written`() throws {
        let folder = try TestFolder()
        try SampleReport.flashSale.write(into: folder.path + "/flash")
        try Report(SampleRun.steady.record, targets: []).write(into: folder.path + "/steady")
        try Self.example(in: folder).write(into: folder.path + "/example")
        let (flash, steady, example) = (folder.path + "/flash", folder.path + "/steady", folder.path + "/example")
        #expect(ReportCheck.faults(in: flash, steady, example) == "")
    }

    /// The record of docs/formats, in which there is a bit of everything.
    private static func example(in folder: TestFolder) throws -> Report {
        let text = folder.bytes(of: "\(root)/docs/formats/run-record-example.json")
        return Report(try RunRecord(json: try JSONValue(parsing: text)), targets: SampleReport.targets)
    }

    /// What breaks a file, and a word of what must be said of it.
    private static let breaks: [(file: String, from: String, to: String, word: String)] = [
        ("report.json", "\"kind\": \"generator\"", "\"kind\": \"gen\"", "verdicts/0/kind"),
        ("report.json", "\"seed\": \"", "\"sed\": \"", "'seed' is a required property"),
        ("report.json", "\"counts_for_verdicts\": true", "\"counts_for_verdicts\": 1", "counts_for_verdicts"),
        ("report.json", "\"outcomes\": {", "\"outcomes\": {\"lost\": 1,", "lost"),
        ("report.json", "\"scheduled\": ", "\"scheduled\": -1", "less than the minimum"),
        ("junit.xml", "<system-out>", "<system-out><b/>", "junit.xml"),
        ("junit.xml", "errors=\"", "errors=\"1", "it counts"),
        ("junit.xml", " time=\"0\"", " time=\"soon\"", "time"), ("junit.xml", "</testsuites>", "", "junit.xml"),
        ("summary.md", "Exit code", "<b>Exit code</b>", "markup"), ("summary.md", "Exit code", "@somebody", "calls"),
        ("summary.md", "| baseline |", "| base|line |", "bars"),
        ("series.csv", "baseline", "base,line", "number of cells"), ("series.csv", "baseline", "=cmd()", "formula"),
        ("series.csv", "\r\n", "\r\n5,\"a\"b\r\n", "check_series"),
        ("latency.hgrm", "#[Max     =   ", "#[Max     =   9", "Max"),
        ("latency.hgrm", " 1.000000000000 ", " 0.9 ", "100 %"),
    ]

    private static let sound = ReportFile.allCases.reduce(into: [String: String]()) { texts, file in
        texts[file.name] = SampleReport.flashSale.text(of: file)
    }

    @Test(arguments: breaks.indices)
    func `others notice what is broken`(number: Int) throws {
        let (file, from, to, word) = Self.breaks[number]
        let folder = try TestFolder()
        for file in ReportFile.allCases { try folder.write(Self.sound[file.name] ?? "", as: file.name) }
        let text = folder.text(of: file)
        #expect(text.contains(from), "\(file) does not say '\(from)'")
        try folder.write(Array(text.replacing(from, with: to, maxReplacements: 1).utf8), as: file)
        let faults = ReportCheck.faults(in: folder.path)
        #expect(faults.hasPrefix("exit code 1") && faults.contains(word), "\(faults)")
    }

    @Test func `only what was asked for is written, report.json always, and no older file stays`() throws {
        let folder = try TestFolder()
        try SampleReport.flashSale.write(into: folder.path)
        #expect(folder.names() == ReportFile.allCases.map(\.name).sorted())
        try SampleReport.flashSale.write([.junit, .latency], into: folder.path)
        #expect(folder.names() == ["junit.xml", "latency.hgrm", "report.json"])
    }

    @Test(arguments: ReportFile.allCases)
    func `equal evidence gives equal bytes`(file: ReportFile) throws {
        let again = try Report(json: SampleReport.make().json)
        #expect(again.text(of: file) == SampleReport.flashSale.text(of: file))
    }
}
