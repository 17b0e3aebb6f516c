import Diagnostics

extension YAMLNode {
    /// Whatever it is for, a plan is read by many: no card of a person stands in it.
    func reportCards(into collector: inout DiagnosticCollector) {
        switch content {
        case .null, .boolean, .float: break
        case .integer: report(written, into: &collector)
        case .text(let text): report(text, into: &collector)
        case .sequence(let nodes): for node in nodes { node.reportCards(into: &collector) }
        case .mapping(let entries):
            for entry in entries {
                Self.report(entry.key, at: entry.keySpan, into: &collector)
                entry.value.reportCards(into: &collector)
            }
        }
    }

    private func report(_ text: String, into collector: inout DiagnosticCollector) {
        Self.report(text, at: span, into: &collector)
    }

    private static func report(_ text: String, at span: SourceSpan, into collector: inout DiagnosticCollector) {
        guard CardMask.holdsCard(text) else { return }
        collector.report(
            .error(
                "this is a card's number, and of no card that is published for tests", at: span,
                fix: "use a test card, such as 4111111111111111"))
    }
}
