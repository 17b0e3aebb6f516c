import Evidence
import Testing
import Timebase
import Verdicts

@Suite struct RunVerdictTests {
    private static let endings: [Ending] = [
        .completed, .aborted(at: .seconds(1), guardText: "requests > 5"), .interrupted(at: .seconds(1), signal: 2),
        .interrupted(at: .seconds(1), signal: 15), .failed(at: .seconds(1), reason: "the target died"),
    ]

    private func judgement(_ kind: Judgement.Kind, _ status: Judgement.Status) -> Judgement {
        Judgement(
            name: "x", kind: kind, claim: "", status: status, expected: "", observed: "", window: nil, reasons: [])
    }

    /// The documented order, spelt out for every ending and every status of a generator, a performance and a money
    /// verdict.
    @Test func `the exit code follows the documented order`() {
        for ending in Self.endings {
            for generator in Judgement.Status.allCases {
                for performance in Judgement.Status.allCases {
                    for money in Judgement.Status.allCases {
                        let verdict = RunVerdict(
                            ending: ending,
                            judgements: [
                                judgement(.generator, generator), judgement(.performance, performance),
                                judgement(.integrity, money),
                            ])
                        let code = expectedCode(ending, generator, performance, money)
                        #expect(verdict.exitCode == code, "\(ending) \(generator) \(performance) \(money)")
                    }
                }
            }
        }
    }

    private func expectedCode(
        _ ending: Ending, _ generator: Judgement.Status, _ performance: Judgement.Status, _ money: Judgement.Status
    ) -> Int32 {
        if money == .fail { return 1 }
        switch ending {
        case .interrupted(_, let signal): return signal == 2 ? 130 : 143
        case .aborted: return 4
        case .failed: return 3
        case .completed: break
        }
        if generator != .pass || money != .pass { return 3 }
        switch performance {
        case .inconclusive, .notJudged: return 3
        case .fail: return 1
        case .pass: return 0
        }
    }

    @Test func `of several runs the worst is told, by the same order`() {
        let order: [RunVerdict] = [
            .integrityFailed, .interrupted(signal: 2), .aborted, .inconclusive, .missed, .met,
        ]
        for (place, worse) in order.enumerated() {
            for better in order[place...] {
                #expect(RunVerdict.worst([better, worse]) == worse)
                #expect(RunVerdict.worst([worse, better]) == worse)
            }
        }
        #expect(RunVerdict.worst([]) == nil)
    }
}
