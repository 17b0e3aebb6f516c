// Goal: between the end of the traffic and the end of the stack nothing is lost: what was begun comes to its end, and what
// each party has written down is fetched while it is there.
// Method: `noteBegin` before the traffic, `drain` behind the teardown, `collect` before the stack is ended. All of it is
// asked over HTTP, live and simulated. Who is gone is told as missing, and never waited for.
// Not here: journals and ledgers that are files anyway; they are named, and read by the import.

import EventLoop
import Evidence
import LoadDriver
import Reporting
import StackVocabulary
import Timebase

final class Settling {
    private let stack: RunStack?
    private let desk: SettlementDesk?
    private let drainage: Drain?
    private let folder: String
    private let loop: EventLoop
    private var before: Result<[(name: String, value: Double)], PartFault> = .success([])

    /// - Parameters:
    ///   - marks: of the run's requests.
    ///   - budget: for the drain.
    init(
        _ stack: RunStack?, _ banks: [RunBanks], marks: [(name: [UInt8], value: [UInt8])], within budget: TimeSpan,
        isLeaseHeld: @escaping () -> Bool, on loop: EventLoop
    ) throws(PartFault) {
        self.stack = stack
        self.loop = loop
        folder = stack.map { "\($0.launch.folder)/export" } ?? ""
        var desk: SettlementDesk?
        if let stack { desk = try SettlementDesk(of: stack, marks, on: loop) }
        self.desk = desk
        let hasParts = stack != nil || !banks.isEmpty
        drainage =
            hasParts
            ? Drain(within: budget, desk, of: stack, banks, isLeaseHeld: isLeaseHeld, on: loop) : nil
    }

    /// Nobody is waited for where there is nobody.
    var waits: Bool { drainage != nil }

    func take(_ command: DriverCommand) { drainage?.take(command) }

    func close() { desk?.close() }

    /// The counters as they are before the traffic: probes are no part of it.
    func noteBegin() async { before = await counters() }

    func drain(_ record: inout RunRecord) async {
        guard let drainage else { return }
        let drained = await drainage.run()
        record.drain = drained
        let end = record.sliceLength * Int64(record.slices.count)
        // Nobody has seen what it would have come to.
        if let signal = drainage.signal, record.ending == .completed {
            record.ending = .interrupted(at: end, signal: signal)
        }
        guard let words = drained.words else { return }
        record.events.append(RunEvent(at: end, kind: .note, text: words))
    }

    // MARK: What is fetched

    func collect(into evidence: inout CollectedEvidence) async {
        guard let stack, let desk else { return }
        let loss = stack.host.loss.map { RunStack.words(ofLoss: $0) }
        await collectCounters(into: &evidence)
        for namespace in Namespace.allCases {
            evidence.logs.append(await desk.log(namespace, into: place(namespace, "log")))
        }
        if loop.simulation == nil, let database = stack.launch.database {
            evidence.stack = .ledger(database, loss.map { .torn($0) } ?? .whole)
            return
        }
        if let loss { return evidence.stack = .missing(loss) }
        var exports: [CollectedEvidence.Export] = []
        for (namespace, table, path) in places() {
            exports.append(await desk.export(table, namespace, into: path))
        }
        evidence.stack = .exports(exports)
    }

    /// A simulated run leaves no files of its own.
    private func places() -> [(Namespace, String, path: String?)] {
        Namespace.allCases.flatMap { namespace in
            CollectedEvidence.Export.tables.map { table in (namespace, table, place(namespace, table)) }
        }
    }

    private func place(_ namespace: Namespace, _ table: String) -> String? {
        guard loop.simulation == nil else { return nil }
        try? ReportFolder(folder).make()
        return "\(folder)/\(namespace.name).\(table).ndjson"
    }

    private func counters() async -> Result<[(name: String, value: Double)], PartFault> {
        guard let desk else { return .success([]) }
        do throws(PartFault) { return .success(try await desk.metrics()) } catch { return .failure(error) }
    }

    private func collectCounters(into evidence: inout CollectedEvidence) async {
        let after = await counters()
        do throws(PartFault) {
            evidence.counters = Self.pairs(try before.get(), try after.get())
        } catch {
            evidence.countersState = .missing("\(error)")
        }
    }

    private static func pairs(
        _ before: [(name: String, value: Double)], _ after: [(name: String, value: Double)]
    ) -> [CollectedEvidence.Counter] {
        let (old, new) = (Dictionary(before) { $1 }, Dictionary(after) { $1 })
        let gone = before.filter { new[$0.name] == nil }.map { ($0.name, Optional($0.value), Double?.none) }
        let there = after.map { ($0.name, old[$0.name], Optional($0.value)) }
        return (there + gone).map { CollectedEvidence.Counter($0.0, before: $0.1, after: $0.2) }
    }
}
