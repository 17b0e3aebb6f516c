// Goal: as much is under way at a time as keeps the stack busy, and not more: what is more only waits, where nobody can
// choose who goes first.
// Method: the limit follows a gradient, the time that the same work takes when nothing is in its way, over the time that
// it took in the last window:
//
//     gradient = tolerance * (what these would have taken alone) / (what they took)        0.5 ... 1
//     next     = limit * gradient + sqrt(limit)
//     limit   += (next - limit) / 5                                                        after each window
//
//     time inside
//       |                        /
//       |                      /        beyond the knee, time grows with the limit and the rate does not:
//     2 |- - - - - - - - - - /          with c places, gradient < 1 above 2c, and the root lets it breathe there
//       |                  / :
//     1 |_________________/  :
//       |                 c  2c
//       +---------------------------- under way
//
// What a part of the work takes alone is learned for each part of its own, so that a change of the mix is not taken for
// a change of the load: it falls at once and rises slowly, with a minute's constant, so that neither an overload of half
// a minute nor a store that has become slow for good is mistaken for the other. Whatever was learned, the limit is not
// above the rate times the time that the stack may take (Little's law). It grows only when it was used.
// The idea of a gradient is from TCP Vegas (Brakmo, Peterson 1995), the sum over parts is our own.
// Not here: who waits, and in which order (`WaitingRoom`).

import EventLoop
import Timebase

struct ConcurrencyLimit {
    static let tolerance = 2.0
    static let windowMin = TimeSpan.milliseconds(50)
    static let samplesMin = 10
    static let riseConstant = TimeSpan.seconds(60)

    private struct Part {
        /// Without anything in its way.
        var alone: Double?
        /// As it was of late.
        var recent = 0.0
        var sum = 0.0
        var count = 0
    }

    private var parts: [Part]
    private let lowest: Double
    private let highest: Double
    /// What is inside is not to take longer than this, whatever it took before.
    private let timeMax: TimeSpan
    private var exact: Double
    private var windowBegan = Instant.zero
    private var samples = 0
    private var mostInside = 0
    private var isShrinking = false

    /// - Parameters:
    ///   - alone: what is known of the parts' times.
    init(parts: [TimeSpan?], from lowest: Int, to highest: Int, beginning: Int, timeMax: TimeSpan) {
        self.parts = parts.map { alone in
            Part(alone: alone.map { Double($0.nanoseconds) }, recent: Double(alone?.nanoseconds ?? 0))
        }
        self.lowest = Double(lowest)
        self.highest = Double(highest)
        self.timeMax = timeMax
        exact = Double(beginning)
    }

    var value: Int { Int(exact) }

    /// How long this part took of late.
    func expected(_ part: Pass.Part) -> TimeSpan { TimeSpan(nanoseconds: Int64(parts[part.number].recent)) }

    /// One came out: how long it was inside, and how many were inside then.
    mutating func learn(_ part: Pass.Part, _ time: TimeSpan, inside: Int, at now: Instant) {
        parts[part.number].sum += Double(time.nanoseconds)
        parts[part.number].count += 1
        samples += 1
        mostInside = max(mostInside, inside)
        if samples >= Self.samplesMin, now - windowBegan >= Self.windowMin { endWindow(at: now) }
    }

    /// Something inside was too busy.
    mutating func shrink() { isShrinking = true }

    private mutating func endWindow(at now: Instant) {
        let length = now - windowBegan
        let gradient = isShrinking ? 0.5 : gradient()
        var next = exact * gradient + exact.squareRoot()
        if isShrinking || mostInside * 2 < value { next = min(next, exact * gradient) }
        if mostInside >= value { next = min(next, Double(samples) * (timeMax.seconds / length.seconds)) }
        exact = min(max(exact + (next - exact) / 5, lowest), highest)
        for number in parts.indices where parts[number].count > 0 { settle(&parts[number], length) }
        windowBegan = now
        (samples, mostInside, isShrinking) = (0, 0, false)
    }

    private func gradient() -> Double {
        var (alone, took) = (0.0, 0.0)
        for part in parts where part.count > 0 {
            alone += (part.alone ?? part.sum / Double(part.count)) * Double(part.count)
            took += part.sum
        }
        return took > 0 ? min(max(Self.tolerance * alone / took, 0.5), 1) : 1
    }

    private func settle(_ part: inout Part, _ length: TimeSpan) {
        let mean = part.sum / Double(part.count)
        let alone = part.alone ?? mean
        let share = mean < alone ? 0.5 : min(1, length.seconds / Self.riseConstant.seconds)
        part.alone = alone + (mean - alone) * share
        part.recent += (mean - part.recent) * 0.5
        (part.sum, part.count) = (0, 0)
    }
}
