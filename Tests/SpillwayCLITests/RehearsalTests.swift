import Evidence
import JSON
import LoadDriver
import Reporting
import TestFolders
import Testing
import Timebase

@testable import SpillwayCLI

/// `spillway rehearse`: whole drills in virtual time, as somebody at a terminal has them.
@Suite struct RehearsalTests {
    /// A drill of seconds on the quickstart's banks, with a fault among them.
    static func plan(in folder: TestFolder) throws -> String {
        let text = """
            plan: brief
            seed: 4
            target: {stack: embedded, timeout: 5s}
            stack: {cores: 2, service: 2ms, bank: {timeout: 200ms}, query: {first: 500ms, rate: 100/s}}
            shadow: {control: 2/s}
            channels: \(Saying.root)/mocks/quickstart.yaml
            webhooks: {listen: "127.0.0.1:0", public-url: "https://merchants.example.test/hooks"}
            data: {merchant: {pool: 20}, amount: {minor: uniform min=100 max=9000, currency: EUR}}
            journeys:
              pay:
                retry: {on: [timeout, 503], attempts: 2, same-key: true, backoff: exponential 100ms}
                steps:
                  - POST /v1/payments:
                      headers: {Idempotency-Key: "${id}", X-Merchant: "${merchant}"}
                      json: {amount: "${amount}", currency: EUR, notify: "${webhook}"}
                      expect: {status: [201, 202]}
                  - await webhook payment.captured: {within: 5s}
            traffic: [hold: {for: 6s, rate: 50/s}]
            faults: [{at: 2s, for: 2s, channel: direct, timeout: {rate: 20%, charged: 50%}}]
            targets: [money: strict, isolation: strict]

            """
        return try folder.write(text.utf8, as: "brief.yaml")
    }

    static let files =
        ReportFile.allCases.map(\.name) + [EvidenceDatabase.fileName, "\(EvidenceDatabase.fileName).sha256"]

    @Test func `the same plan and seed leave the same bytes, another seed leaves others`() throws {
        let folder = try TestFolder()
        let plan = try Self.plan(in: folder)
        for (name, seed) in [("a", 4), ("b", 4), ("c", 5)] {
            let saying = Saying("rehearse \(plan) --seed \(seed) --quiet --out \(folder.path)/\(name)")
            #expect(saying.code == .success, "\(saying.talk)\n\(saying.results)")
        }
        for file in Self.files {
            let (first, again) = (folder.bytes(of: "a/\(file)"), folder.bytes(of: "b/\(file)"))
            #expect(!first.isEmpty && first == again, "\(file)")
            #expect(first != folder.bytes(of: "c/\(file)"), "\(file)")
        }
        // What the sink was called from outside means nothing in here.
        #expect(folder.text(of: "a/report.json").contains("rehearsed"))
    }

    @Test func `nobody takes a rehearsal for a run: summary, script, report, page and environment say it`() throws {
        let folder = try TestFolder()
        let plan = try Self.plan(in: folder)
        let saying = Saying("rehearse \(plan) --quiet --out \(folder.path)/out")
        #expect(saying.results.first?.hasPrefix("REHEARSED in virtual time: nothing was sent") == true)
        #expect(saying.results.last?.hasSuffix(", evidence.db") == true)
        let report = try Report(reading: "\(folder.path)/out")
        #expect(report.record.identity.world == .rehearsed)
        #expect(report.json["outcome"]?["world"]?.string == "rehearsed")
        #expect(report.html.contains("REHEARSED in virtual time"))
        #expect(report.html.contains("spillway rehearse PLAN --seed 4"))
        let facts = try JSONValue(parsing: folder.bytes(of: "out/environment.json"))
        #expect(facts["world"]?.string == "rehearsed")
        let json = try #require(Saying("rehearse \(plan) --format json --out \(folder.path)/out").results.first)
        #expect(try JSONValue(parsing: Array(json.utf8))["world"]?.string == "rehearsed")
    }

    @Test func `what a rehearsal leaves can be audited and judged again`() throws {
        let folder = try TestFolder()
        let plan = try Self.plan(in: folder)
        let out = "\(folder.path)/out"
        #expect(Saying("rehearse \(plan) --quiet --out \(out)").code == .success)
        let page = folder.bytes(of: "out/report.html")
        #expect(Saying("audit \(out)").code == .success)
        let saying = Saying("report \(out)")
        #expect(saying.code == .success && saying.results.first?.hasPrefix("REHEARSED") == true)
        #expect(folder.bytes(of: "out/report.html") == page)
    }

    @Test func `a defect that loses money is found, and is exit code 1`() throws {
        let folder = try TestFolder()
        let plan = try Self.plan(in: folder)
        let saying = Saying(
            "rehearse \(plan) --set stack.defects=[lost-notify] --quiet --out \(folder.path)/out")
        #expect(saying.code == .failed, "\(saying.talk)\n\(saying.results)")
    }

    @Test func `what is outside is told with its place and with what can be done, and leaves no folder`() throws {
        let folder = try TestFolder()
        let text = """
            plan: outside
            target: {url: "http://127.0.0.1:8080", transport: curl}
            journeys: {pay: {steps: [GET /: {}]}}
            traffic: [hold: {for: 1s, rate: 1/s}]
            observe: [{prometheus: "http://127.0.0.1:9090/metrics", series: {load: up}}]

            """
        let plan = try folder.write(text.utf8, as: "outside.yaml")
        let saying = Saying("rehearse \(plan) --out \(folder.path)/out --format json")
        #expect(saying.code == .inconclusive)
        let talk = saying.talk.joined(separator: "\n")
        #expect(talk.contains("outside.yaml:2:"), "\(talk)")
        #expect(talk.contains("http://127.0.0.1:8080 is outside, and a rehearsal reaches nobody there"), "\(talk)")
        #expect(talk.contains("'--arrivals'") && talk.contains("the transport 'curl' opens sockets"), "\(talk)")
        #expect(talk.contains("a rehearsal observes nobody there"), "\(talk)")
        #expect(saying.results.count == 1 && !folder.has("out"))
    }

    @Test func `of several plans the rest is rehearsed, and the worst decides`() throws {
        let folder = try TestFolder()
        let plan = try Self.plan(in: folder)
        let saying = Saying(
            "rehearse \(Saying.root)/plans/steady-state.yaml \(plan) --quiet --out \(folder.path)/out")
        #expect(saying.code == .inconclusive)
        #expect(folder.names(in: "out") == ["brief"])
    }
}

@Suite struct RehearsalPaceTests {
    private let began = Instant(nanoseconds: 5_000_000_000)

    @Test func `it tells how far it is, and how much faster than the clock on the wall`() {
        var progress = DriverProgress()
        (progress.elapsed, progress.length) = (.milliseconds(67_900), .seconds(200))
        let pace = RehearsalPace(at: began)
        #expect(pace.words(progress, at: began + .seconds(2)) == "1m07s of 3m20s, 34.0 x real time")
        #expect(pace.words(progress, at: began) == "1m07s of 3m20s")
        #expect(pace.summary(of: .seconds(200), at: began + .milliseconds(9_600)) == "3m20s in 9.60s, 20.8 x real time")
    }

    @Test func `whoever watches is told ten times a second of the clock on the wall`() {
        var pace = RehearsalPace(at: began)
        let told = (0..<1_000).count { pace.isDue(at: began + .milliseconds(Int64($0))) }
        #expect(told == 10)
    }

    @Test func `a log of a rehearsal has no line for each of its stages`() {
        var journal = ProgressJournal(followsStages: false)
        var progress = ProgressViewTests.spike
        func isDue(after span: TimeSpan) -> Bool { journal.isDue(progress, at: began + span) }
        #expect(isDue(after: .zero))
        progress.stage += 1
        #expect(!isDue(after: .seconds(4)))
        #expect(isDue(after: .seconds(5)))
        let view = ProgressView(terminal: .plain, hasKeys: false, pace: "2m13s of 3m20s")
        #expect(view.line(progress).hasPrefix("2m13s of 3m20s  flash  offered 6,000/s"))
    }
}
