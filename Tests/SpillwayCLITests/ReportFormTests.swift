import JSON
import Reporting
import TestFolders
import Testing

@testable import SpillwayCLI

/// What `--format` and `--files` give of real drills.
@Suite struct ReportFormTests {
    @Test func `each form is the file of that name, and the files are those that were asked for`() throws {
        let folder = try TestFolder()
        let plan = try RehearsalTests.plan(in: folder)
        let out = "\(folder.path)/out"
        #expect(Saying("rehearse \(plan) --quiet --out \(out)").code == .success)
        for (form, file) in [
            ("junit", "junit.xml"), ("markdown", "summary.md"), ("series", "series.csv"), ("latency", "latency.hgrm"),
        ] {
            let saying = Saying("report \(out) --format \(form)")
            #expect(saying.results.map { $0 + "\n" } == [folder.text(of: "out/\(file)")], "\(form)")
        }
        #expect(ReportCheck.faults(in: out) == "")
        let saying = Saying("report \(out) --files junit --format json")
        #expect(saying.code == .success && saying.results.first?.hasPrefix("{\"plan\":\"brief\"") == true)
        let names = folder.names(in: "out")
        #expect(names.contains("junit.xml") && names.contains("report.json"))
        for file in ["report.html", "summary.md", "series.csv", "latency.hgrm"] {
            #expect(!names.contains(file), "\(file)")
        }
    }

    @Test func `others read the files of drills that lost money, and that a guard has ended`() throws {
        let folder = try TestFolder()
        let plan = try RehearsalTests.plan(in: folder)
        let (lost, aborted) = ("\(folder.path)/lost", "\(folder.path)/aborted")
        let losing = Saying("rehearse \(plan) --set stack.defects=[lost-notify] --quiet --out \(lost) --format junit")
        #expect(losing.code == .failed && losing.results.first?.contains("<failure ") == true, "\(losing.talk)")
        let text = folder.text(of: "brief.yaml") + "guards: [p99 > 1ms for 1s]\n"
        let guarded = try folder.write(text, as: "guarded.yaml")
        let ending = Saying("rehearse \(guarded) --quiet --out \(aborted) --format markdown")
        #expect(ending.code == .aborted, "\(ending.talk)")
        #expect(ending.results.first?.contains("aborted by a guard") == true, "\(ending.results)")
        #expect(ReportCheck.faults(in: lost, aborted) == "")
    }

    @Test func `a run that is refused is red in its form as well`() throws {
        let folder = try TestFolder()
        let text = """
            plan: outside
            target: {url: "http://127.0.0.1:8080"}
            journeys: {pay: {steps: [GET /: {}]}}
            traffic: [hold: {for: 1s, rate: 1/s}]

            """
        let plan = try folder.write(text, as: "outside.yaml")
        let saying = Saying("rehearse \(plan) --format junit --out \(folder.path)/out")
        #expect(saying.code == .inconclusive && saying.results.count == 1)
        #expect(saying.results.first?.contains("errors=\"1\"") == true)
        let markdown = Saying("rehearse \(plan) --format markdown --out \(folder.path)/out")
        #expect(markdown.results.first?.hasPrefix("## ⚠️ outside: not run") == true)
        #expect(Saying("rehearse \(plan) --format series --out \(folder.path)/out").results.isEmpty)
    }

    @Test func `the schema of reports is printed`() {
        let saying = Saying("schema report")
        #expect(saying.code == .success && saying.results == [String(ReportSchema.text.dropLast())])
    }

    @Test func `what children and targets have said drives no terminal`() {
        let talk = Lines()
        let console = Console(result: { _ in }, talk: { talk.add($0) })
        console.talk("error: \u{1b}[2Jit said\n  | \u{202e}x")
        #expect(talk.all == ["error: \\x1B[2Jit said\n  | \\u{202E}x"])
    }
}
