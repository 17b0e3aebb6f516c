import Diagnostics

extension Console {
    /// Everything that is wrong, for people.
    func tell(_ diagnostics: [Diagnostic], droppedCount: Int = 0) {
        for diagnostic in diagnostics {
            let words = DiagnosticRenderer().render(diagnostic)
            talk(words.hasSuffix("\n") ? String(words.dropLast()) : words)
        }
        if droppedCount > 0 { talk("and \(droppedCount) more") }
    }
}
