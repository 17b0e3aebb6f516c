/// A value and where it stands in its file, for readers that say what they expected, and where:
/// `run.slices[3].cells[0].step: expected a whole number from 0 on`.
package struct JSONPlace: Sendable, Equatable {
    package let value: JSONValue
    /// `run.slices[3]`; empty for the whole file.
    package let path: String

    package init(_ value: JSONValue, path: String = "") {
        self.value = value
        self.path = path
    }

    package struct Fault: Error, Hashable, Sendable, CustomStringConvertible {
        package let path: String
        package let reason: String

        package init(path: String, reason: String) {
            self.path = path
            self.reason = reason
        }

        package var description: String { path.isEmpty ? reason : "\(path): \(reason)" }
    }

    package func fault(_ reason: String) -> Fault { Fault(path: path, reason: reason) }
    package func expected(_ what: String) -> Fault { fault("expected \(what)") }

    // MARK: Inside

    package func member(_ key: String) throws(Fault) -> JSONPlace {
        guard value.members != nil else { throw expected("an object") }
        guard let member = value[key] else { throw fault("'\(key)' is missing") }
        return JSONPlace(member, path: path.isEmpty ? key : "\(path).\(key)")
    }

    /// Nil where the member is absent or null.
    package func optional(_ key: String) throws(Fault) -> JSONPlace? {
        guard value.members != nil else { throw expected("an object") }
        guard let member = value[key], !member.isNull else { return nil }
        return JSONPlace(member, path: path.isEmpty ? key : "\(path).\(key)")
    }

    package func elements() throws(Fault) -> [JSONPlace] {
        guard let elements = value.elements else { throw expected("an array") }
        return elements.enumerated().map { JSONPlace($0.element, path: "\(path)[\($0.offset)]") }
    }

    package func map<Result>(_ read: (JSONPlace) throws(Fault) -> Result) throws(Fault) -> [Result] {
        var results: [Result] = []
        for element in try elements() { results.append(try read(element)) }
        return results
    }

    // MARK: Scalars

    package func string() throws(Fault) -> String {
        guard let text = value.string else { throw expected("a string") }
        return text
    }

    package func bool() throws(Fault) -> Bool {
        guard let bool = value.bool else { throw expected("true or false") }
        return bool
    }

    package func uint64() throws(Fault) -> UInt64 {
        guard let number = value.uint64 else { throw expected("a whole number from 0 on") }
        return number
    }

    package func int64() throws(Fault) -> Int64 {
        guard let number = value.int64 else { throw expected("a whole number") }
        return number
    }

    package func int() throws(Fault) -> Int {
        guard let number = value.int else { throw expected("a whole number") }
        return number
    }

    package func double() throws(Fault) -> Double {
        guard let number = value.double else { throw expected("a number") }
        return number
    }
}
