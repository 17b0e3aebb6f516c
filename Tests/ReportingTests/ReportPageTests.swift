import Cryptography
import Evidence
import Histogram
import JSON
import PlanModel
import Reporting
import SampleRuns
import StackVocabulary
import Testing
import Timebase
import Verdicts

@Suite struct ReportPageTests {
    private static let page = SampleReport.flashSale.html

    @Test func `every element is closed, and every reference is one`() throws {
        #expect(HTMLCheck(Self.page).faults.isEmpty)
        #expect(HTMLCheck("<p>a <b>bold</p>").faults == ["</p> closes <b>", "<p> is not closed"])
        #expect(HTMLCheck("<p>a & b</p>").faults == ["'& b' is no reference"])
        #expect(HTMLCheck("<p id=a>").faults == ["<p id=a> has an attribute without quotes", "<p> is not closed"])
        #expect(HTMLCheck("<i id=\"a\"></i><b id=\"a\"></b>").faults == ["the id 'a' stands twice"])
    }

    @Test func `the page needs nothing from elsewhere, and lets no script run but its own`() throws {
        for word in [
            "<img", "<link", "<iframe", "http-equiv=\"refresh\"", "url(", "@import", " src=", " style=", " onclick=",
        ] {
            #expect(!Self.page.contains(word), "\(word)")
        }
        #expect(!Self.page.replacing(" href=\"#", with: "").contains(" href="), "links lead to places of the page")
        #expect(Self.page.contains("default-src &#39;none&#39;"))
        let parts = Self.page.split(separator: "<script>")
        let script = try #require(parts.dropFirst().first?.split(separator: "</script>").first)
        #expect(parts.count == 2)
        let bytes = Array(script.utf8)
        let digest = SHA256.digest(of: bytes.span).bytes
        let text = Base64.text(of: digest.indices.map { digest[$0] })
        #expect(Self.page.contains("script-src &#39;sha256-\(text)&#39;"))
    }

    @Test func `drawings carry their own colours and words`() throws {
        let drawing = try #require(Self.page.split(separator: "<svg class=\"drawing\"").dropFirst().first)
        for words in [
            "fill=\"#ffffff\"", "stroke=\"#0072b2\"", "class=\"line c-started\"",
            "vector-effect=\"non-scaling-stroke\"",
            ">baseline</text>", "<title id=\"load-title\">Load</title>", "data-readings=\"",
        ] {
            #expect(drawing.contains(words), "\(words)")
        }
    }

    @Test func `verdict, exit code, stages and the way to repeat the run are told`() {
        for words in [
            "Inconclusive", "Exit code 3", "not judged", "baseline", "POST /v1/payments", "expectation failed",
            "spillway run PLAN --seed 20261111", "Latency", "raw ",
            "raw: counted from the sending", "95% sure: of a hundred", "by Little&#39;s law", "allowed by the plan",
            "127.0.0.0/8, ::1/128",
        ] {
            #expect(Self.page.contains(words), "\(words)")
        }
    }

    @Test func `what is planted in the stack stands above the verdict, and in the outcome`() throws {
        var record = SampleReport.flashSale.record
        var setting = StackSetting()
        record.stack = StackRecord(setting: setting, store: .sqlite, front: "http://a", operatorDesk: "http://b")
        let sound = Report(record, targets: SampleReport.targets)
        #expect(!sound.html.contains("PLANTED") && sound.html.contains("kept apart by tables"))
        #expect(sound.json["outcome"]?["planted"] == nil)
        setting.defects = [.noLimiter]
        record.stack?.setting = setting
        let report = Report(record, targets: SampleReport.targets)
        let words =
            "PLANTED IN THE STACK ON PURPOSE: no-limiter (nothing is refused at the door; shed, goodput must say so)"
        let (warning, verdict) = (report.html.firstRange(of: words), report.html.firstRange(of: "<h1>"))
        #expect(try #require(warning).lowerBound < (try #require(verdict)).lowerBound)
        #expect(HTMLCheck(report.html).faults.isEmpty)
        #expect(report.json["outcome"]?["planted"] == .texts(["no-limiter"]))
        #expect(try Report(json: report.json).record.stack == record.stack)
    }

    @Test func `a rehearsal is called one above the verdict, in the title and in the outcome`() throws {
        var record = SampleReport.flashSale.record
        let live = Report(record, targets: SampleReport.targets)
        #expect(!live.html.contains("REHEARSED") && live.json["outcome"]?["world"] == nil)
        record.identity.world = .rehearsed
        let report = Report(record, targets: SampleReport.targets)
        let (warning, verdict) = (report.html.firstRange(of: "REHEARSED"), report.html.firstRange(of: "<h1>"))
        #expect(try #require(warning).lowerBound < (try #require(verdict)).lowerBound)
        #expect(report.html.contains("<title>\(record.identity.plan) (rehearsed): "))
        #expect(HTMLCheck(report.html).faults.isEmpty)
        #expect(report.json["outcome"]?["world"] == .text("rehearsed"))
    }

    @Test func `the drain says how it ended, what was settled and what was left`() {
        var record = SampleReport.flashSale.record
        func page() -> String { Report(record, targets: []).html }
        #expect(!page().contains("The drain"))
        record.drain = DrainRecord(budget: .seconds(30), took: .milliseconds(1_500), end: .quiet)
        let quiet = page()
        #expect(quiet.contains("when nobody had anything left to do") && quiet.contains("1.50s of 30.0s, from "))
        #expect(!quiet.contains("still to be done") && !quiet.contains("known since"))
        var unknown = UnknownRecord(atFirst: 1_203)
        (unknown.byQuery, unknown.byStatement, unknown.left) = (1_000, 201, 2)
        (unknown.oldest, unknown.records) = (.milliseconds(31_500), ["0cm9k2t4h0g21"])
        let left = DrainRecord.Left(place: "the bank '<b>'", name: "open_questions", count: 7)
        record.drain = DrainRecord(
            budget: .seconds(30), took: .seconds(30), end: .budget, left: [left], unknown: unknown)
        let full = page()
        for words in [
            "when its time was up", "1,000 by query, 201 by statement",
            "2, the oldest for 31.5s: 0cm9k2t4h0g21 and others", "the bank &#39;&lt;b&gt;&#39;", "open questions",
        ] {
            #expect(full.contains(words), "\(words)")
        }
        #expect(HTMLCheck(full).faults.isEmpty)
        record.drain?.end = .cut("the run was stopped")
        #expect(page().contains("before its time: the run was stopped"))
    }

    @Test func `each drawing has a title and a summary in words`() {
        let count = Self.page.split(separator: "<svg class=\"drawing\" role=\"img\"").count - 1
        #expect(count == 10)
        #expect(Self.page.split(separator: "<desc ").count - 1 == count)
        #expect(Self.page.split(separator: "<table class=\"figures\"").count - 1 >= count, "and a table behind it")
    }

    @Test func `names from a plan cannot become markup`() {
        let hostile =
            "</style></title><script>alert('x')</script>\" onload=\"y\u{202E}\u{0}\u{61C}\u{2028}\u{200B}\u{FFFE}&amp;"
        var record = SampleRun.steady.record
        record.identity.plan = hostile
        record.identity.about = hostile
        record.identity.targets = [hostile]
        record.identity.allowed = [hostile]
        record.identity.permitted = [hostile]
        record.stages[1].name = hostile
        record.stages[1].kind = hostile
        record.steps[0].title = hostile
        record.steps[0].journey = hostile
        record.steps[0].priority = hostile
        record.events.append(RunEvent(at: .seconds(3), kind: .note, text: hostile))
        record.ending = .failed(at: .seconds(22), reason: hostile)
        let page = Report(record, targets: SampleReport.targets).html
        #expect(page.split(separator: "<script").count == 2, "there is no script but ours")
        #expect(!page.contains("onload=\"y"))
        #expect(
            !page.unicodeScalars.contains { "\u{202E}\u{0}\u{61C}\u{2028}\u{200B}\u{FFFE}".unicodeScalars.contains($0) }
        )
        #expect(HTMLCheck(page).faults.isEmpty)
    }

    @Test func `equal records give equal bytes`() {
        #expect(SampleReport.make().html == Self.page)
    }

    @Test func `a run that ended before any request has a report as well`() {
        let empty = RunRecord(
            identity: SampleRun.steady.record.identity, stages: [], steps: [], sliceLength: .seconds(1), slices: [],
            generator: GeneratorRecord(lag: [], gaps: GapRecord()),
            ending: .failed(at: .zero, reason: "connection refused by 127.0.0.1:8080"))
        let report = Report(empty, targets: SampleReport.targets)
        #expect(report.verdict == .inconclusive)
        #expect(HTMLCheck(report.html).faults.isEmpty)
        #expect(report.html.contains("Broke off at 0ns: connection refused by 127.0.0.1:8080"))
        #expect(!report.html.contains("nan"))
    }

    @Test func `two hours of slices stay within the bounds, and no latency peak is lost`() throws {
        var record = SampleRun([SampleRun.Stage("hold", seconds: 2, rate: 20)]).record
        let slow = try #require(
            SampleRun([SampleRun.Stage("hold", seconds: 1, rate: 40)]) { _, _, _ in
                SampleRun.Fate(.ok, .seconds(9))
            }.record.slices.first)
        let slice = record.slices[0]
        record.slices = (0..<7_200).map { $0 == 4_321 ? slow : slice }
        record.stages[0].span = .zero ..< .seconds(7_200)
        record.events = (0..<5_000).map { RunEvent(at: .seconds($0), kind: .note, text: "note \($0)") }
        let page = Report(record, targets: SampleReport.targets).html
        #expect(page.utf8.count < 500_000, "\(page.utf8.count)")
        // The column of slice 4,321 begins at slice 4,320.
        #expect(page.contains("is 9.06s, at 1:12:00"))
        #expect(page.contains("the highest of 18 slices for each point"))
        #expect(page.contains("4940 more events"))
    }

    @Test func `the largest page that a plan can ask for stays below one and a half megabytes`() {
        var record = SampleRun.flashSale.record
        let name = String(repeating: "a long name ", count: 12)
        let seconds = 800
        record.slices = (0..<seconds).map { record.slices[$0 % record.slices.count] }
        record.stages = (0..<300).map { place in
            var stage = record.stages[place % record.stages.count]
            stage.name = "\(name)\(place)"
            stage.span = .seconds(Int64(place * 2)) ..< .seconds(Int64(place * 2 + 2))
            return stage
        }
        let channels = (0..<StackVital.channelsMax).map { "\(name)\($0)" }
        let values = (0..<seconds).map { Optional(Double(($0 &* 7_919) % 10_007) / 7) }
        record.observed = (StackVital.all(channels: channels).map(\.name) + (0..<100).map { "\(name)\($0)" })
            .map { ObservedSeries(name: $0, every: .seconds(1), values: values) }
        record.channels = channels.map { channel in
            var flow = ChannelFlow(channel: channel, slices: 0)
            let counts = values.map { UInt64($0 ?? 0) }
            (flow.writes, flow.firsts, flow.queries, flow.failed, flow.late) = (counts, counts, counts, counts, counts)
            return flow
        }
        record.faults = (0..<200).map {
            FaultRecord(channel: name, what: name, span: .seconds(Int64($0 * 4)) ..< .seconds(Int64($0 * 4 + 2)))
        }
        record.events = (0..<5_000).map {
            RunEvent(at: .seconds($0), kind: .note, text: String(repeating: "x", count: 10_000))
        }
        let page = Report(record, targets: SampleReport.targets).html
        let sizes = page.split(separator: "<section id=").map { "\($0.prefix(12)): \($0.utf8.count)" }
        #expect(page.utf8.count < 1_500_000, "\(page.utf8.count) bytes: \(sizes)")
        #expect(HTMLCheck(page).faults.isEmpty)
    }
}
