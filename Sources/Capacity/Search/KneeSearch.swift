// Goal: the highest rate at which a target keeps its objective, found with few probes of some seconds each.
//
// Method: the load is open, so a rate is asked for and not what the target lets through. Three parts:
//
//     gallop     guess -> x 1.25 -> x 1.56 -> x 2.4 ...     until one rate is good and a higher one is bad; steps square
//     bisect     |good ....... x ....... bad|               in the middle of the logarithms, until bad / good <= 1 + width
//     confirm    good, three times as long                  if it does not hold, twice, a width lower, again
//
// A probe is decided by the intervals of what it measured. One that decides nothing is repeated once, four times as long
// (a long one twice); after that its measured value alone counts, and the knee's interval stays as wide as what was decided. A load
// that was not made is made again once; twice, and its maker is the limit. A rate that was found bad by one probe is asked
// once more before it counts as the upper end, and so is one that failed its confirmation: a machine that stalled for a second looks like a broken target.
//
// A rate that was declared is asked for itself when it lies between both ends, so that the answer is about it.
//
// Not here: who drives, what a probe measured (`ProbeFigures`), and what lies beyond the knee (`CapacityCourse`).

package import Timebase

package struct KneeSearch: Sendable {
    package struct Setting: Sendable, Equatable {
        /// Where to begin.
        package var guess: Double
        /// What the plan says that it holds.
        package var declared: Double?
        package var hold: TimeSpan
        /// With fewer arrivals no probe can be good beyond doubt: at low rates one lasts longer.
        package var arrivalsMin = 0.0
        /// Of both ends, when the search is over.
        package var width = 0.05

        package init(guess: Double, declared: Double? = nil, hold: TimeSpan) {
            self.guess = guess
            self.declared = declared
            self.hold = hold
        }

        /// In whole seconds, and never longer than one that is repeated for want of a decision.
        func hold(at perSecond: Double) -> TimeSpan {
            let seconds = min((arrivalsMin / perSecond).rounded(.up), Double(KneeSearch.lengthenFactor) * hold.seconds)
            return max(hold, .seconds(Int64(seconds)))
        }
    }

    /// A search takes no more, whatever comes.
    package static let probesMax = 32
    static let perSecondRange = 0.1...1_000_000.0
    static let lengthenFactor: Int64 = 4
    static let lengthenTwice: Int64 = 2
    static let confirmFactor: Int64 = 3
    static let confirmationsMax = 4
    static let stepFirst = 1.25
    static let stepMax = 4.0

    private enum Part { case search, verify, confirm }

    private let setting: Setting
    private var part = Part.search
    private var current: Probe
    private var step = stepFirst
    private var isLengthened = false
    private var isRepeated = false
    /// This confirmation has failed once.
    private var isShaken = false
    private var confirmations = 0
    /// The rate of the upper end that was asked for twice.
    private var verified: Double?
    private var good: [Double] = []
    private var bad: [Double] = []
    private var surelyGood: [Double] = []
    private var surelyBad: [Double] = []
    package private(set) var probesTaken = 0
    package private(set) var end: SearchEnd?

    package init(_ setting: Setting) {
        self.setting = setting
        let guess = Self.rounded(setting.guess, setting.width)
        current = Probe(.search, perSecond: guess, hold: setting.hold(at: guess))
    }

    /// One that has ended already.
    init(found knee: Knee) {
        self.init(Setting(guess: knee.perSecond, hold: .seconds(1)))
        end = .found(knee)
    }

    /// Nil when the search has ended.
    package func next() -> Probe? { end == nil ? current : nil }

    /// - Parameter leansGood: by the measured values alone, whatever their intervals.
    package mutating func take(_ standing: ProbeStanding, leansGood: Bool) {
        precondition(end == nil, "a search that has ended is given a result")
        probesTaken += 1
        switch standing {
        case .good: settle(isGood: true, isSure: true)
        case .bad: settle(isGood: false, isSure: true)
        case .undecided:
            if isLengthened { settle(isGood: leansGood, isSure: false) } else { lengthen() }
        case .notMade:
            if isRepeated {
                end = .notMade(at: current.perSecond, held: good.max())
            } else {
                isRepeated = true
            }
        }
        if end == nil, probesTaken >= Self.probesMax { end = .exhausted(good: good.max(), bad: bad.min()) }
    }

    private mutating func lengthen() {
        isLengthened = true
        let longer = part == .confirm ? .zero : setting.hold * Self.lengthenFactor
        current.hold = max(longer, current.hold * Self.lengthenTwice)
    }

    // MARK: What is known

    private mutating func settle(isGood: Bool, isSure: Bool) {
        let rate = current.perSecond
        if part == .confirm, !isGood, !isShaken {
            isShaken = true
            current.hold = confirmHold(at: rate)
            return
        }
        if isGood {
            // What was bad before at this rate or below was an accident.
            bad.removeAll { $0 <= rate }
            surelyBad.removeAll { $0 <= rate }
            good.append(rate)
            if isSure { surelyGood.append(rate) }
        } else {
            good.removeAll { $0 >= rate }
            surelyGood.removeAll { $0 >= rate }
            bad.append(rate)
            if isSure { surelyBad.append(rate) }
            // Two probes, or one that was three times as long, need no further look.
            if !isSure || part != .search { verified = rate }
        }
        switch part {
        case .confirm: confirmed(isGood, at: rate)
        case .search, .verify: goOn(from: rate, wasGood: isGood)
        }
    }

    private mutating func confirmed(_ isGood: Bool, at rate: Double) {
        if isGood {
            end = .found(Knee(perSecond: rate, low: surelyGood.max(), high: surelyBad.min() ?? bad.min()))
        } else if confirmations >= Self.confirmationsMax {
            end = .notConfirmed(below: rate)
        } else {
            confirm(Self.rounded(rate / (1 + setting.width), setting.width))
        }
    }

    // MARK: What to ask next

    private mutating func goOn(from rate: Double, wasGood: Bool) {
        guard let high = bad.min() else { return gallop(up: true, from: rate, at: Self.perSecondRange.upperBound) }
        guard let low = good.max() else { return gallop(up: false, from: rate, at: Self.perSecondRange.lowerBound) }
        let middle = Self.rounded((low * high).squareRoot(), setting.width)
        if high / low > 1 + setting.width, low < middle, middle < high { return ask(.search, middle) }
        if let declared = setting.declared, low < declared, declared < high { return ask(.search, declared) }
        if verified != high { return ask(.verify, high) }
        confirm(low)
    }

    private mutating func gallop(up: Bool, from rate: Double, at limit: Double) {
        if rate == limit {
            end = up ? .neverBroke(upTo: rate) : .neverHeld(downTo: rate)
            return
        }
        let next = Self.rounded(up ? rate * step : rate / step, setting.width)
        step = min(step * step, Self.stepMax)
        ask(.search, up ? min(next, limit) : max(next, limit))
    }

    private mutating func confirm(_ rate: Double) {
        confirmations += 1
        ask(.confirm, rate)
    }

    private mutating func ask(_ part: Part, _ rate: Double) {
        self.part = part
        isLengthened = false
        isRepeated = false
        isShaken = false
        // The way up from a knee that was taken for broken begins with small steps again.
        if part == .verify { step = Self.stepFirst }
        current = Probe(
            part == .confirm ? .confirm : .search, perSecond: rate,
            hold: part == .confirm ? confirmHold(at: rate) : setting.hold(at: rate))
    }

    private func confirmHold(at rate: Double) -> TimeSpan {
        max(setting.hold * Self.confirmFactor, setting.hold(at: rate))
    }

    /// To as many digits as the width asks for, so that people can say the rate.
    static func rounded(_ rate: Double, _ width: Double) -> Double {
        let bounded = min(max(rate, perSecondRange.lowerBound), perSecondRange.upperBound)
        let whole = width < 0.02 ? 1_000.0 : 100.0
        var scale = 1.0
        while bounded * scale < whole { scale *= 10 }
        while bounded * scale >= whole * 10 { scale /= 10 }
        let rounded = (bounded * scale).rounded()
        return scale >= 1 ? rounded / scale : rounded * (1 / scale).rounded()
    }
}
