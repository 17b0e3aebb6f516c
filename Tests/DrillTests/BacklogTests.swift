import JSON
import StackVocabulary
import Testing

@testable import Drill

/// When a drain may have the statements read.
@Suite struct BacklogTests {
    private func backlog(_ stack: [(String, Int)], _ bank: [(String, Int64)]) -> Backlog {
        var backlog = Backlog()
        backlog.add(.object(stack.map { ($0.0, .count($0.1)) }), of: .shadow)
        backlog.add(bank.map { (name: $0.0, count: $0.1) }, ofBank: "bank")
        return backlog
    }

    @Test func `what is pending is left to a bank that has something to tell, but not for ever`() {
        let waiting = backlog([("pending", 3)], [("callbacks_waiting", 1)])
        #expect(waiting.undecided(patiently: true) == [])
        #expect(waiting.undecided(patiently: false) == [.shadow])
        #expect(backlog([("pending", 3)], []).undecided(patiently: true) == [.shadow])
    }

    @Test func `no statement is read while a bank is at work, which would miss in it`() {
        for name in ["working", "waiting"] {
            let busy = backlog([("unknown", 1)], [(name, 1)])
            #expect(busy.undecided(patiently: true) == [])
            #expect(busy.undecided(patiently: false) == [])
        }
        #expect(backlog([("unknown", 1)], []).undecided(patiently: true) == [.shadow])
        #expect(backlog([("unknown", 1), ("inside", 1)], []).undecided(patiently: false) == [])
    }
}
