// Goal: when a run has ended, all that its parts have written down stands in one database, and its money and isolation have
// been asked for.
// Method: the import and the audit are work of seconds to minutes, so a live run does them on threads of their own, while its
// loop stays there for whoever watches: one brings the evidence together, then two ask it while a third seals it. A simulated
// run brings it together in place, and asks it likewise, while its clock stands still; where it keeps no evidence, that is
// in memory, and all of it is done in place.
// Not here: what is asked (`Audit`), what the plan wants of it (the judge).

import Audit
import EventLoop
import Evidence
import PlanModel
import Reporting
import Synchronization
import Timebase

struct RunAudit {
    let record: RunRecord
    let collected: CollectedEvidence
    let facts: ImportFacts
    /// What the plan's targets ask of the banks' flows.
    let needs: ChannelFlows.Needs
    /// Of the report; nil where evidence.db is kept in memory, and goes with the run.
    let folder: String?
    let loop: EventLoop

    /// Foreign sources may take long to be read, and no longer.
    private static let sourcesMax = TimeSpan.seconds(600)
    private static let askersCount = 2

    /// Throws what keeps the evidence from being brought together; the sources stand then all the same.
    func run() async throws(DrillFault) -> (audit: AuditReport, channels: [ChannelFlow]) {
        switch try await brought() {
        case .inMemory(let report, let flows): return (report, flows)
        case .file(let path, let flows):
            return (try await asked(path), flows)
        }
    }

    // MARK: Brought together

    private enum Brought: Sendable {
        case file(String, [ChannelFlow])
        /// Nobody else can read it, so it was asked where it was made.
        case inMemory(AuditReport, [ChannelFlow])
    }

    private func brought() async throws(DrillFault) -> Brought {
        let (work, lateness) = (work, Lateness())
        let watch = loop.spawn { [loop] in
            guard case .timedOut = await Parking(loop).wait(until: loop.now + Self.sourcesMax) else { return }
            lateness.isLate.store(true, ordering: .relaxed)
        }
        let outcome = try? await loop.offload("evidence") { () -> Result<Brought, DrillFault> in
            Self.described { try work.done { lateness.isLate.load(ordering: .relaxed) } }
        }
        watch.cancel()
        await watch.join()
        return try (outcome ?? .failure(Self.ended)).get()
    }

    private var work: Work { Work(record: record, collected: collected, facts: facts, needs: needs, folder: folder) }

    /// What another thread can do.
    private struct Work: Sendable {
        let record: RunRecord
        let collected: CollectedEvidence
        let facts: ImportFacts
        let needs: ChannelFlows.Needs
        let folder: String?

        func done(isOver: @escaping () -> Bool) throws -> Brought {
            guard let folder else {
                let evidence = try EvidenceDatabase.inMemory()
                let flows = try flows(in: evidence, isOver)
                return .inMemory(try Auditor(evidence).audit(), flows)
            }
            try ReportFolder(folder).make()
            let evidence = try EvidenceDatabase.draft(in: folder)
            let flows = try flows(in: evidence, isOver)
            try evidence.finish()
            return .file("\(folder)/\(EvidenceDatabase.fileName)", flows)
        }

        /// Brings it together; the record that is kept has what the banks saw.
        private func flows(in evidence: EvidenceDatabase, _ isOver: @escaping () -> Bool) throws -> [ChannelFlow] {
            try EvidenceImport(into: evidence).take(record, collected, facts, isOver: isOver)
            var record = record
            record.channels = try ChannelFlows.read(from: evidence, of: record, needs)
            try evidence.keep(record)
            return record.channels
        }
    }

    /// Set by the loop, looked at by who reads.
    private final class Lateness: Sendable {
        let isLate = Atomic(false)
    }

    // MARK: Asked

    /// Of all checks, the first that nobody has taken.
    private final class CheckLine: Sendable {
        private let taken = Atomic(0)

        func next() -> AuditCheck? {
            let place = taken.wrappingAdd(1, ordering: .relaxed).oldValue
            return place < AuditCheck.all.count ? AuditCheck.all[place] : nil
        }
    }

    private func asked(_ path: String) async throws(DrillFault) -> AuditReport {
        // Who is done with one check takes the next: none is as long as another.
        let line = CheckLine()
        var works = [@Sendable () -> Result<AuditReport?, DrillFault>](
            repeating: {
                Self.described {
                    try Auditor(EvidenceDatabase.open(path, isTrusted: true)).audit { line.next() }
                }
            }, count: Self.askersCount)
        works.append {
            Self.described {
                try EvidenceDatabase.seal(path)
                return nil
            }
        }
        guard let found = try? await loop.offload("audit", each: works) else { throw Self.ended }
        var reports: [AuditReport] = []
        for result in found { if let report = try result.get() { reports.append(report) } }
        return AuditReport(joining: reports)
    }

    private static let ended = DrillFault("the evidence was not asked: the loop has ended")

    private static func described<Value>(_ work: () throws -> Value) -> Result<Value, DrillFault> {
        do {
            return .success(try work())
        } catch {
            return .failure(DrillFault("the evidence of the run could not be brought together and asked: \(error)"))
        }
    }
}

extension [Verdict] {
    /// Latencies by channel are read only where a target compares channels.
    var flowsNeeded: ChannelFlows.Needs {
        contains { if case .blastRadius = $0.claim { true } else { false } } ? .latencies : []
    }
}
