import SeededRandom
import Timebase
import Traffic

/// The planned rate, changed by hand while the run goes on: arrivals are left out, or sent more than once.
///
/// An arrival's number decides whether it is left out, so a factor of 0.7 takes the same 30 % each time. Copies are
/// spread over the gap to the next arrival and have numbers of their own, far above those of any schedule.
struct RateScale {
    private(set) var tenths = 10

    static let tenthsRange = 1...40

    var factor: Double { Double(tenths) / 10 }

    mutating func change(by step: Int) {
        tenths = min(max(tenths + step, Self.tenthsRange.lowerBound), Self.tenthsRange.upperBound)
    }

    /// How often this arrival is sent.
    func copies(of arrival: Int, seed: Seed) -> Int {
        guard tenths != 10 else { return 1 }
        let (whole, rest) = tenths.quotientAndRemainder(dividingBy: 10)
        return whole + (seed.child(arrival).unit * 10 < Double(rest) ? 1 : 0)
    }

    static func index(ofCopy copy: Int, of arrival: Int) -> Int { arrival + copy << 48 }
}
