import SeededRandom
import Timebase

/// A stretch of time in which the rate follows one formula. Times inside it are seconds since its start.
struct RatePiece: Sendable {
    enum Form: Sendable {
        case constant(rate: Double)
        case linear(LinearRamp)
        case exponential(ExponentialRamp)
        case pulses(PulseTrain)
    }

    let form: Form
    /// Nanoseconds since the start of the curve.
    let start: Int64
    let end: Int64
    /// Expected arrivals before the piece, and in it.
    var massBefore = 0.0
    let mass: Double

    init(_ form: Form, over interval: Range<Int64>) {
        self.form = form
        start = interval.lowerBound
        end = interval.upperBound
        mass = Self.integral(form, Double(interval.count) / 1e9)
    }

    func integral(upTo instant: Int64) -> Double {
        Self.integral(form, Double(instant - start) / 1e9)
    }

    func rate(at instant: Int64) -> Double {
        let seconds = Double(instant - start) / 1e9
        switch form {
        case .constant(let rate): return rate
        case .linear(let ramp): return ramp.from + ramp.slope * seconds
        case .exponential(let ramp): return ramp.from * DeterministicMath.exp(ramp.growth * seconds)
        case .pulses(let train): return train.rate(at: seconds)
        }
    }

    var peakRate: Double {
        switch form {
        case .constant(let rate): rate
        case .linear, .exponential: max(rate(at: start), rate(at: end))
        case .pulses(let train): max(train.base, train.peak)
        }
    }

    /// The nearest nanosecond at which this much of the piece's own mass has passed; always inside the piece.
    func instant(atMass mass: Double) -> Int64 {
        let seconds =
            switch form {
            case .constant(let rate): mass / rate
            case .linear(let ramp): ramp.time(atMass: mass)
            case .exponential(let ramp): ramp.time(atMass: mass)
            case .pulses(let train): train.time(atMass: mass)
            }
        let offset = seconds * 1e9 + 0.5
        // Also where a rounding error left the piece, or a rate of zero made the quotient infinite.
        guard offset < Double(end - start) else { return end - 1 }
        return max(start + Int64(offset), start)
    }

    private static func integral(_ form: Form, _ seconds: Double) -> Double {
        switch form {
        case .constant(let rate): rate * seconds
        case .linear(let ramp): ramp.mass(at: seconds)
        case .exponential(let ramp): ramp.mass(at: seconds)
        case .pulses(let train): train.mass(at: seconds)
        }
    }
}

/// r(t) = from + slope t.
struct LinearRamp: Sendable {
    let from: Double
    let slope: Double

    init(from: Double, to: Double, over interval: Range<Int64>) {
        self.from = from
        slope = (to - from) / (Double(interval.count) / 1e9)
    }

    func mass(at seconds: Double) -> Double { seconds * (from + 0.5 * slope * seconds) }

    /// t = 2 N / (from + sqrt(from^2 + 2 slope N)): the form of the quadratic's root that cancels nothing.
    func time(atMass mass: Double) -> Double {
        // A falling ramp ends where the root's argument is zero, or below it by rounding.
        let root = max(from * from + 2 * slope * mass, 0).squareRoot()
        return mass == 0 ? 0 : 2 * mass / (from + root)
    }
}

/// r(t) = from e^(growth t).
struct ExponentialRamp: Sendable {
    let from: Double
    let growth: Double

    init(from: Double, to: Double, over interval: Range<Int64>) {
        self.from = from
        growth = DeterministicMath.log(to / from) / (Double(interval.count) / 1e9)
    }

    func mass(at seconds: Double) -> Double { from * DeterministicMath.expm1(growth * seconds) / growth }
    func time(atMass mass: Double) -> Double { DeterministicMath.log1p(growth * mass / from) / growth }
}

/// Periodic, so any number of pulses costs the same.
struct PulseTrain: Sendable {
    let base: Double
    let peak: Double
    /// Seconds.
    let period: Double
    let width: Double
    let massOfPulse: Double
    let massOfPeriod: Double

    init(base: Double, peak: Double, every period: TimeSpan, width: TimeSpan) {
        self.base = base
        self.peak = peak
        self.period = period.seconds
        self.width = width.seconds
        massOfPulse = peak * width.seconds
        massOfPeriod = massOfPulse + base * (period.seconds - width.seconds)
    }

    func rate(at seconds: Double) -> Double {
        seconds - (seconds / period).rounded(.down) * period < width ? peak : base
    }

    func mass(at seconds: Double) -> Double {
        let cycles = (seconds / period).rounded(.down)
        let rest = max(seconds - cycles * period, 0)
        return cycles * massOfPeriod + (rest < width ? peak * rest : massOfPulse + base * (rest - width))
    }

    func time(atMass mass: Double) -> Double {
        let cycles = (mass / massOfPeriod).rounded(.down)
        let rest = max(mass - cycles * massOfPeriod, 0)
        if rest < massOfPulse { return cycles * period + rest / peak }
        guard base > 0 else { return (cycles + 1) * period }
        return cycles * period + width + (rest - massOfPulse) / base
    }
}
