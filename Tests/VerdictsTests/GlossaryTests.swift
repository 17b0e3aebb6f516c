import Testing
import Verdicts

@Suite struct GlossaryTests {
    private func judgement(_ observed: String, _ reasons: [String] = []) -> Judgement {
        Judgement(
            name: "latency", kind: .performance, claim: "", status: .pass, expected: "", observed: observed,
            window: nil, reasons: reasons)
    }

    @Test func `words are explained where they stand, each once, and nowhere else`() {
        #expect(Glossary.lines(for: [judgement("nothing of the kind")]).isEmpty)
        let lines = Glossary.lines(for: [
            judgement("p99 2ms (raw 1ms, 95% sure of 1ms to 3ms)"), judgement("", ["raw 1ms"]),
        ])
        #expect(lines.map { $0.prefix { $0 != ":" } } == ["raw", "95% sure"])
    }
}
