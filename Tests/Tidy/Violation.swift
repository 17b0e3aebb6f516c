/// One broken rule: where it is, what is wrong, and what to do instead.
package struct Violation: Equatable, Hashable, Comparable, CustomStringConvertible, Sendable {
    package var path: String
    package var line: Int
    package var message: String

    package init(_ path: String, _ line: Int, _ message: String) {
        self.path = path
        self.line = line
        self.message = message
    }

    package var description: String { "\(path):\(line): \(message)" }

    package static func < (left: Violation, right: Violation) -> Bool {
        (left.path, left.line, left.message) < (right.path, right.line, right.message)
    }
}
