import Evidence
import Glibc
import JSON
import Reporting
import SampleRuns
import TestFolders
import Testing
import Timebase
import Verdicts

@Suite struct ReportFilesTests {
    /// `SAMPLE_REPORT=FOLDER` keeps the sample there, to look at.
    private static let names = ReportFile.allCases.map(\.name).sorted()

    @Test func `a report is files of the user's own in a folder of theirs`() throws {
        let folder = try TestFolder()
        let asked = unsafe getenv("SAMPLE_REPORT").map { unsafe String(cString: $0) }
        let path = asked ?? folder.path + "/reports/flash-sale"
        try SampleReport.flashSale.write(into: path)
        #expect(folder.mode(of: path) == 0o700)
        #expect(folder.names(in: path) == Self.names)
        for name in Self.names { #expect(folder.mode(of: "\(path)/\(name)") == 0o600, "\(name)") }
    }

    @Test func `a stored report is read back as it was`() throws {
        let folder = try TestFolder()
        try SampleReport.flashSale.write(into: folder.path)
        for path in [folder.path, folder.path + "/report.json"] {
            let read = try Report(reading: path)
            #expect(read.judgements == SampleReport.flashSale.judgements)
            #expect(read.verdict == SampleReport.flashSale.verdict)
            #expect(read.json == SampleReport.flashSale.json)
            #expect(read.html == SampleReport.flashSale.html)
        }
    }

    @Test func `a stored run can be judged again`() throws {
        let read = try Report(json: SampleReport.flashSale.json)
        #expect(Judge.judgements(of: read.record, targets: SampleReport.targets) == read.judgements)
    }

    @Test func `no card's number comes into any file, and numbers stay numbers`() throws {
        let folder = try TestFolder()
        var record = SampleRun.flashSale.record
        record.identity.plan = "of 4532 0151 1283 0366"
        record.events.append(RunEvent(at: .seconds(1), kind: .note, text: "refused: <4532015112830366>"))
        record.generator.evidenceRecords = 4_532_015_112_830_366
        try Report(record, targets: SampleReport.targets).write(into: folder.path)
        try Report.write(.object([("kernel", .text("4532015112830366"))]), as: "facts.json", into: folder.path)
        for name in Self.names where !["series.csv", "latency.hgrm"].contains(name) {
            #expect(!folder.text(of: name).contains("4532 0151 1283 0366"), "\(name)")
        }
        for name in ["report.json", "report.html", "facts.json"] {
            let text = folder.text(of: name).replacing("4532015112830366,", with: "")
            #expect(!text.contains("4532015112830366") && !text.contains("4532 0151 1283 0366"), "\(name)")
            #expect(text.contains("0366"), "\(name)")
        }
        #expect(try Report(reading: folder.path).record.generator.evidenceRecords == 4_532_015_112_830_366)
    }

    @Test func `a second report takes the place of the first`() throws {
        let folder = try TestFolder()
        try SampleReport.flashSale.write(into: folder.path)
        let steady = Report(SampleRun.steady.record, targets: [])
        try steady.write(into: folder.path)
        #expect(try Report(reading: folder.path).verdict == .met)
        #expect(folder.names(in: folder.path) == Self.names)
    }

    @Test func `what cannot be written says what and where`() throws {
        let folder = try TestFolder()
        try folder.write("", as: "file")
        #expect(
            fault { try SampleReport.flashSale.write(into: folder.path + "/file/reports") }
                == "cannot make the folder '\(folder.path)/file': File exists (EEXIST)")
        try folder.makeFolder("report.json")
        #expect(
            fault { try SampleReport.flashSale.write(into: folder.path) }
                == "cannot name '\(folder.path)/report.json': Is a directory")
        #expect(folder.names(in: folder.path) == ["file", "report.json"], "nothing half-written is left")
    }

    @Test func `a symlink in the place of a file is not followed`() throws {
        let folder = try TestFolder()
        try folder.write("kept", as: "elsewhere")
        try folder.link(".report.json.part", to: folder.path + "/elsewhere")
        #expect(fault { try SampleReport.flashSale.write(into: folder.path) }?.hasPrefix("cannot create ") == true)
        #expect(folder.size(of: folder.path + "/elsewhere") == 4)
    }

    @Test(
        arguments: [
            (#"{"format": "spillway-report""#, "line 1, column 29: the text ends inside a value"),
            (#"{"format": "har"}"#, "format: expected 'spillway-report'"),
            (
                #"{"format": "spillway-report", "version": 2}"#,
                "version: version 2 was written by a newer Spillway; this one reads up to 1"
            ),
            (#"{"format": "spillway-report", "version": 1}"#, "'verdicts' is missing"),
            (
                #"{"format": "spillway-report", "version": 1, "verdicts": [{"kind": "x", "status": "pass"}]}"#,
                "verdicts[0].kind: expected one of 'generator', 'performance', 'integrity'"
            ),
            (#"{"format": "spillway-report", "version": 1, "verdicts": []}"#, "'run' is missing"),
        ])
    func `a file that is no report says what is wrong with it`(text: String, reason: String) throws {
        let folder = try TestFolder()
        try folder.write(text, as: "report.json")
        #expect(fault { _ = try Report(reading: folder.path) } == "cannot read '\(folder.path)/report.json': \(reason)")
    }

    @Test func `a report that is not there says so`() {
        #expect(
            fault { _ = try Report(reading: "/nowhere/at-all") }
                == "cannot read '/nowhere/at-all': No such file or directory (ENOENT)")
    }

    private func fault(_ work: () throws -> Void) -> String? {
        do {
            try work()
            return nil
        } catch {
            return "\(error)"
        }
    }
}
