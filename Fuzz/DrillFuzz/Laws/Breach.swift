/// A law that a drill broke, and how.
package struct Breach: Sendable, Equatable {
    package let law: String
    package let words: String

    package init(_ law: String, _ words: String) {
        (self.law, self.words) = (law, words)
    }
}
