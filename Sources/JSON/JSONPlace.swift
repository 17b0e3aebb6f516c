/// A value and where it stands in its file, for readers that say what they expected, and where:
/// `run.slices[3].cells[0].step: expected a whole number from 0 on`.
public struct JSONPlace: Sendable, Equatable {
    public let value: JSONValue
    /// `run.slices[3]`; empty for the whole file.
    public let path: String

    public init(_ value: JSONValue, path: String = "") {
        self.value = value
        self.path = path
    }

    public struct Fault: Error, Hashable, Sendable, CustomStringConvertible {
        public let path: String
        public let reason: String

        public init(path: String, reason: String) {
            self.path = path
            self.reason = reason
        }

        public var description: String { path.isEmpty ? reason : "\(path): \(reason)" }
    }

    public func fault(_ reason: String) -> Fault { Fault(path: path, reason: reason) }
    public func expected(_ what: String) -> Fault { fault("expected \(what)") }

    // MARK: Inside

    public func member(_ key: String) throws(Fault) -> JSONPlace {
        guard value.members != nil else { throw expected("an object") }
        guard let member = value[key] else { throw fault("'\(key)' is missing") }
        return JSONPlace(member, path: path.isEmpty ? key : "\(path).\(key)")
    }

    /// Nil where the member is absent or null.
    public func optional(_ key: String) throws(Fault) -> JSONPlace? {
        guard value.members != nil else { throw expected("an object") }
        guard let member = value[key], !member.isNull else { return nil }
        return JSONPlace(member, path: path.isEmpty ? key : "\(path).\(key)")
    }

    public func elements() throws(Fault) -> [JSONPlace] {
        guard let elements = value.elements else { throw expected("an array") }
        return elements.enumerated().map { JSONPlace($0.element, path: "\(path)[\($0.offset)]") }
    }

    public func map<Result>(_ read: (JSONPlace) throws(Fault) -> Result) throws(Fault) -> [Result] {
        var results: [Result] = []
        for element in try elements() { results.append(try read(element)) }
        return results
    }

    // MARK: Scalars

    public func string() throws(Fault) -> String {
        guard let text = value.string else { throw expected("a string") }
        return text
    }

    public func bool() throws(Fault) -> Bool {
        guard let bool = value.bool else { throw expected("true or false") }
        return bool
    }

    public func uint64() throws(Fault) -> UInt64 {
        guard let number = value.uint64 else { throw expected("a whole number from 0 on") }
        return number
    }

    public func int64() throws(Fault) -> Int64 {
        guard let number = value.int64 else { throw expected("a whole number") }
        return number
    }

    public func int() throws(Fault) -> Int {
        guard let number = value.int else { throw expected("a whole number") }
        return number
    }

    public func double() throws(Fault) -> Double {
        guard let number = value.double else { throw expected("a number") }
        return number
    }
}
