/// Picks index k of `count` with a probability proportional to (k + 1)^-exponent: few hot merchants, a long tail.
///
/// Rejection-inversion (Hörmann, Derflinger 1996): invert the integral H of h(x) = x^-exponent over [1/2, count + 1/2],
/// round to a rank, and reject where the integral covers more than the rank's own bar. No table, so any count costs the
/// same; fewer than 1.3 rounds on average. Exponent 1, where H is the logarithm, is the limit of the same formulas.
public struct Zipf: Distribution {
    public let count: Int
    public let exponent: Double
    private let integralAtFirst: Double
    private let integralAtLast: Double
    /// Ranks rounded up by no more than this need no test.
    private let certain: Double

    public init(count: Int, exponent: Double) {
        precondition(count > 0 && count <= 1 << 52, "a zipf over \(count) items")
        precondition(exponent >= 0 && exponent < 100, "a zipf with exponent \(exponent)")
        self.count = count
        self.exponent = exponent
        integralAtFirst = Self.integral(1.5, exponent) - 1
        integralAtLast = Self.integral(Double(count) + 0.5, exponent)
        certain = 2 - Self.inverse(Self.integral(2.5, exponent) - Self.height(2, exponent), exponent)
    }

    public func sample(_ random: inout SeededRandom) -> Int {
        while true {
            let area = integralAtLast + random.unit() * (integralAtFirst - integralAtLast)
            let x = Self.inverse(area, exponent)
            let rank = Double(max(Int(min(x, Double(count)) + 0.5), 1))
            if rank - x <= certain || area >= Self.integral(rank + 0.5, exponent) - Self.height(rank, exponent) {
                return Int(rank) - 1
            }
        }
    }

    private static func height(_ x: Double, _ exponent: Double) -> Double {
        DeterministicMath.exp(-exponent * DeterministicMath.log(x))
    }

    /// (x^(1-e) - 1) / (1-e) = expm1(t) / t * log x, with t = (1-e) log x.
    private static func integral(_ x: Double, _ exponent: Double) -> Double {
        let logarithm = DeterministicMath.log(x)
        let t = (1 - exponent) * logarithm
        return t == 0 ? logarithm : DeterministicMath.expm1(t) / t * logarithm
    }

    /// (1 + area (1-e))^(1 / (1-e)) = exp(log1p(t) / t * area), with t = area (1-e).
    private static func inverse(_ area: Double, _ exponent: Double) -> Double {
        let t = max(area * (1 - exponent), -1)
        return DeterministicMath.exp(t == 0 ? area : DeterministicMath.log1p(t) / t * area)
    }
}
