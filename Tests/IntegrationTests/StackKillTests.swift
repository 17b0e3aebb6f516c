import StackVocabulary
import Testing

/// `spillway stack` on a file, killed with -9 under load again and again.
@Suite struct StackKillTests {
    private static let kills = 20

    @Test func `a stack that is killed twenty times keeps what it acknowledged, and charges nobody twice`() throws {
        try KilledStack.run { stack in
            for round in 0..<Self.kills {
                try await stack.live(round)
            }
            try await stack.settle()
            let faults = try await stack.audit()
            #expect(faults.isEmpty, "\(faults.prefix(20).joined(separator: "\n"))")
            #expect(stack.acknowledged.count > Self.kills, "\(stack.acknowledged.count)")
            #expect(stack.unanswered > 0, "no kill met a payment")
        }
    }

    @Test func `planted: a key that is claimed after the bank was asked is found by the same audit`() throws {
        try KilledStack.run([.claimAfterEffect]) { stack in
            for round in 0..<6 { try await stack.live(round) }
            try await stack.settle()
            let faults = try await stack.audit()
            #expect(faults.contains { $0.hasSuffix("of which the stack knows nothing") }, "\(faults.prefix(20))")
        }
    }
}
