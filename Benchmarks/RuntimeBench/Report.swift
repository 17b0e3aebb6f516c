import Glibc

/// One line of JSON, its keys in the order of writing.
struct Report: CustomStringConvertible {
    private var pairs: [String] = []

    mutating func add(_ key: String, _ value: some BinaryInteger) { pairs.append("\"\(key)\": \(value)") }
    mutating func add(_ key: String, _ value: Double) { pairs.append("\"\(key)\": \(value.isFinite ? value : 0)") }
    /// The text is an address or a number in hexadecimal: nothing in it needs escaping.
    mutating func add(_ key: String, _ value: String) { pairs.append("\"\(key)\": \"\(value)\"") }

    var description: String { "{\(pairs.joined(separator: ", "))}" }

    /// Written at once: whoever started this process waits for the line.
    func write() {
        print(self)
        _ = fflush(nil)
    }
}
