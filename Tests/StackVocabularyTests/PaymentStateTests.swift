import StackVocabulary
import Testing

struct PaymentStateTests {
    @Test func `what is settled changes by refunds only`() {
        for state in PaymentState.allCases where state.isSettled {
            #expect(state.successors.allSatisfy { [.partiallyRefunded, .refunded].contains($0) })
        }
    }

    @Test func `unknown never leads to another channel`() {
        #expect(!PaymentState.unknown.mayBecome(.routing))
        #expect(!PaymentState.unknown.mayBecome(.processing))
    }

    @Test func `every state is reached from created, and has a name of its own`() {
        var reached: Set<PaymentState> = [.created]
        while true {
            let next = reached.union(reached.flatMap(\.successors))
            if next == reached { break }
            reached = next
        }
        #expect(reached == Set(PaymentState.allCases))
        #expect(Set(PaymentState.allCases.map(\.name)).count == PaymentState.allCases.count)
        for state in PaymentState.allCases { #expect(PaymentState(name: state.name) == state) }
    }
}
