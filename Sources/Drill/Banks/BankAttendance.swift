import Diagnostics
import EventLoop
import Evidence
import Timebase

/// What a run does about its banks while it drives: puts the plan's faults on them, notices when they are gone, and takes
/// what they know into the record. Owned by one run, on its loop.
///
/// The faults are the shadow banks' alone: what a drill breaks is the drill's.
final class BankAttendance {
    private let banks: RunBanks
    private let live: RunBanks?
    private let faults: PlannedFaults
    /// What is done to the banks by hand.
    let switches: BankSwitches
    private let loop: EventLoop
    private var fail: (String) -> Void = { _ in }
    private var posting: SpawnedTask?
    private let watches: [PartWatch]
    /// Whether the banks have them.
    private var isPosted = false

    init(_ banks: RunBanks, live: RunBanks? = nil, _ faults: PlannedFaults, on loop: EventLoop) {
        self.banks = banks
        self.live = live
        self.faults = faults
        self.loop = loop
        switches = BankSwitches(faults, of: banks, on: loop)
        watches = ([banks] + (live.map { [$0] } ?? [])).map { side in
            PartWatch(side.host, on: loop) { side.words(ofLoss: $0) }
        }
    }

    private var sides: [RunBanks] { [banks] + (live.map { [$0] } ?? []) }

    /// From now on a run without its banks is one that fails, with the reason.
    func watch(_ fail: @escaping (String) -> Void) {
        self.fail = fail
        for watch in watches { watch.begin(fail) }
    }

    func begin(at begin: Instant) {
        switches.begin(at: begin)
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
        await switches.rest()
        for watch in watches { await watch.rest() }
        fail = { _ in }
    }

    /// The banks are asked, and ended. A run that has lost its banks is no whole one, however its traffic ended.
    func end(_ record: inout RunRecord) async {
        let end = record.sliceLength * Int64(record.slices.count)
        var events = isPosted ? switches.planned.events(before: end) : []
        let faults = isPosted ? switches.records : switches.byHand
        record.faults = faults.filter { $0.span.lowerBound <= end }
        if switches.isChangedByHand { record.generator.isChangedByHand = true }
        for side in sides {
            let found = await side.collect(at: end)
            events += found.events
            guard let fault = found.fault else { continue }
            if record.ending == .completed {
                record.ending = .failed(at: end, reason: fault)
            } else {
                events.append(RunEvent(at: end, kind: .note, text: fault))
            }
        }
        for side in sides {
            if let fault = await side.stop() { events.append(RunEvent(at: end, kind: .note, text: fault)) }
        }
        record.events += events
        record.events = record.events.enumerated()
            .sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }.map(\.element)
    }

    /// Once they have ended.
    var evidence: [CollectedEvidence.Channel] { sides.flatMap(\.evidence) }

    var talk: [String] { sides.flatMap(\.host.talk) }
}
