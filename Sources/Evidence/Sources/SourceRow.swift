package import StackVocabulary

/// One row of a table, in the order of the table's columns. Whoever reads a source keeps one and has it filled again and
/// again.
package struct SourceRow: Sendable {
    package enum Value: Sendable, Equatable {
        case none
        case integer(Int64)
        /// A place in `bytes`.
        case text(Range<Int>)
        /// A place in the column's words.
        case word(Int)
    }

    package let table: EvidenceTable
    package private(set) var values: [Value]
    /// The texts of the values, in UTF-8; those that are the same in every row stand in front.
    package private(set) var bytes: [UInt8]
    private let constantBytes: Int

    /// - Parameter constants: for each column what stands there always, or where nothing else does.
    init(_ table: EvidenceTable, constants: [Value], bytes: [UInt8]) {
        self.table = table
        values = constants
        self.bytes = bytes
        constantBytes = bytes.count
    }

    mutating func begin() {
        bytes.removeLast(bytes.count - constantBytes)
    }

    mutating func set(_ place: Int, _ value: Value) {
        values[place] = value
    }

    mutating func set(_ place: Int, text: Span<UInt8>) {
        let start = bytes.count
        unsafe text.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
        values[place] = .text(start..<bytes.count)
    }

    /// A value as text, for tests and messages; nil for none.
    package func text(_ place: Int) -> String? {
        switch values[place] {
        case .none: nil
        case .integer(let number): String(number)
        case .text(let range): String(decoding: bytes[range], as: UTF8.self)
        case .word(let word): table.columns[place].words[word]
        }
    }
}
