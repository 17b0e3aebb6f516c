/// What words of judgements mean, for whoever meets them first.
package enum Glossary {
    private static let entries: [(words: String, meaning: String)] = [
        (
            "raw ",
            "raw: counted from the sending. Without the word, latency counts from the instant a request was due, so "
                + "that waiting for a slow target counts."
        ),
        ("95% sure", "95% sure: of a hundred such runs, some 95 have the true figure in their range."),
        (
            "lambda W",
            "L, lambda W: by Little's law the arrivals under way (L) are the arrivals a second (lambda) times the time "
                + "each takes (W). Where the two differ, the driver has miscounted."
        ),
    ]

    /// Of those words that stand in what was expected, observed or given as a reason; a line for each.
    package static func lines(for judgements: [Judgement]) -> [String] {
        let texts = judgements.flatMap { [$0.expected, $0.observed] + $0.reasons }
        return entries.filter { entry in texts.contains { $0.contains(entry.words) } }.map(\.meaning)
    }
}
