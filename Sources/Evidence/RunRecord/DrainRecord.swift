import JSON
package import Timebase

/// What happened between the end of the traffic and the end of the stack: how long it took until nobody had anything to do
/// any more, and what was left if that did not come.
package struct DrainRecord: Sendable, Equatable {
    package enum End: Sendable, Equatable {
        /// Nobody had anything to do any more.
        case quiet
        /// There was more to do when the time was up.
        case budget
        /// Somebody was gone, or did not want to wait: who and why, in words.
        case cut(String)
    }

    /// So many of one kind in one place: `3 callbacks waiting` at `bank patient`.
    package struct Left: Sendable, Equatable {
        package var place: String
        package var name: String
        package var count: Int64

        package init(place: String, name: String, count: Int64) {
            (self.place, self.name, self.count) = (place, name, count)
        }
    }

    package var budget: TimeSpan
    package var took: TimeSpan
    package var end: End
    /// As it was last seen; empty when it was quiet.
    package var left: [Left]
    /// Nil where no stack could be asked.
    package var unknown: UnknownRecord?

    package init(
        budget: TimeSpan, took: TimeSpan, end: End, left: [Left] = [], unknown: UnknownRecord? = nil
    ) {
        self.budget = budget
        self.took = took
        self.end = end
        self.left = left
        self.unknown = unknown
    }

    /// Requests were being worked on, or waited for that, when it was looked at last.
    package var isAtWork: Bool {
        left.contains { ["waiting", "inside", "at_work", "store_waiting", "working"].contains($0.name) }
    }

    /// For people; nil when it was quiet.
    package var words: String? {
        let rest = left.map { "\($0.count) \($0.name.replacing("_", with: " ")) (\($0.place))" }
        let told = rest.isEmpty ? "" : ": " + rest.joined(separator: ", ")
        switch end {
        case .quiet: return nil
        case .budget: return "not drained within \(budget)\(told)"
        case .cut(let reason): return "the drain was cut short, \(reason)\(told)"
        }
    }
}

/// Payments and refunds of which nobody knew what had become of them.
package struct UnknownRecord: Sendable, Equatable {
    /// When the traffic had ended.
    package var atFirst: Int64
    /// Of those and of others that became unknown meanwhile, by who told.
    package var byQuery: Int64 = 0
    package var byCallback: Int64 = 0
    package var byStatement: Int64 = 0
    /// By the bank's own answer to the call.
    package var byAnswer: Int64 = 0
    package var left: Int64 = 0
    /// Since it was asked for, and the names of the oldest.
    package var oldest: TimeSpan?
    package var records: [String] = []

    package static let recordsMax = 20

    package init(atFirst: Int64) {
        self.atFirst = atFirst
    }
}

extension DrainRecord {
    var json: JSONValue {
        let (word, reason): (String, String?) =
            switch end {
            case .quiet: ("quiet", nil)
            case .budget: ("budget", nil)
            case .cut(let reason): ("cut", reason)
            }
        let left = left.map { left in
            JSONValue.object([
                ("place", .text(left.place)), ("name", .text(left.name)), ("count", .integer(left.count)),
            ])
        }
        return .present([
            ("budget_ms", .time(budget)), ("took_ms", .time(took)), ("end", .text(word)),
            ("reason", reason.map(JSONValue.text)), ("left", .array(left)), ("unknown", unknown?.json),
        ])
    }

    init(_ place: JSONPlace) throws(RecordFault) {
        let end = try place.member("end")
        let known: End
        switch try end.string() {
        case "quiet": known = .quiet
        case "budget": known = .budget
        case "cut": known = .cut(try place.string("reason"))
        default: throw end.expected("quiet, budget or cut")
        }
        self.init(
            budget: try place.time("budget_ms"), took: try place.time("took_ms"), end: known,
            left: try place.member("left").map { left throws(RecordFault) in
                Left(
                    place: try left.string("place"), name: try left.string("name"),
                    count: try left.member("count").int64())
            },
            unknown: try place.optional("unknown").map(UnknownRecord.init))
    }
}

extension UnknownRecord {
    fileprivate var json: JSONValue {
        .present([
            ("at_first", .integer(atFirst)), ("by_query", .integer(byQuery)), ("by_callback", .integer(byCallback)),
            ("by_statement", .integer(byStatement)), ("by_answer", .integer(byAnswer)), ("left", .integer(left)),
            ("oldest_ms", oldest.map(JSONValue.time)), ("records", .texts(records)),
        ])
    }

    fileprivate init(_ place: JSONPlace) throws(RecordFault) {
        self.init(atFirst: try place.member("at_first").int64())
        byQuery = try place.member("by_query").int64()
        byCallback = try place.member("by_callback").int64()
        byStatement = try place.member("by_statement").int64()
        byAnswer = try place.member("by_answer").int64()
        left = try place.member("left").int64()
        oldest = try place.optional("oldest_ms")?.time()
        records = try place.texts("records")
    }
}
