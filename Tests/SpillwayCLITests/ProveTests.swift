import Diagnostics
import StackVocabulary
import Testing

@testable import SpillwayCLI

@Suite struct ProveTests {
    private static func run(
        _ plan: String, _ defect: Defect?, _ seed: UInt64, reds: Set<String>, green: Bool = false
    ) -> ProofRun {
        ProofRun(ProofRun.Subject(plan: plan, defect: defect, seed: seed), reds: reds, isGreen: green)
    }

    @Test func `every defect has a plan and verdicts of its own, or a reason why no drill can show it`() {
        let shown = ProofCase.all.map(\.defect) + ProofCase.unshown.map(\.defect)
        #expect(Set(shown) == Set(Defect.allCases) && shown.count == Defect.allCases.count)
        #expect(ProofCase.all.allSatisfy { !$0.own.isEmpty && ProofCase.plans.contains($0.plan) })
        #expect(Set(ProofCase.all.map(\.plan)) == Set(ProofCase.plans))
    }

    @Test func `what must turn red is taken from what the defect says of itself`() throws {
        func own(_ defect: Defect) -> [String]? { ProofCase.all.first { $0.defect == defect }?.own }
        #expect(own(.unboundedQueue) == ["queue", "goodput"])
        #expect(own(.newReferenceOnRetry) == ["M2", "M3"])
        #expect(own(.shadowLeakAsync) == ["M7", "preflight", "M9"])
        #expect(own(.trustsAnyMark) == ["preflight"])
    }

    @Test func `the matrix holds only while sound runs are green and defects red in their own`() throws {
        let cases = ProofCase.all.filter { $0.defect == .noLimiter }
        func matrix(_ runs: [ProofRun]) -> ProofMatrix {
            var matrix = ProofMatrix("plans/matrix", plans: ["overload"], cases)
            for run in runs { matrix.take(run) }
            return matrix
        }
        let sound = Self.run("overload", nil, 1, reds: [], green: true)
        let caught = Self.run("overload", .noLimiter, 1, reds: ["shed", "latency"])
        #expect(matrix([sound, caught]).holds)
        #expect(!matrix([sound, Self.run("overload", nil, 2, reds: ["shed"]), caught]).holds)
        let missed = matrix([sound, caught, Self.run("overload", .noLimiter, 7, reds: ["latency"])])
        #expect(!missed.holds)
        #expect(
            missed.lines.contains {
                $0.contains("spillway rehearse plans/matrix/overload.yaml --seed 7 --set 'stack.defects=[no-limiter]'")
            })
        #expect(missed.lines.contains { $0.contains("1 of 2") && $0.contains("NOT ENOUGH") })
        let many = (1...50).map { Self.run("overload", .noLimiter, $0, reds: $0 == 9 ? [] : ["goodput"]) }
        #expect(matrix([sound] + many).holds, "49 of 50 are enough")
    }

    @Test func `one defect is rehearsed for real: sound is green, planted is red in its own check`() {
        let said = Saying("prove \(Saying.root)/plans/matrix --defect lost-notify")
        #expect(said.code == .success, "\(said.talk)")
        #expect(said.results.contains { $0.hasPrefix("ledger  sound") && $0.contains("1 of 1") })
        #expect(said.results.contains { $0.contains("lost-notify") && $0.contains("M6") && $0.contains("1 of 1") })
    }

    @Test func `wrong words are told with what would be right`() {
        func talk(_ words: String) -> String { Saying("prove " + words).talk.joined(separator: "\n") }
        #expect(talk("--defect no-limitter").contains("did you mean 'no-limiter'?"))
        #expect(talk("--plan overlaod").contains("did you mean 'overload'?"))
        #expect(talk("--defect buffered-debit-overdraft").contains("cannot be shown"))
        #expect(Saying("prove --seeds 0").code == .usage)
        #expect(Saying("prove /nowhere").code == .usage)
    }

    @Test func `the page tells of every defect what it must turn red`() throws {
        let page = String(decoding: try PlanFile("\(Saying.root)/docs/matrix.md").text().bytes, as: UTF8.self)
        for proof in ProofCase.all {
            let row = "| `\(proof.plan)` | `\(proof.defect.name)` | \(proof.own.joined(separator: ", ")) | "
            #expect(page.contains(row), "docs/matrix.md lacks '\(row)': scripts/prove writes it anew")
        }
        for (defect, why) in ProofCase.unshown { #expect(page.contains("Not shown: `\(defect.name)`: \(why).")) }
    }
}
