import TestFolders
import Testing

@testable import SpillwayCLI

@Suite struct CheckTests {
    @Test func `a right plan is said to be right`() {
        let saying = Saying("check \(Saying.root)/plans/flash-sale.yaml --set seed=3")
        #expect(saying.code == .success)
        let words = "right: 3 journeys, 5 stages, 2 faults, 15 targets"
        #expect(saying.results == ["\(Saying.root)/plans/flash-sale.yaml: \(words)"])
        #expect(saying.talk.isEmpty)
    }

    @Test func `a mistake ends in a usage error, and the other plans are checked all the same`() {
        let plan = "\(Saying.root)/plans/steady-state.yaml"
        let saying = Saying("check missing.yaml \(plan)")
        #expect(saying.code == .usage)
        #expect(saying.talk == ["error: 'missing.yaml' cannot be read: No such file or directory"])
        #expect(saying.results == ["\(plan): right: 1 journey, 2 stages, 0 faults, 2 targets"])
    }

    @Test(arguments: [
        ("steady-sate.yaml", "No such file or directory; did you mean '\(Saying.root)/plans/steady-state.yaml'?"),
        ("steady.json", "No such file or directory"),
        ("", "Is a directory; name the files in it, as in \(Saying.root)/plans/*.yaml"),
    ])
    func `of a file that is not there, the one that was meant is named`(name: String, words: String) {
        let path = "\(Saying.root)/plans/\(name)"
        #expect(Saying("check \(path)").talk == ["error: '\(path)' cannot be read: \(words)"])
    }

    @Test func `what only the run could tell is told before it, at its place`() throws {
        let folder = try TestFolder()
        func words(_ traffic: String, steps: Int = 1, verbs: [String] = []) throws -> [String] {
            let path = try folder.write(
                """
                plan: p
                target: {url: "http://127.0.0.1:1"}
                journeys: {pay: {steps: [\(repeatElement("think: 1s", count: steps).joined(separator: ", "))]}}
                traffic: [\(traffic)]

                """, as: "p.yaml")
            for verb in verbs { #expect(Saying("\(verb) \(path)").code == .usage, "\(verb)") }
            #expect(!folder.has("out"))
            let saying = Saying("check \(path)")
            #expect(saying.code == .usage && saying.results.isEmpty)
            return saying.talk.map { String($0.prefix { $0 != "\n" }.dropFirst(path.count)) }
        }
        #expect(
            try words(
                "hold: {for: 1s, rate: 1/s}, spike: {for: 1s, rate: 200000000/s}",
                verbs: ["rehearse", "run --quiet --out \(folder.path)/out"]) == [
                    ":4:39: error: the stage 'spike' asks for 200,000,000 arrivals a second; at most 100,000,000 are possible"
                ])
        #expect(
            try words("hold: {for: 9000h, rate: 1/s}, replay: {file: none.ndjson}").first?.hasPrefix(
                ":4:11: error: the stage 'hold' is not between") == true)
        #expect(
            try words("hold: {for: 1s, rate: 1/s}", steps: 65_535) == [
                ":3:12: error: the plan has 65535 steps, and evidence can tell 65535 apart; "
                    + "give some journeys a plan of their own"
            ])
    }

    @Test func `mistakes are JSON lines when a program reads them, and several settings are taken`() {
        let plan = "\(Saying.root)/plans/steady-state.yaml"
        let saying = Saying("check \(plan) --format json --set seed=no --set traffic.hold.rate=5")
        #expect(saying.code == .usage)
        #expect(saying.talk.isEmpty)
        #expect(saying.results.count == 2)
        #expect(saying.results.allSatisfy { $0.hasPrefix(#"{"severity":"error","message":"'"#) })
        #expect(saying.results.joined().contains(#""file":"--set seed","offset":0,"length":2"#))
    }

    @Test func `what may be left out stands in brackets`() {
        #expect(Saying("schema --help").results.first == "usage: spillway schema [DOCUMENT] [--help]")
        #expect(Saying("check --help").results.first?.hasPrefix("usage: spillway check PLAN... [") == true)
    }

    @Test(arguments: [
        ("schema", "Spillway traffic plan"), ("schema plan", "Spillway traffic plan"),
        ("schema profile", "Spillway mock profile"),
    ])
    func `the schema of either document is printed`(words: String, title: String) {
        let saying = Saying(words)
        #expect(saying.code == .success)
        #expect(saying.results.first?.hasPrefix("{\n  \"$schema\"") == true)
        #expect(saying.results.first?.contains("\"title\": \"\(title)\"") == true)
    }

    @Test func `a profile is checked as a plan is`() {
        let path = "\(Saying.root)/mocks/cn-retail.yaml"
        let saying = Saying("check \(path) --set channels.icbc.timer=20s")
        #expect(saying.code == .success)
        #expect(saying.results == ["\(path): right: 4 channels, 9 faults"])
        #expect(saying.talk.isEmpty)
        let wrong = Saying("check \(path) --format json --set channels.icbc.timer=20")
        #expect(wrong.code == .usage)
        #expect(wrong.results.first?.hasPrefix(#"{"severity":"error","message":"'timer' needs a unit"#) == true)
    }

    @Test func `a plan is checked against the channels of the profile that it names`() {
        let path = "\(Saying.root)/plans/flash-sale.yaml"
        let saying = Saying(
            "check \(path) --format json --set faults.0.channel=icbd --set targets.breaker.channel=merchant")
        #expect(saying.code == .usage)
        #expect(saying.results.count == 2)
        #expect(saying.results.joined().contains("there is no channel 'icbd'"))
        #expect(saying.results.joined().contains("did you mean 'icbc'?"))
        #expect(saying.results.joined().contains("the profile's: icbc, abc, ccb, cmb"))
        let lost = Saying("check \(path) --format json --set channels=none.yaml")
        #expect(lost.code == .usage)
        #expect(lost.results.count == 1)
        #expect(lost.results.joined().contains("the mock profile 'none.yaml' cannot be read: No such file"))
    }
}
