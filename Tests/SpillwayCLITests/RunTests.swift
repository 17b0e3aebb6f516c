import Diagnostics
import EventLoop
import Evidence
import Glibc
import JSON
import PlanLanguage
import PlanModel
import Reporting
import SampleRuns
import TestFolders
import Testing
import Timebase
import Verdicts

@testable import SpillwayCLI

@Suite struct OutFolderTests {
    private static let now = WallTime(secondsSince1970: 1_794_303_000)

    @Test func `a run's folder is named for its plan and time, and is a new one`() {
        var folders = OutFolders(named: nil, planCount: 2)
        let standing: Set<String> = ["reports/flash-20261110-093000"]
        let first = folders.folder(of: "flash", Self.now.name) { standing.contains($0) }
        let second = folders.folder(of: "flash", Self.now.name) { standing.contains($0) }
        #expect([first, second] == ["reports/flash-20261110-093000-2", "reports/flash-20261110-093000-3"])
    }

    @Test func `one plan's report goes to the folder that was named, several go inside it`() {
        var one = OutFolders(named: "out", planCount: 1)
        #expect(one.folder(of: "flash", Self.now.name) { _ in true } == "out")
        var several = OutFolders(named: "out", planCount: 3)
        let folders = ["flash", "steady", "flash"].map { several.folder(of: $0, Self.now.name) { _ in true } }
        #expect(folders == ["out/flash", "out/steady", "out/flash-2"])
    }

    @Test func `wall time is written in UTC`() {
        #expect(Self.now.text == "2026-11-10T09:30:00Z")
    }
}

@Suite struct PlanDigestTests {
    private func digest(_ parts: [String], _ overrides: [String] = []) -> String {
        var digest = PlanDigest()
        for part in parts { digest.add(Array(part.utf8)) }
        digest.add(overrides: overrides)
        return digest.text
    }

    @Test func `a digest tells texts and settings apart, but not where the target stands`() {
        #expect(digest(["a"]) == digest(["a"]))
        #expect(digest(["a"]).count == 64)
        #expect(digest(["a", "b"]) != digest(["ab"]))
        #expect(digest(["a"], ["seed=2"]) != digest(["a"]))
        #expect(digest(["a"], ["target.url=http://127.0.0.1:1"]) == digest(["a"]))
        #expect(digest(["a"], ["target.services.pay=http://127.0.0.1:1"]) == digest(["a"]))
    }
}

@Suite struct RunSummaryTests {
    private static func summary(targets: String) throws -> RunSummary {
        let text = """
            plan: steady
            target: {url: "http://127.0.0.1:8080"}
            journeys: {pay: {steps: [{POST /v1/payments: {}}]}, query: {steps: [{GET /v1/payments: {}}]}}
            traffic: [{hold: {for: 20s, rate: 200/s, name: baseline}}]
            targets: [\(targets)]
            """
        let outcome = Plan.parse(SourceText(name: "steady.yaml", bytes: Array(text.utf8)))
        let plan = try #require(outcome.plan, "\(outcome.diagnostics)")
        return RunSummary(report: Report(SampleRun.steady.record, targets: plan.targets), folder: "reports/steady")
    }

    private static func screen(_ columns: Int, colour: Bool = false, unicode: Bool = true) -> Terminal {
        Terminal(isInteractive: true, columns: columns, isUnicode: unicode, isColoured: colour)
    }

    private static let three = "{latency: {p99: 250ms}}, {latency: {p99: 1ms}}, {hysteresis: {at least: 90%}}"

    @Test func `a verdict is a line, what did not pass says what was expected and why, and there is room for stages`()
        throws
    {
        let lines = try Self.summary(targets: Self.three).lines(for: .plain)
        #expect(lines.first == "flash-sale: inconclusive (exit code 3)")
        #expect(lines.last == "report: reports/steady/report.html")
        #expect(lines.filter { $0.hasPrefix("+ ") }.count == 2)
        #expect(lines.filter { $0.hasPrefix("x latency") }.count == 1)
        #expect(lines.filter { $0.hasPrefix("? hysteresis") }.count == 1)
        #expect(lines.filter { $0.contains("expected: ") }.count == 2)
        #expect(lines.contains { $0.contains("because:  ") })
        #expect(lines.contains { $0.hasPrefix("baseline  4,000  4,000 ") })
        #expect(lines.count <= RunSummary.linesMax)
    }

    @Test(arguments: [20, 60, 80, 200])
    func `no line is wider than the screen, and what is cut says so`(columns: Int) throws {
        let lines = try Self.summary(targets: Self.three).lines(for: Self.screen(columns))
        // A path stays whole.
        #expect(lines.dropLast().allSatisfy { $0.columnCount <= columns }, "\(lines)")
        #expect(lines.contains { $0.contains("…") } == (columns < 200), "\(lines)")
        #expect(lines.contains { $0.hasPrefix("✓ latency") && $0.contains("95% sure") } == (columns == 200))
    }

    @Test func `many that did not pass keep their lines, and the rest of what is to say is counted`() throws {
        let targets = Array(repeating: "{latency: {p99: 1ms}}", count: 12).joined(separator: ", ")
        let lines = try Self.summary(targets: targets).lines(for: Self.screen(100))
        #expect(lines.filter { $0.hasPrefix("✗ latency") }.count == 12)
        #expect(lines.contains { $0.hasSuffix(" more in report.html") }, "\(lines)")
        #expect(lines.count <= 28 && !lines.contains { $0.hasPrefix("baseline ") })
    }

    @Test func `the evidence of this run is named, whatever else stands in the folder`() throws {
        var summary = try Self.summary(targets: "{latency: {p99: 250ms}}")
        var record = summary.report.record
        record.generator.evidenceRecords = 8_000
        summary = RunSummary(report: Report(record, targets: []), folder: "reports/steady")
        let name = "evidence-\(record.identity.runID)"
        #expect(summary.lines(for: .plain).suffix(1) == ["beside it: \(name)"])
        #expect(summary.json["evidence"] == .text("reports/steady/\(name)"))
    }

    @Test func `without a page the report is report.json`() throws {
        var summary = try Self.summary(targets: "{latency: {p99: 250ms}}")
        summary.files = [.junit]
        #expect(summary.lines(for: .plain).last == "report: reports/steady/report.json")
    }

    @Test func `colours mark what decided, on a terminal that has them`() throws {
        let summary = try Self.summary(targets: "{latency: {p99: 1ms}}")
        let lines = summary.lines(for: Self.screen(80, colour: true))
        #expect(lines.contains { $0.hasPrefix("\u{1b}[32m✓\u{1b}[0m generator") })
        #expect(lines.contains { $0.hasPrefix("\u{1b}[31m✗\u{1b}[0m latency") })
        let plain = summary.lines(for: Self.screen(80))
        #expect(!plain.contains { $0.contains("\u{1b}") })
        #expect(
            plain
                == lines.map {
                    $0.replacing("\u{1b}[32m", with: "").replacing("\u{1b}[31m", with: "").replacing(
                        "\u{1b}[0m", with: "")
                })
    }

    @Test func `no escape sequence of a target comes to a terminal`() throws {
        let hostile = "\u{1b}]0;owned\u{7}\u{1b}[2J\u{9b}31m\u{202e}" + String(repeating: "x", count: 10_000_000)
        var record = SampleRun.steady.record
        record.identity.plan = hostile
        record.stages[0].name = hostile
        record.ending = .failed(at: .seconds(1), reason: hostile)
        let judgement = Judgement(
            name: hostile, kind: .performance, claim: hostile, status: .fail, expected: hostile, observed: hostile,
            window: nil, reasons: [hostile, hostile])
        let summary = RunSummary(report: Report(record, judgements: [judgement]), folder: "reports/steady")
        for terminal in [Terminal.plain, Self.screen(60), Self.screen(200)] {
            let lines = summary.lines(for: terminal)
            let scalars = lines.joined().unicodeScalars
            #expect(!scalars.contains { $0.value < 0x20 || 0x7F...0x9F ~= $0.value || $0 == "\u{202e}" })
            #expect(lines.count <= 30 && lines.allSatisfy { $0.columnCount <= terminal.columns })
        }
    }

    @Test func `scripts read verdict, exit code and judgements`() throws {
        let text = try Self.summary(targets: "{latency: {p99: 1ms}}").json.written(.compact)
        for part in [
            #""verdict":"missed""#, #""exit_code":1"#, #""folder":"reports/steady""#, #""name":"generator""#,
            #""status":"fail""#,
        ] {
            #expect(text.contains(part), "\(part) is not in \(text)")
        }
    }
}

@Suite struct RunCommandTests {
    private static func plan(_ port: UInt16) -> String {
        """
        plan: short
        target: {url: "http://127.0.0.1:\(port)", connections: 20}
        journeys: {pay: {steps: [{POST /v1/payments: {json: {amount: 1}, expect: {status: 201}}}]}}
        traffic: [{hold: {for: 500ms, rate: 40/s}}]
        targets: [{errors: {at most: 10%}}]
        """
    }

    @Test func `a run leaves its report and the facts of its host, and says on a line what came of it`() throws {
        let server = try DemoServer(.init(), on: .loopback())
        defer { server.stop() }
        let folder = try TestFolder()
        let plan = try folder.write(Self.plan(server.address.port), as: "short.yaml")
        let saying = Saying("run \(plan) --format json --quiet --out \(folder.path)/out")
        // On a machine that is busy the generator says so, and that is no defect.
        #expect([.success, .inconclusive].contains(saying.code), "\(saying.talk)")
        #expect(saying.results.count == 1)
        let result = try #require(saying.results.first)
        #expect(result.contains(#""plan":"short""#))
        #expect(result.contains(#""name":"errors","status":"pass""#) || saying.code == .inconclusive, "\(result)")
        for name in ["out/report.html", "out/junit.xml", "out/environment.json"] {
            #expect(folder.has(name), "\(name)")
        }
    }

    @Test func `where nobody listens nothing is run, and the other plan is run all the same`() throws {
        let server = try DemoServer(.init(), on: .loopback())
        let dead = try DemoServer(.init(), on: .loopback())
        dead.stop()
        defer { server.stop() }
        let folder = try TestFolder()
        let plans = [
            try folder.write(Self.plan(dead.address.port), as: "dead.yaml"),
            try folder.write(Self.plan(server.address.port), as: "short.yaml"),
        ]
        let saying = Saying("run \(plans[0]) \(plans[1]) --format json --quiet --out \(folder.path)/out")
        #expect(saying.code == .inconclusive)
        #expect(saying.results.count == 2)
        #expect(saying.results.first?.contains(#""refused":["#) == true)
        #expect(!folder.has("out/short/report.html"))
        #expect(folder.has("out/short-2/report.html"))
    }

    @Test func `one wrong plan keeps all of them from running`() throws {
        let folder = try TestFolder()
        let right = try folder.write(Self.plan(1), as: "right.yaml")
        let wrong = try folder.write("plan: wrong\n", as: "wrong.yaml")
        let saying = Saying("run \(right) \(wrong) --quiet --out \(folder.path)/out")
        #expect(saying.code == .usage)
        #expect(saying.results.isEmpty)
        #expect(saying.talk.contains { $0.contains("wrong.yaml") })
        #expect(!folder.has("out"))
    }

    @Test func `a permission that is no network is a mistake of the command`() throws {
        let folder = try TestFolder()
        let plan = try folder.write(Self.plan(1), as: "right.yaml")
        let saying = Saying("run \(plan) --quiet --allow everything")
        #expect(saying.code == .usage)
        #expect(saying.talk.contains { $0.contains("'everything' is no network") })
    }
}
