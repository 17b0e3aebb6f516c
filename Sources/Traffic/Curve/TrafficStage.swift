package import Timebase

/// One stage of a drill: for how long, and how many arrivals a second. Rates are arrivals per second.
///
/// Stages of other kinds (users of a closed model, replays) stand in a curve as a `pause` of the same length, so that
/// all stages share one clock.
package struct TrafficStage: Hashable, Sendable {
    package enum Shape: Hashable, Sendable {
        case hold(rate: Double)
        /// A hold by its mathematics; reports name it apart.
        case spike(rate: Double)
        case ramp(from: Double, to: Double, Ramp)
        /// `peak` for `width` at the start of every period, `base` for the rest of it.
        case pulses(base: Double, peak: Double, every: TimeSpan, width: TimeSpan)
        case pause
    }

    package enum Ramp: Hashable, Sendable {
        case linear
        /// This many holds of equal length, the first at `from` and the last at `to`.
        case steps(Int)
        /// The rate grows by the same factor in equal times; both ends must be above zero.
        case exponential
    }

    package var name: String
    package var length: TimeSpan
    package var shape: Shape
    /// Verdicts leave this stage out.
    package var isWarmUp: Bool

    package init(_ name: String, for length: TimeSpan, _ shape: Shape, isWarmUp: Bool = false) {
        self.name = name
        self.length = length
        self.shape = shape
        self.isWarmUp = isWarmUp
    }
}

extension TrafficStage {
    /// A schedule keeps instants of neighbouring grid points apart up to here: one arrival a nanosecond would not.
    package static let rateMax = 1e8
    package static let stepsMax = 10_000

    /// The stage as pieces whose integral has a closed form.
    func pieces(startingAt start: Int64) -> [RatePiece] {
        precondition(length > .zero, "the stage '\(name)' lasts \(length)")
        let whole = start..<start + length.nanoseconds
        switch shape {
        case .pause: return [RatePiece(.constant(rate: 0), over: whole)]
        case .hold(let rate), .spike(let rate):
            check(rate)
            return [RatePiece(.constant(rate: rate), over: whole)]
        case .ramp(let from, let to, let ramp):
            check(from)
            check(to)
            return Self.pieces(from: from, to: to, ramp, over: whole)
        case .pulses(let base, let peak, let every, let width):
            check(base)
            check(peak)
            precondition(peak > 0, "the pulses of '\(name)' have no peak")
            precondition(.zero < width && width <= every, "pulses of \(width) every \(every) in '\(name)'")
            return [RatePiece(.pulses(PulseTrain(base: base, peak: peak, every: every, width: width)), over: whole)]
        }
    }

    private func check(_ rate: Double) {
        precondition(0 <= rate && rate <= Self.rateMax, "the stage '\(name)' has a rate of \(rate)/s")
    }

    private static func pieces(from: Double, to: Double, _ ramp: Ramp, over whole: Range<Int64>) -> [RatePiece] {
        switch ramp {
        case _ where from == to: return [RatePiece(.constant(rate: from), over: whole)]
        case .linear: return [RatePiece(.linear(LinearRamp(from: from, to: to, over: whole)), over: whole)]
        case .exponential:
            precondition(from > 0 && to > 0, "an exponential ramp from \(from)/s to \(to)/s")
            return [RatePiece(.exponential(ExponentialRamp(from: from, to: to, over: whole)), over: whole)]
        case .steps(let count):
            precondition(2...stepsMax ~= count && count <= whole.count, "a ramp in \(count) steps")
            let (width, rest) = Int64(whole.count).quotientAndRemainder(dividingBy: Int64(count))
            return (0..<Int64(count)).map { step in
                // The nanoseconds that do not divide go to the last step.
                let lower = whole.lowerBound + step * width
                let upper = lower + width + (step == Int64(count) - 1 ? rest : 0)
                let rate = from + (to - from) * (Double(step) / Double(count - 1))
                return RatePiece(.constant(rate: rate), over: lower..<upper)
            }
        }
    }
}
