// Goal: what a run has left in its folder, audited, so that it can be judged and reported again.
// Method: of a run that came to its end, evidence.db is all there is to read. A run whose driver was killed has none: its record
// is rebuilt from what it had sent, whatever else is there is brought together with it, and what is missing is told.
// Not here: by which plan it is judged.

package import Audit
import ChannelProfile
package import Evidence
import Glibc
import PaymentStack
import Reporting
import StackVocabulary

package struct StoredRun {
    package let record: RunRecord
    package let audit: AuditReport
    package let planText: String
    package let planOverrides: [String]
    /// Of a run whose driver was killed: what is not there, each in words.
    package let missing: [String]

    package init(_ folder: String) throws(StoredRunFault) {
        do {
            if let torn = try Self.torn(folder) {
                missing = try Self.bringTogether(torn, in: folder)
            } else {
                missing = []
            }
            let evidence = try EvidenceDatabase.open("\(folder)/\(EvidenceDatabase.fileName)")
            record = try evidence.record()
            (planText, planOverrides) = try evidence.plan()
            audit = try Auditor(evidence).audit()
        } catch let error as EvidenceError {
            throw StoredRunFault(description: "\(error)", isThere: error.code != ENOENT && error.code != ENOTDIR)
        } catch {
            throw StoredRunFault(description: "\(error)", isThere: true)
        }
    }

    // MARK: A run whose driver was killed

    /// The last run of this folder, where it left no evidence.db of its own.
    private static func torn(_ folder: String) throws(EvidenceError) -> OpeningRecord? {
        let isFinished = unsafe access("\(folder)/\(EvidenceDatabase.fileName)", F_OK) == 0
        guard let name = ReportFolder(folder).evidence.last,
            unsafe access("\(folder)/\(name)/\(OpeningRecord.fileName)", F_OK) == 0
        else { return nil }
        // One that is damaged is never made anew from less.
        if isFinished {
            let found = try EvidenceDatabase.open("\(folder)/\(EvidenceDatabase.fileName)").record().identity.runID
            if ReportFolder(folder).evidence(ofRun: found) == "\(folder)/\(name)" { return nil }
        }
        return try OpeningRecord(reading: "\(folder)/\(name)")
    }

    private static func bringTogether(_ opening: OpeningRecord, in folder: String) throws -> [String] {
        let run = try TornRun(
            opening.record, segments: ReportFolder(folder).evidence(ofRun: opening.record.identity.runID))
        let record = try run.record()
        let collected = try TornSources(record, opening.facts, folder).collected
        let evidence = try EvidenceDatabase.draft(in: folder)
        try EvidenceImport(into: evidence).take(record, collected, opening.facts) { false }
        var whole = record
        whole.channels = try ChannelFlows.read(from: evidence, of: record, .latencies)
        try evidence.keep(whole)
        try evidence.finish()
        try EvidenceDatabase.seal("\(folder)/\(EvidenceDatabase.fileName)")
        return collected.gaps + [run.gap].compactMap(\.self)
    }
}

package struct StoredRunFault: Error, CustomStringConvertible {
    package let description: String
    /// False where there is no such run.
    package let isThere: Bool
}

/// What the parties of a run that was killed have written down by themselves.
private struct TornSources {
    private let record: RunRecord
    private let facts: ImportFacts
    private let folder: ReportFolder
    private var runID: String { record.identity.runID }

    private static let unfinished = "the run was killed, and nobody waited until everything was written"

    init(_ record: RunRecord, _ facts: ImportFacts, _ folder: String) {
        (self.record, self.facts, self.folder) = (record, facts, ReportFolder(folder))
    }

    var collected: CollectedEvidence {
        get throws(EvidenceError) {
            var collected = CollectedEvidence(requests: .folder(folder.evidence(ofRun: runID)))
            collected.requestsState = .torn(TornRun.reason)
            if facts.webhookURL != nil {
                collected.webhooks = .folder(folder.webhooks(ofRun: runID))
                collected.webhooksState = .torn(Self.unfinished)
            }
            if facts.isEmbedded {
                collected.stack = try stack
                collected.countersState = .missing("nobody has read them behind the traffic")
            }
            collected.channels =
                try channels(.shadow, folder.channels(ofRun: runID))
                + channels(.live, folder.liveChannels(ofRun: runID))
            return collected
        }
    }

    /// The stack ends by itself when its controller is gone; while it has its ledger, more may come.
    private var stack: CollectedEvidence.Stack {
        get throws(EvidenceError) {
            let path = folder.ledger(ofRun: runID)
            guard unsafe access(path, F_OK) == 0 else {
                return .missing("the stack of the run was in memory, and has gone with it")
            }
            guard !LedgerLock.isHeld(path) else {
                throw EvidenceError(
                    "read", path, reason: "the stack of the run has not ended yet; try again in a few seconds")
            }
            return .ledger(path, .torn(Self.unfinished))
        }
    }

    private func channels(
        _ namespace: Namespace, _ path: String
    ) throws(EvidenceError) -> [CollectedEvidence.Channel] {
        guard unsafe access(path, F_OK) == 0 else { return [] }
        let names = try FolderListing(of: path).names.filter { !$0.hasPrefix(".") }.sorted()
        return names.map { name in
            CollectedEvidence.Channel(
                name, namespace, journal: .folder("\(path)/\(name)"), journalState: .torn(Self.unfinished),
                statement: .memory([]), statementForm: .csv,
                statementState: .missing("the run was killed before the bank was asked"))
        }
    }
}
