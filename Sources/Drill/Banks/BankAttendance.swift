import Diagnostics
import EventLoop
import Evidence
import Timebase

/// What a run does about its banks while it drives: puts the plan's faults on them, notices when they are gone, and takes
/// what they know into the record. Owned by one run, on its loop.
final class BankAttendance {
    private let banks: RunBanks
    private let faults: PlannedFaults
    private let loop: EventLoop
    private var fail: (String) -> Void = { _ in }
    private var posting: SpawnedTask?
    private let watching: PartWatch
    /// Whether the banks have them.
    private var isPosted = false

    init(_ banks: RunBanks, _ faults: PlannedFaults, on loop: EventLoop) {
        self.banks = banks
        self.faults = faults
        self.loop = loop
        watching = PartWatch(banks.host, on: loop) { RunBanks.words(ofLoss: $0) }
    }

    /// From now on a run without its banks is one that fails, with the reason.
    func watch(_ fail: @escaping (String) -> Void) {
        self.fail = fail
        watching.begin(fail)
    }

    func begin(at begin: Instant) {
        posting = loop.spawn { [self] in
            do throws(PartFault) {
                try await banks.post(faults, begin: begin)
                isPosted = true
            } catch {
                fail("the faults of the plan were not put on the banks: \(error)")
            }
        }
    }

    func rest() async {
        await posting?.join()
        await watching.rest()
        fail = { _ in }
    }

    /// The banks are asked, and ended. A run that has lost its banks is no whole one, however its traffic ended.
    func end(_ record: inout RunRecord) async {
        let end = record.sliceLength * Int64(record.slices.count)
        let found = await banks.collect(at: end)
        if let fault = found.fault {
            if record.ending == .completed {
                record.ending = .failed(at: end, reason: fault)
            } else {
                record.events.append(RunEvent(at: end, kind: .note, text: fault))
            }
        }
        record.events += (isPosted ? faults.events(before: end) : []) + found.events
        if let fault = await banks.stop() { record.events.append(RunEvent(at: end, kind: .note, text: fault)) }
        record.events = record.events.enumerated()
            .sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }.map(\.element)
    }

    /// Once they have ended.
    var evidence: [CollectedEvidence.Channel] { banks.evidence }

    var talk: [String] { banks.host.talk }
}
