/// What is wrong with an input, where, and what to write instead.
///
/// Words are made by who reports: the message states the rule, in lower case and without a full stop, and the fix what
/// to write. Rendering, order and JSON are made here.
package struct Diagnostic: Error, Sendable {
    package enum Severity: String, Sendable {
        case error, warning
    }

    package struct Note: Sendable {
        package let message: String
        package let span: SourceSpan?

        package init(_ message: String, at span: SourceSpan? = nil) {
            self.message = message
            self.span = span
        }
    }

    package let severity: Severity
    package let message: String
    package let span: SourceSpan?
    package let fix: String?
    package let notes: [Note]

    package static func error(
        _ message: String, at span: SourceSpan? = nil, fix: String? = nil, notes: [Note] = []
    ) -> Diagnostic {
        Diagnostic(severity: .error, message: message, span: span, fix: fix, notes: notes)
    }

    package static func warning(
        _ message: String, at span: SourceSpan? = nil, fix: String? = nil, notes: [Note] = []
    ) -> Diagnostic {
        Diagnostic(severity: .warning, message: message, span: span, fix: fix, notes: notes)
    }
}
