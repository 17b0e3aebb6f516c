import JSON
import PlanModel

/// What an answer must be, as it is checked.
final class CompiledExpectation: Sendable {
    /// Empty for any from 200 to 299.
    let statuses: [Int]
    let headers: [(name: [UInt8], value: [UInt8])]
    let json: [(path: JSONPathScan, values: [ScalarTest])]
    /// Its place in the book's patterns.
    let pattern: Int?
    let keeps: [CompiledKeep]

    init(
        statuses: [Int], headers: [(name: [UInt8], value: [UInt8])],
        json: [(path: JSONPathScan, values: [ScalarTest])], pattern: Int?, keeps: [CompiledKeep]
    ) {
        self.statuses = statuses
        self.headers = headers
        self.json = json
        self.pattern = pattern
        self.keeps = keeps
    }

    func accepts(_ status: Int) -> Bool {
        statuses.isEmpty ? 200...299 ~= status : statuses.contains(status)
    }
}

/// A value that an answer leaves for later.
struct CompiledKeep: Sendable {
    let path: JSONPathScan
    let slot: Int
    /// Where `recent` finds it, if any journey asks.
    let ring: Int?
}

extension JSONPathScan {
    init(_ path: JSONPath) {
        self.init(
            path.parts.map { part in
                switch part {
                case .member(let name): .member(name)
                case .index(let index): .index(index)
                }
            })
    }
}
