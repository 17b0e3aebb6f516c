import EventLoop
import Evidence
import HTTPService
import HTTPWire
import Journeys
import PlanModel
import Timebase

/// Runs one journey at a time: renders, records, sends, looks at the answer, counts. Its buffers are its own and stay,
/// so a request costs the kernel's work, the client's one allocation for the answer, and little else.
///
/// What does not wait is not inlined here: in a function that waits, every inlined value has a place of its own in a
/// frame that lives as long as the runner. That alone was 8 of 18 KB.
///
/// The first step of a journey is due when its arrival was; each other one when the step before it had ended.
final class Runner {
    let driver: LoadDriver
    let context: JourneyContext
    let loop: EventLoop
    private let parking: Parking
    private var next: ArrivalWork?
    /// Of an arrival that has waited for its connection, until its first request is sent.
    var admission: Admission?
    private(set) var isDismissed = false
    /// Its task's place among those of all runners.
    var slot: Int?
    var wire: [UInt8] = []
    /// When the last step ended: the next is due then. Reading the clock again would cost each request some 40 ns.
    private(set) var endedAt = TimeSpan.zero

    init(_ driver: LoadDriver) {
        self.driver = driver
        loop = driver.loop
        context = JourneyContext(driver.book, on: driver.data)
        parking = Parking(driver.loop)
    }

    var now: TimeSpan { driver.timeline.runTime(at: loop.now) }

    // MARK: Its life

    func take(_ work: ArrivalWork, _ admission: Admission? = nil) {
        next = work
        self.admission = admission
        parking.wake()
    }

    func dismiss() {
        isDismissed = true
        parking.wake()
    }

    /// One arrival after another, until it has none and is dismissed; whoever ends the run dismisses those that rest.
    func live() async {
        while true {
            if let work = next {
                next = nil
                if let recorded = work.recorded {
                    await replay(recorded.request, of: work)
                } else {
                    await run(work, from: admission?.wait.began ?? now)
                }
                takeAdmission()?.giveBack()
                driver.ended()
                driver.rest(self)
            } else if isDismissed {
                return
            } else {
                await parking.rest()
            }
        }
    }

    /// A user of the closed model is its own runner's task.
    func take(asUser work: ArrivalWork) async {
        driver.userBegan()
        await run(work, from: work.due)
        driver.ended()
    }

    @inline(never)
    func takeAdmission() -> Admission? {
        guard let admission else { return nil }
        self.admission = nil
        return admission
    }

    // MARK: A journey

    @inline(__always)
    private func run(_ work: ArrivalWork, from began: TimeSpan) async {
        let second =
            admission?.wait.second
            ?? driver.tally.arrivalBegan(
                due: work.due.nanoseconds, lag: (began - work.due).nanoseconds, stage: work.stage)
        let journey = driver.book.journeys[work.journey]
        context.begin(journey, arrival: work.index, seed: work.seed, intendedAt: work.due)
        var due = work.due
        for step in journey.steps {
            if step.isConditional, !context.wants(step) { continue }
            guard await take(step, of: work, due: due) else { break }
            due = endedAt
        }
        second.arrivalEnded(after: (max(endedAt, began) - work.due).nanoseconds)
    }

    /// False when the journey cannot go on.
    @inline(__always)
    private func take(_ step: CompiledStep, of work: ArrivalWork, due: TimeSpan) async -> Bool {
        switch step.kind {
        case .request: return await request(step, of: work, due: due)
        case .poll, .webhook, .think: return await takeSlowly(step, of: work, due: due)
        }
    }

    /// What waits for longer than it works.
    @inline(never)
    private func takeSlowly(_ step: CompiledStep, of work: ArrivalWork, due: TimeSpan) async -> Bool {
        defer { endedAt = now }
        switch step.kind {
        case .poll(let every, let within): return await poll(step, of: work, due: due, every: every, within: within)
        case .webhook(let event, let within):
            return await awaitWebhook(step, of: work, due: due, event: event, within: within)
        case .think: return (try? await loop.sleep(until: loop.now + context.thinkTime(step))) != nil
        case .request: preconditionFailure("a request is taken at once")
        }
    }

    // MARK: A request

    @inline(__always)
    private func request(_ step: CompiledStep, of work: ArrivalWork, due: TimeSpan) async -> Bool {
        var attempt = 0
        var attemptDue = due
        while true {
            guard render(step, attempt: attempt, of: work) else { return false }
            let began = begin(step, work, attempt: attempt, due: attemptDue)
            guard case .recorded(let place, let sentAt) = began else { return false }
            let twin = step.sendsTwin && context.isDuplicated ? beginTwin(of: step, work, attempt, due: due) : nil
            let second = driver.tally.stepBegan(due: due.nanoseconds)
            let admission = takeAdmission()
            let ended: Attempt
            do throws(HTTPClientError) {
                let response = try await driver.targets[step.service].send(
                    HTTPRequest(step.method, wire: wire), in: admission?.turn,
                    until: admission?.wait.deadline ?? driver.timeline.start + sentAt + step.timeout)
                ended = judge(response, step)
            } catch {
                ended = judge(error)
            }
            endedAt = now
            end(place, ended, at: endedAt)
            driver.tally.stepEnded(
                step.index, ended.outcome, in: second, stage: work.stage, due: due.nanoseconds,
                attemptDue: attemptDue.nanoseconds, sent: (sentAt + ended.poolWait).nanoseconds,
                at: endedAt.nanoseconds, isAdvised: ended.isAdvised)
            if step.position == 0, attempt == 0 {
                driver.groups?.firstStepEnded(ended.outcome, of: context, stage: work.stage)
            }
            if let twin { await twin.end(after: self, step, work, attempt, due: due) }
            if case .ok = ended.outcome { return true }
            guard let wait = retryWait(step, ended, attempt) else { return false }
            attempt += 1
            attemptDue = endedAt + wait
            guard (try? await loop.sleep(until: driver.timeline.start + attemptDue)) != nil else { return false }
        }
    }

    /// False when a value is missing: the journey is skipped, and counted so.
    @inline(__always)
    func render(_ step: CompiledStep, attempt: Int, of work: ArrivalWork) -> Bool {
        wire.removeAll(keepingCapacity: true)
        if case .whole = context.render(step, attempt: attempt, into: &wire) { return true }
        driver.tally.arrivalSkipped(due: work.due.nanoseconds)
        return false
    }

    enum Beginning {
        case recorded(EvidencePlace, at: TimeSpan)
        /// Nothing is sent that is not written down.
        case unrecorded
    }

    @inline(__always)
    func begin(
        _ step: CompiledStep, _ work: ArrivalWork, attempt: Int, due: TimeSpan, flags: EvidenceFlags = .none
    ) -> Beginning {
        record(
            Intent(
                step: UInt16(truncatingIfNeeded: step.index), attempt: UInt8(min(attempt + 1, 255)), flags: flags,
                arrival: UInt64(bitPattern: Int64(work.index)), intendedAt: due, sentAt: now, key: context.key.value,
                amount: context.amount ?? 0))
    }

    @inline(__always)
    func record(_ intent: Intent) -> Beginning {
        do throws(EvidenceError) {
            return .recorded(try driver.evidence.begin(intent), at: intent.sentAt)
        } catch {
            driver.stop(.failed(at: intent.sentAt, reason: "the evidence cannot be kept: \(error)"))
            return .unrecorded
        }
    }

    @inline(__always)
    func end(_ place: EvidencePlace, _ ended: Attempt, at instant: TimeSpan) {
        driver.evidence.end(
            place, EvidenceRecord.Ending(outcome: ended.outcome, status: ended.status, completedAt: instant),
            adding: ended.mayHaveBeenSent ? .mayHaveBeenSent : .none)
    }

    @inline(never)
    private func retryWait(_ step: CompiledStep, _ ended: Attempt, _ attempt: Int) -> TimeSpan? {
        guard driver.ending == nil, let cause = ended.cause else { return nil }
        return context.retryWait(
            step, afterAttempt: attempt, cause, retryAfterSeconds: ended.retryAfterSeconds)
    }
}
