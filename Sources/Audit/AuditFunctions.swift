internal import Evidence
internal import SQLite
internal import StackVocabulary

/// What the queries ask of ids that say by themselves where they belong. Of a stack whose ids are only names they say
/// nothing.
enum AuditFunctions {
    /// An id's time and the row's are of one clock; a burst may borrow from the next milliseconds.
    private static let timeDifferenceMax: Int64 = 1_000

    static func define(on evidence: EvidenceDatabase) throws(EvidenceError) {
        try evidence.defining("id_namespace", arguments: 1) { arguments in
            id(arguments).map { .text($0.namespace.name) } ?? .null
        }
        try evidence.defining("namespaces_in", arguments: 1) { arguments in
            let words = arguments.text(0).split { !($0.isLetter || $0.isNumber) }
            // A time in milliseconds has as many letters as an id.
            let ids = words.lazy.filter { $0.contains(where: \.isLetter) }.compactMap { RecordID(String($0)) }
            return .text(ids.map(\.namespace.name).joined(separator: " "))
        }
        try evidence.defining("id_fault", arguments: 3, idFault)
        let begin = Int64(try evidence.about("begin_ms") ?? "") ?? 0
        try evidence.defining("begin_ms", arguments: 0) { _ in .integer(begin) }
        let offset = Int64(try evidence.about("bank_offset_ns") ?? "")
        try evidence.defining("bank_offset_ns", arguments: 0) { _ in offset.map(SQLValue.integer) ?? .null }
    }

    /// Numbers are ids of the embedded stack.
    private static func id(_ arguments: borrowing SQLArguments) -> RecordID? {
        arguments.isInteger(0) ? RecordID(bits: UInt64(bitPattern: arguments.integer(0))) : nil
    }

    private static func idFault(_ arguments: borrowing SQLArguments) -> SQLValue {
        guard let id = id(arguments) else { return .null }
        let isShadow = id.namespace == .shadow
        guard arguments.text(1) == (isShadow ? "shadow" : "live") else {
            return .text("says \(id.namespace.name), and stands in \(arguments.text(1))")
        }
        let difference = arguments.integer(2) - id.milliseconds
        guard arguments.isNull(2) || abs(difference) <= timeDifferenceMax else {
            return .text("says a time \(difference) ms before that of its row")
        }
        return .null
    }
}
