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

    @Test func `the schema is printed as it stands in the repository`() {
        let saying = Saying("schema")
        #expect(saying.code == .success)
        #expect(saying.results.first?.hasPrefix("{\n  \"$schema\"") == true)
    }
}
