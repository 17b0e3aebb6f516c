import EventLoop
import Evidence
import Timebase

/// What is written down before the first arrival, for whoever finds the run killed. Owned by one run, on its loop.
final class RunOpening {
    /// When the first stage began, by the clock on the wall, is zero while it has not.
    private(set) var facts: ImportFacts
    private let loop: EventLoop
    private var record: RunRecord?
    private var folder: String?
    /// Held until the run is over.
    private var file: OpeningFile?
    /// It costs nobody the run.
    private(set) var fault: EvidenceError?

    init(_ facts: ImportFacts, on loop: EventLoop) {
        self.facts = facts
        self.loop = loop
    }

    /// - Parameter folder: nil where nothing is to be written.
    func prepare(_ record: RunRecord, _ stack: StackRecord?, into folder: String?) {
        self.record = record
        self.record?.stack = stack
        self.folder = folder
    }

    /// Shortly before the first arrival. It is a file of a few kilobytes, and nobody waits for the disk.
    func begin(at begin: Instant) {
        facts.beginMilliseconds = loop.millisecondsSince1970 + (begin - loop.now).nanoseconds / 1_000_000
        guard let record, let folder else { return }
        do throws(EvidenceError) {
            file = try OpeningFile(writing: OpeningRecord(record, facts), into: folder)
        } catch {
            fault = error
        }
    }
}
