/// Gathers what is wrong so that a user sees it all at once, in the order of the text.
package struct DiagnosticCollector: Sendable {
    private var kept: [Diagnostic] = []
    /// More than these are counted and not kept; hostile input can be wrong in a million places.
    package let countMax: Int
    package private(set) var droppedCount = 0
    /// Also true when the only errors were among the dropped.
    package private(set) var hasErrors = false

    package init(countMax: Int = 200) {
        self.countMax = countMax
    }

    package mutating func report(_ diagnostic: Diagnostic) {
        if diagnostic.severity == .error { hasErrors = true }
        if kept.count < countMax { kept.append(diagnostic) } else { droppedCount += 1 }
    }

    /// By text, place and the order of reporting; those without a place come first. Texts stand in the order in which
    /// they were first reported on, so that a plan comes before the files it includes.
    package var diagnostics: [Diagnostic] {
        var ranks: [ObjectIdentifier: Int] = [:]
        for case let source? in kept.map(\.span?.source) where ranks[ObjectIdentifier(source)] == nil {
            ranks[ObjectIdentifier(source)] = ranks.count
        }
        return kept.enumerated().map { order, diagnostic in
            let span = diagnostic.span
            let rank = span.flatMap { ranks[ObjectIdentifier($0.source)] } ?? -1
            return (key: (rank, span?.range.lowerBound ?? 0, span?.range.upperBound ?? 0, order), diagnostic)
        }
        .sorted { $0.key < $1.key }
        .map(\.1)
    }
}
