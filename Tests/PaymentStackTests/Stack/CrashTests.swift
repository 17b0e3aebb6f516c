import StackVocabulary
import Testing

@testable import PaymentStack

@Suite struct CrashTests {
    /// A hundred runs, each of which dies ten times.
    @Test(arguments: 1...20)
    func `a stack that dies at any instant keeps what it acknowledged, and does nothing twice`(block: UInt64) throws {
        var (acknowledged, unanswered, caught) = (0, 0, 0)
        for seed in (block - 1) * 5 + 1...block * 5 {
            let tale = try CrashRun.tale(seed: seed)
            #expect(
                tale.faults.isEmpty, "\(tale.faults.joined(separator: "\n"))\nreplay: CrashRun.tale(seed: \(seed))")
            acknowledged += tale.acknowledged
            unanswered += tale.unanswered
            caught += tale.caught
        }
        // Of fifty deaths: they meet payments that matter.
        #expect(acknowledged > 50 && unanswered > 25 && caught > 25, "\(acknowledged) \(unanswered) \(caught)")
    }

    @Test func `a seed tells the same again`() throws {
        let tales = try (0..<2).map { _ in try CrashRun.tale(seed: 7, [.claimAfterEffect]) }
        #expect(tales[0] == tales[1])
    }

    @Test func `planted: a key that is claimed after the bank was asked lets a death charge twice`() throws {
        let faults = try (1...3).flatMap { try CrashRun.tale(seed: $0, [.claimAfterEffect]).faults }
        #expect(faults.contains { $0.hasSuffix("of which the stack knows nothing") }, "\(faults)")
    }

    @Test(arguments: [Defect.timeoutIsFailure, .duplicateEffectNotify, .nonAtomicPosting, .lostNotify])
    func `planted: what else is wrong with money is found as well`(defect: Defect) throws {
        let faults = try (1...3).flatMap { try CrashRun.tale(seed: $0, [defect]).faults }
        #expect(!faults.isEmpty, "\(defect.name)")
    }
}
