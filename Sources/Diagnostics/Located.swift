/// A value and where it was written, so that whoever finds it wrong later (a host that does not resolve, a file that
/// is missing) can point at it.
package struct Located<Value: Sendable>: Sendable {
    package let value: Value
    package let span: SourceSpan

    package init(_ value: Value, at span: SourceSpan) {
        self.value = value
        self.span = span
    }
}
