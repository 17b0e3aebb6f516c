import Evidence
import JSON
import StackVocabulary
import Timebase

/// What the parts of a run still have to do, at one instant.
struct Backlog {
    private(set) var left: [DrainRecord.Left] = []
    /// Of payments and refunds, on each side of the stack.
    private(set) var unknown: [Namespace: Int64] = [:]
    private(set) var pending: [Namespace: Int64] = [:]
    /// Payments and refunds that were unknown and are not any more, by who told, since the stack began.
    private(set) var resolved: [String: Int64] = [:]
    /// Until the stack asks a bank again, if it is going to.
    private(set) var nextQuestion: TimeSpan?
    /// Requests that are being worked on.
    private var isAtWork = false
    /// Banks are at work on requests, or have some that wait for it.
    private var areBanksAtWork = false
    /// Banks have payments to decide, or callbacks to send.
    private(set) var awaitsBanks = false

    var isQuiet: Bool { left.isEmpty }
    var allUnknown: Int64 { unknown.values.reduce(0, +) }

    /// What is to be done, by the names that the stack gives it. `inside` and `at_work` are requests.
    private static let stackWork = [
        "waiting", "inside", "at_work", "store_waiting", "outbox_waiting", "outbox_in_store", "open_questions",
        "pending", "unknown", "refunds_pending", "refunds_unknown",
    ]
    private static let requests: Set<String> = ["waiting", "inside", "at_work", "store_waiting"]
    private static let bankWork = ["working", "waiting", "pending", "callbacks_waiting", "callbacks_under_way"]

    mutating func add(_ said: JSONValue, of namespace: Namespace) {
        for name in Self.stackWork {
            let count = said[name]?.int64 ?? (said[name]?.bool == true ? 1 : 0)
            note("the stack's \(namespace.name) side", name, count)
            if count != 0, Self.requests.contains(name) { isAtWork = true }
        }
        func sum(_ names: String...) -> Int64 { names.reduce(0) { $0 + (said[$1]?.int64 ?? 0) } }
        unknown[namespace] = sum("unknown", "refunds_unknown")
        pending[namespace] = sum("pending", "refunds_pending")
        for (name, count) in said["resolved"]?.members ?? [] { resolved[name, default: 0] += count.int64 ?? 0 }
        if let next = said["next_question_ms"]?.int64 {
            nextQuestion = min(nextQuestion ?? .milliseconds(next), .milliseconds(next))
        }
    }

    mutating func add(_ counts: [(name: String, count: Int64)], ofBank bank: String) {
        for name in Self.bankWork {
            let count = counts.first { $0.name == name }?.count ?? 0
            note("the \(bank)", name, count)
            guard count != 0 else { continue }
            if name == "working" || name == "waiting" { areBanksAtWork = true } else { awaitsBanks = true }
        }
    }

    private mutating func note(_ place: String, _ name: String, _ count: Int64) {
        if count != 0 { left.append(DrainRecord.Left(place: place, name: name, count: count)) }
    }

    /// Sides with something that a statement may settle, once nobody is at work on it: what a bank is still at work on
    /// misses in its statement, and would be taken for what it never did. What is pending is left to its bank while that has
    /// something to tell, but not for ever: a callback may be kept back for one that never comes.
    func undecided(patiently isPatient: Bool) -> [Namespace] {
        if isAtWork || areBanksAtWork { return [] }
        return Namespace.allCases.filter { side in
            (unknown[side] ?? 0) > 0 || !(isPatient && awaitsBanks) && (pending[side] ?? 0) > 0
        }
    }
}
