import Money
import StackVocabulary
import Timebase

/// One change on its way to be durable.
struct QueuedChange: Sendable {
    /// Where its caller waits; nil for the second half of a posting that was planted.
    let slot: Int?
    let namespace: Namespace
    var change: LedgerChange
    let handedAt: Instant
}

/// Changes that wait to be committed, in their order, and are taken in groups.
///
///     hand over -> wait -> group -> durable -> answered
struct ChangeLine: Sendable {
    let groupMax: Int
    private let defects: DefectSwitches
    var halves: Bool { defects.contains(.nonAtomicPosting) }
    private var waiting: [QueuedChange] = []
    private var head = 0

    init(groupMax: Int, _ defects: DefectSwitches = []) {
        self.groupMax = groupMax
        self.defects = defects
    }

    var count: Int { waiting.count - head }

    mutating func append(_ change: QueuedChange) { waiting.append(change) }

    mutating func append(contentsOf changes: [QueuedChange]) {
        if waiting.isEmpty { waiting = changes } else { waiting.append(contentsOf: changes) }
    }

    mutating func takeGroup() -> [QueuedChange] {
        // Planted (hot-account-convoy): postings to one account wait for each other's commit.
        var group = defects.contains(.hotAccountConvoy) ? takeApart() : takeFirst()
        if halves { split(&group) }
        return group
    }

    private mutating func takeFirst() -> [QueuedChange] {
        if head == 0, waiting.count <= groupMax {
            let group = waiting
            waiting = []
            return group
        }
        let end = min(waiting.count, head + groupMax)
        let group = Array(waiting[head..<end])
        head = end
        if head * 2 >= waiting.count {
            waiting.removeFirst(head)
            head = 0
        }
        return group
    }

    /// Of each account at most one change, as if every posting held its row's lock until it is durable.
    private mutating func takeApart() -> [QueuedChange] {
        var (group, left): ([QueuedChange], [QueuedChange]) = ([], [])
        var held: Set<Account> = []
        for item in waiting[head...] {
            let accounts = item.change.postings.map(\.account)
            if group.count < groupMax, held.isDisjoint(with: accounts) {
                group.append(item)
            } else {
                left.append(item)
            }
            // Also of one that waits: nobody overtakes.
            held.formUnion(accounts)
        }
        (waiting, head) = (left, 0)
        return group
    }

    /// Planted (non-atomic-posting): credits are committed with the change, its debits afterwards, by nobody who waits
    /// for them or hears that they were refused.
    private mutating func split(_ group: inout [QueuedChange]) {
        for index in group.indices where group[index].slot != nil {
            var rest = LedgerChange(at: group[index].change.at)
            rest.postings = group[index].change.postings.filter { $0.amount.minor < 0 }
            guard !rest.postings.isEmpty else { continue }
            group[index].change.postings.removeAll { $0.amount.minor < 0 }
            let item = group[index]
            waiting.append(
                QueuedChange(slot: nil, namespace: item.namespace, change: rest, handedAt: item.handedAt))
        }
    }
}
