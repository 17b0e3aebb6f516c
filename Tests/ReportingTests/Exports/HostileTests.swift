import Audit
import Evidence
import Reporting
import SampleRuns
import TestFolders
import Testing
import Timebase
import Verdicts

/// What strangers may have put into names, answers and reasons, and what becomes of it in each file.
@Suite struct HostileTests {
    private static let texts = [
        "<script>alert(1)</script>", "]]>", "-->", "<!--", "\"'`", "&amp;&#60;",
        "a\u{0}b\u{1}\u{8}\u{b}\u{1b}[2J\u{7f}\u{9b}31m",
        "\u{202e}live\u{2066}\u{200f}\u{61c}", "\u{fffe}\u{ffff}\u{e000}\u{feff}", "a|b\nc\r\nd\te",
        "=cmd|' /C calc'!A0", "@octocat #1 !2",
        "[x](javascript:alert(1)) ![y](http://e.example/p.png) www.e.example", "</title></style></svg>",
        "\u{2028}\u{2029}\u{85}",
        "e" + String(repeating: "\u{301}", count: 100), "{{7*7}} ${7*7} \\ \\", "", " ",
    ]

    private static let long = String(repeating: "<b>\u{1b}@x|`", count: 1_200_000)

    private static let short = SampleRun([
        .init("warm-up", kind: "warm-up", seconds: 1, rate: 20, counts: false), .init("baseline", seconds: 2, rate: 50),
    ]).record

    private static func report(_ text: String) -> Report {
        var record = short
        record.identity.plan = text
        record.identity.about = text
        record.identity.runID = text
        record.identity.planDigest = text
        record.identity.version = text
        record.identity.targets = [text]
        record.identity.permitted = [text]
        for stage in record.stages.indices { record.stages[stage].name = text }
        for step in record.steps.indices {
            record.steps[step].journey = text
            record.steps[step].title = text
            record.steps[step].priority = text
        }
        record.observed = [ObservedSeries(name: text, every: .seconds(1), values: [1, nil])]
        record.events = [RunEvent(at: .seconds(1), kind: .note, text: text)]
        record.ending = .failed(at: .seconds(50), reason: text)
        record.faults = [FaultRecord(channel: text, what: text, span: .zero ..< .seconds(1))]
        record.egress = [EgressRecord(.driver, to: text, text)]
        record.drain = DrainRecord(
            budget: .seconds(1), took: .seconds(1), end: .cut(text), left: [.init(place: text, name: text, count: 1)])
        let judgements = [Judgement.Status.fail, .pass, .inconclusive].map { status in
            Judgement(
                name: text, kind: .performance, claim: text, status: status, expected: text, observed: text,
                window: .init(stages: [text], span: .zero ..< .seconds(1)), reasons: [text, text])
        }
        return Report(record, audit: audit(text), judgements: judgements)
    }

    private static func audit(_ text: String) -> AuditReport {
        let trace = [TraceEvent(ledger: "driver", at: nil, text: text)]
        let answer = AuditFinding.Answer(
            word: "lost", finds: "a loss", query: "SELECT 1", refutes: true, count: 1,
            violations: [Violation(subject: text, detail: text, trace: trace)], missing: [], torn: [text])
        let finding = AuditFinding(name: "M1", title: "books", kind: .money, claim: "none is lost", answers: [answer])
        let source = SourceStanding(name: "orders", state: .torn, tables: ["sent"], fault: text)
        return AuditReport(sources: [source], findings: [finding])
    }

    /// In JSON escapes stand for controls, and markup is text there as it is in CSV.
    private static let controls = ["\u{0}", "\u{1}", "\u{1b}", "\u{7f}", "\u{9b}", "\u{202e}", "\u{2066}"]
    private static let markup = ["<script>alert", "<!--", "]]>"]

    @Test func `every file stays what it is, and shows what was written`() throws {
        let folder = try TestFolder()
        for (number, text) in Self.texts.enumerated() {
            let (report, name) = (Self.report(text), "out\(number)")
            try report.write(into: "\(folder.path)/\(name)")
            #expect(HTMLCheck(folder.text(of: "\(name)/report.html")).faults.isEmpty, "\(text.debugDescription)")
            for file in ReportFile.allCases where file != .json {
                let written = folder.text(of: "\(name)/\(file.name)").utf8
                for part in Self.controls + ([.html, .junit, .summary].contains(file) ? Self.markup : []) {
                    #expect(!written.contains(part.utf8), "\(file) has \(part.debugDescription)")
                }
            }
            #expect(try Report(reading: "\(folder.path)/\(name)").json == report.json, "\(text.debugDescription)")
        }
        let all = Self.texts.indices.map { "\(folder.path)/out\($0)" }
        #expect(ReportCheck.faults(in: all) == "")
    }

    @Test func `ten megabytes of a reason are cut, once, and say how long they were`() throws {
        let folder = try TestFolder()
        let report = Self.report(Self.long)
        #expect(report.judgements[0].reasons[0].utf8.count <= 4_096)
        #expect(report.judgements[0].reasons[0].hasSuffix("… (of \(Self.long.utf8.count) bytes)"))
        try report.write(into: folder.path)
        #expect(ReportCheck.faults(in: folder.path) == "")
        #expect(HTMLCheck(folder.text(of: "report.html")).faults.isEmpty)
        let bounds: [ReportFile: Int] = [
            .json: 1 << 20, .html: 1_500_000, .junit: 200_000, .summary: 60_000, .series: 100_000, .latency: 20_000,
        ]
        for (file, bytesMax) in bounds {
            let size = folder.size(of: file.name) ?? 0
            #expect(0 < size && size < bytesMax, "\(file)")
        }
        #expect(try Report(reading: folder.path).json == report.json)
    }

    @Test func `a text is cut between characters`() {
        for shift in 0..<4 {
            var record = SampleRun.steady.record
            record.identity.about = String(repeating: "x", count: shift) + String(repeating: "支", count: 5_000)
            let about = Report(record, judgements: []).record.identity.about ?? ""
            #expect(
                !about.contains("\u{FFFD}") && about.utf8.count <= 4_096 && about.contains("支…"), "\(about.suffix(40))")
        }
    }
}
