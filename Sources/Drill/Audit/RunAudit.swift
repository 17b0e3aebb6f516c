// Goal: when a run has ended, all that its parts have written down stands in one database, and its money and isolation have
// been asked for.
// Method: the import and the audit are work of seconds to minutes, so a live run does them on a thread of their own, while its
// loop stays there for whoever watches. A simulated run has its evidence in memory, and does it in place.
// Not here: what is asked (`Audit`), what the plan wants of it (the judge).

import Audit
import EventLoop
import Evidence
import Reporting
import Synchronization
import Timebase

struct RunAudit {
    let record: RunRecord
    let collected: CollectedEvidence
    let facts: ImportFacts
    /// Of the report; nil in simulation.
    let folder: String?
    let loop: EventLoop

    /// Foreign sources may take long to be read, and no longer.
    private static let sourcesMax = TimeSpan.seconds(600)

    /// Throws what keeps the evidence from being brought together; the sources stand then all the same.
    func run() async throws(DrillFault) -> AuditReport {
        let (work, lateness) = (self.work, Lateness())
        let watch = loop.spawn { [loop] in
            guard case .timedOut = await Parking(loop).wait(until: loop.now + Self.sourcesMax) else { return }
            lateness.isLate.store(true, ordering: .relaxed)
        }
        let outcome = try? await loop.offload("evidence") { () -> Result<AuditReport, DrillFault> in
            do throws(DrillFault) {
                return .success(try work.done { lateness.isLate.load(ordering: .relaxed) })
            } catch {
                return .failure(error)
            }
        }
        watch.cancel()
        await watch.join()
        guard let outcome else { throw DrillFault("the evidence was not brought together: the loop has ended") }
        return try outcome.get()
    }

    private var work: Work { Work(record: record, collected: collected, facts: facts, folder: folder) }

    /// What another thread can do.
    private struct Work: Sendable {
        let record: RunRecord
        let collected: CollectedEvidence
        let facts: ImportFacts
        let folder: String?

        func done(isOver: @escaping () -> Bool) throws(DrillFault) -> AuditReport {
            do {
                if let folder { try ReportFolder(folder).make() }
                let evidence = try folder.map(EvidenceDatabase.draft) ?? EvidenceDatabase.inMemory()
                try EvidenceImport(into: evidence).take(record, collected, facts, isOver: isOver)
                let report = try Auditor(evidence).audit()
                try evidence.finish()
                return report
            } catch {
                throw DrillFault("the evidence of the run could not be brought together: \(error)")
            }
        }
    }

    /// Set by the loop, looked at by who reads.
    private final class Lateness: Sendable {
        let isLate = Atomic(false)
    }
}
