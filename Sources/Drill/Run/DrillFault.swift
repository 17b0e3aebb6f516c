import Diagnostics

/// What kept a run from its end although the preflight was clear, in words.
package struct DrillFault: Error, Sendable, Equatable, CustomStringConvertible {
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// A finding of the input kind on its way to whoever shows it.
struct DiagnosticError: Error {
    let diagnostic: Diagnostic

    init(_ diagnostic: Diagnostic) {
        self.diagnostic = diagnostic
    }
}
