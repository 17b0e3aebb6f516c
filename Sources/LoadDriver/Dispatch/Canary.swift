import EventLoop
import Evidence
import Timebase

/// Goal: to tell the machine's faults from the target's and from our own.
///
/// Method: a timer of its own that is due every few milliseconds. When it comes late, the loop's thread either worked
/// all the while (our own fault, and seen as lag) or had no processor (the machine took it: a gap). The thread's
/// processor time says which. The same timer samples how many arrivals are in flight, on a clock that no arrival
/// touches, as Little's law wants it.
final class Canary {
    private let loop: EventLoop
    private(set) var gaps = GapRecord()
    private var due: Instant
    private var lastProcessorTime: TimeSpan
    /// Of a core, in each slice that is over.
    private(set) var processorShares: [Double?] = []
    private let sliceLength: TimeSpan
    private var sliceBegan: (at: TimeSpan, processor: TimeSpan)?

    static let period = TimeSpan.milliseconds(10)
    /// Shorter ones are the scheduler's everyday.
    static let gapMin = TimeSpan.milliseconds(2)

    init(on loop: EventLoop, slices: TimeSpan = .seconds(1)) {
        self.loop = loop
        sliceLength = slices
        due = loop.now + Self.period
        lastProcessorTime = loop.processorTime
    }

    /// Until it is cancelled. `tick` is told the instant, from the run's beginning.
    func watch(from start: Instant, _ tick: (TimeSpan) -> Void) async {
        while (try? await loop.sleep(until: due)) != nil {
            let now = loop.now
            let worked = loop.processorTime
            look(late: now - due, worked: worked - lastProcessorTime, at: due - start)
            lastProcessorTime = worked
            weigh(worked, at: now - start)
            tick(now - start)
            // A stall is one gap, not one for each missed period.
            due = max(due + Self.period, now + TimeSpan(nanoseconds: Self.period.nanoseconds / 2))
        }
    }

    /// How busy the loop was in each slice, to the period's precision.
    private func weigh(_ worked: TimeSpan, at now: TimeSpan) {
        guard let began = sliceBegan else {
            sliceBegan = (now, worked)
            return
        }
        let over = Int(max(now, .zero).nanoseconds / sliceLength.nanoseconds)
        guard over > processorShares.count, now > began.at else { return }
        let share = Double((worked - began.processor).nanoseconds) / Double((now - began.at).nanoseconds)
        // A slice that a stall has swallowed has the share of all of it.
        while processorShares.count < over { processorShares.append(share) }
        sliceBegan = (now, worked)
    }

    /// `worked` covers the period and the lateness; how it was spread over the two nobody knows, so evenly.
    func look(late: TimeSpan, worked: TimeSpan, at instant: TimeSpan) {
        let share = min(Double(worked.nanoseconds) / Double((Self.period + late).nanoseconds), 1)
        let taken = TimeSpan(nanoseconds: Int64(Double(late.nanoseconds) * (1 - share)))
        guard taken >= Self.gapMin else { return }
        gaps.count += 1
        gaps.sum = gaps.sum + taken
        gaps.longest = max(gaps.longest, taken)
        if gaps.listed.count < GapRecord.listedMax { gaps.listed.append(.init(at: instant, length: taken)) }
    }
}
