// Goal: what the traffic has begun comes to its end before the stack does, and what does not is told: by name, by number
// and by age.
// Method: everybody is asked what there is to do, until there is nothing or the time is up. Banks are asked before the stack:
// a callback that arrives meanwhile is then the stack's, and what the stack asks a bank meanwhile is still open with it.
//
//     ask the banks, then the stack --- nothing to do -----------------------------------> quiet
//              ^    \--- time is up, or someone does not want to wait ---------------------> what is left, with its age
//              |     \--- nobody moves, and something is unknown or pending: reconcile -\
//              +-------------------------- a pause <------------------------------------+
//
// The stack's own questions and the banks' callbacks come first. Where none is to come before half of the time is over, or
// half of it is, the stack is told to read its banks' statements; and again, since a bank may decide late. Never while a bank is
// at work on a request: what it has not decided misses in its statement, and would be taken for what it never did.
// What is pending is left to banks that have something to tell until the last quarter.
// Not here: what the driver itself waits for (`LoadDriver.run`), and whether what is left is a finding (the judge's).

import EventLoop
import Evidence
import LoadDriver
import StackVocabulary
import Timebase

final class Drain {
    private let budget: TimeSpan
    private let desk: SettlementDesk?
    private let stack: RunStack?
    private let banks: [RunBanks]
    private let isLeaseHeld: () -> Bool
    private let loop: EventLoop
    private let pause: Parking
    private var began = Instant.zero
    /// Why nobody waits any more, in words.
    private var cut: String?
    /// Of who stopped it.
    private(set) var signal: Int32?
    private var isRunning = false
    private var reconcileAt = Instant.zero
    /// In a row.
    private var blindLooks = 0

    private static let look = TimeSpan.milliseconds(100)
    private static let blindLooksMax = 2
    /// Between two readings of the statements; a reading that takes long is repeated less often.
    private static let reconcileEvery = TimeSpan.seconds(2)

    init(
        within budget: TimeSpan, _ desk: SettlementDesk?, of stack: RunStack?, _ banks: [RunBanks],
        isLeaseHeld: @escaping () -> Bool, on loop: EventLoop
    ) {
        self.budget = budget
        (self.desk, self.stack, self.banks) = (desk, stack, banks)
        self.isLeaseHeld = isLeaseHeld
        self.loop = loop
        pause = Parking(loop)
    }

    /// Who stops a run that drains already does not want to wait; who abandons one never did.
    func take(_ command: DriverCommand) {
        switch command {
        case .abandon(let number):
            cut = "the run was abandoned"
            if isRunning { signal = number }
        case .stop(let number) where isRunning:
            cut = "the run was stopped"
            signal = number
        default: return
        }
        pause.wake()
    }

    // MARK: Waiting

    func run() async -> DrainRecord {
        began = loop.now
        isRunning = true
        defer { isRunning = false }
        var seen = await see()
        let first = seen.backlog
        while mayGoOn(seen) {
            if let backlog = seen.backlog { await reconcileIfDue(backlog) }
            _ = await pause.wait(until: min(deadline, loop.now + Self.look))
            seen = await see()
        }
        return await record(first, seen)
    }

    private var deadline: Instant { began + budget }
    private var half: Instant { began + TimeSpan(nanoseconds: budget.nanoseconds / 2) }
    private var lastQuarter: Instant { began + TimeSpan(nanoseconds: budget.nanoseconds / 4 * 3) }

    private func mayGoOn(_ seen: Sight) -> Bool {
        if cut == nil, !isLeaseHeld() { cut = "whoever asked for the run is gone" }
        if cut == nil { cut = loss ?? silence(seen) }
        if seen.backlog?.isQuiet ?? false { return false }
        return cut == nil && loop.now < deadline
    }

    /// Who stands still is not waited for until the end.
    private func silence(_ seen: Sight) -> String? {
        guard case .blind(let reason) = seen else {
            blindLooks = 0
            return nil
        }
        blindLooks += 1
        return blindLooks < Self.blindLooksMax ? nil : reason
    }

    private var loss: String? {
        if let loss = stack?.host.loss { return RunStack.words(ofLoss: loss) }
        return banks.lazy.compactMap(\.lossInWords).first
    }

    // MARK: Looking

    private enum Sight {
        case backlog(Backlog)
        /// One who is busy may answer the next time.
        case blind(String)

        var backlog: Backlog? { if case .backlog(let backlog) = self { backlog } else { nil } }
    }

    private func see() async -> Sight {
        do throws(PartFault) {
            var backlog = Backlog()
            for side in banks {
                let noun = side.order.isLive ? "live twin of" : "bank"
                for (channel, counts) in try await side.health() {
                    backlog.add(counts, ofBank: "\(noun) '\(channel)'")
                }
            }
            if let desk {
                for namespace in Namespace.allCases {
                    backlog.add(try await desk.backlog(namespace), of: namespace)
                }
            }
            return .backlog(backlog)
        } catch {
            return .blind("\(error)")
        }
    }

    // MARK: What nobody knows

    private func reconcileIfDue(_ backlog: Backlog) async {
        let undecided = backlog.undecided(patiently: loop.now < lastQuarter)
        guard let desk, loop.now >= reconcileAt, !undecided.isEmpty, mayReconcile(backlog) else { return }
        let asked = loop.now
        for namespace in undecided {
            // What it could not do is seen when it is looked at again.
            _ = try? await desk.reconcile(namespace, until: deadline)
        }
        reconcileAt = loop.now + max(Self.reconcileEvery, (loop.now - asked) * 2)
    }

    private func mayReconcile(_ backlog: Backlog) -> Bool {
        let isAsked = backlog.nextQuestion.map { loop.now + $0 < half } ?? false
        return loop.now >= half || !isAsked && !backlog.awaitsBanks
    }

    // MARK: What came of it

    private func record(_ first: Backlog?, _ seen: Sight) async -> DrainRecord {
        var record = DrainRecord(budget: budget, took: loop.now - began, end: .budget)
        switch seen {
        case .backlog(let backlog):
            record.end = backlog.isQuiet ? .quiet : cut.map { .cut($0) } ?? .budget
            record.left = backlog.left
            if desk != nil { record.unknown = await unknown(first ?? backlog, backlog) }
        case .blind(let reason): record.end = .cut(cut ?? reason)
        }
        return record
    }

    private func unknown(_ first: Backlog, _ last: Backlog) async -> UnknownRecord {
        var record = UnknownRecord(atFirst: first.allUnknown)
        func since(_ witness: String) -> Int64 { (last.resolved[witness] ?? 0) - (first.resolved[witness] ?? 0) }
        (record.byQuery, record.byCallback) = (since("query"), since("callback"))
        (record.byStatement, record.byAnswer) = (since("statement"), since("answer"))
        record.left = last.allUnknown
        guard let desk, last.allUnknown > 0 else { return record }
        var open: [SettlementDesk.Open] = []
        for namespace in Namespace.allCases where (last.unknown[namespace] ?? 0) > 0 {
            open += (try? await desk.open(namespace, atMost: 500)) ?? []
        }
        let unknown = open.filter { $0.state == "unknown" }.sorted { ($1.age, $0.record) < ($0.age, $1.record) }
        record.oldest = unknown.first?.age
        record.records = unknown.prefix(UnknownRecord.recordsMax).map(\.record)
        return record
    }
}
