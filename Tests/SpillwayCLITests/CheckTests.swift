import Testing

@testable import SpillwayCLI

@Suite struct CheckTests {
    @Test func `a right plan is said to be right`() {
        let saying = Saying("check \(Saying.root)/plans/flash-sale.yaml --set seed=3")
        #expect(saying.code == .success)
        let words = "right: 3 journeys, 5 stages, 1 fault, 15 targets"
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
