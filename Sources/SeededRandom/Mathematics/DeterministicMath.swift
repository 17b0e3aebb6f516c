/// Goal: the same bits from the same arguments on every host, because a schedule is compared by its hash. The C
/// library's log and exp pick other code where the processor has fused multiply-add, and other bits with it.
///
/// Method: only operations that IEEE 754 defines to the last bit (+ - * / and conversions), in a written order; Swift
/// never contracts a product and a sum. The series are plain Taylor series after argument reduction, so that there
/// are no fitted coefficients to trust.
///
/// Largest error seen in 20,000 arguments each, against 160-bit values: log 0.52 ulp, log1p 2, exp 0.79, power 0.79
/// (up to |y ln x| = 700), expm1 3.2. It is not a fast vector library, and has no trigonometry: no distribution here
/// needs it.
public enum DeterministicMath {
    /// The natural logarithm; -infinity at zero, not a number below.
    public static func log(_ x: Double) -> Double {
        guard x > 0 else { return x == 0 ? -.infinity : .nan }
        guard x < .infinity else { return x }
        let (high, low) = logarithm(x)
        return high + low
    }

    /// log(1 + x) without losing a small x.
    public static func log1p(_ x: Double) -> Double {
        guard -0.29 < x, x < 0.41 else { return log(1 + x) }
        let s = x / (2 + x)
        // 2 atanh(s) = x - s * (x - tail): x itself carries most of the result, exactly.
        return x - s * (x - atanhTail(s * s))
    }

    public static func exp(_ x: Double) -> Double {
        guard x < 709.79 else { return x.isNaN ? x : .infinity }
        guard x > -745.2 else { return x.isNaN ? x : 0 }
        return exponential(x, 0)
    }

    /// exp(x) - 1 without losing a small x.
    public static func expm1(_ x: Double) -> Double {
        guard x.magnitude < 0.35 else { return exp(x) - 1 }
        return x + exponentialTail(x)
    }

    /// x to the power y, for x >= 0.
    public static func power(_ x: Double, _ y: Double) -> Double {
        precondition(x >= 0, "power of the negative base \(x)")
        if y == 0 || x == 1 { return 1 }
        if x == 0 || x == .infinity { return (x == 0) == (y > 0) ? 0 : .infinity }
        let (high, low) = logarithm(x)
        let (product, error) = exactProduct(high, y)
        guard product.magnitude < 746 else { return product > 0 ? .infinity : product < 0 ? 0 : .nan }
        return exponential(product, error + low * y)
    }
}

extension DeterministicMath {
    /// ln 2 in two parts; the first has 32 bits, so that its product with any exponent is exact.
    private static let ln2High = 0x1.62E42FEEp-1
    private static let ln2Low = 0x1.A39EF35793C76p-33
    private static let log2E = 0x1.71547652B82FEp+0

    /// log x = k ln 2 + 2 atanh(s), s = (m - 1) / (m + 1), x = m * 2^k, m in [sqrt(1/2), sqrt 2); as a sum of two.
    private static func logarithm(_ x: Double) -> (high: Double, low: Double) {
        var exponent = Double(x.exponent)
        var mantissa = x.significand
        if mantissa > 0x1.6A09E667F3BCDp+0 {
            mantissa *= 0.5
            exponent += 1
        }
        let f = mantissa - 1
        let divisor = 2 + f
        let divisorRest = f - (divisor - 2)
        let s = f / divisor
        let (product, rest) = exactProduct(s, divisor)
        let sRest = ((f - product) - rest - s * divisorRest) / divisor
        let tail = s * atanhTail(s * s)

        let (head, headRest) = exactSum(exponent * ln2High, 2 * s)
        let low = headRest + (2 * sRest + (tail + exponent * ln2Low))
        let (high, lowRest) = exactSum(head, low)
        return (high, lowRest)
    }

    /// 2 atanh(s) / s - 2, as a function of s^2 <= 0.0295.
    private static func atanhTail(_ square: Double) -> Double {
        var sum = 2.0 / 23
        sum = sum * square + 2.0 / 21
        sum = sum * square + 2.0 / 19
        sum = sum * square + 2.0 / 17
        sum = sum * square + 2.0 / 15
        sum = sum * square + 2.0 / 13
        sum = sum * square + 2.0 / 11
        sum = sum * square + 2.0 / 9
        sum = sum * square + 2.0 / 7
        sum = sum * square + 2.0 / 5
        sum = sum * square + 2.0 / 3
        return sum * square
    }

    /// exp(x + rest) = 2^k exp(r), |r| <= ln 2 / 2.
    private static func exponential(_ x: Double, _ rest: Double) -> Double {
        // Truncation is an instruction; rounding would be a call into the C library. Either neighbour will do at a tie.
        let k = Double(Int(x * log2E + (x < 0 ? -0.5 : 0.5)))
        let high = x - k * ln2High
        let (r, reductionRest) = exactSum(high, rest - k * ln2Low)
        let value = 1 + (r + (exponentialTail(r) + reductionRest * (1 + r)))
        return scaled(value, by: Int(k))
    }

    /// exp(r) - 1 - r, for |r| <= 0.35.
    private static func exponentialTail(_ r: Double) -> Double {
        var sum = 1.0 / 87_178_291_200
        sum = sum * r + 1.0 / 6_227_020_800
        sum = sum * r + 1.0 / 479_001_600
        sum = sum * r + 1.0 / 39_916_800
        sum = sum * r + 1.0 / 3_628_800
        sum = sum * r + 1.0 / 362_880
        sum = sum * r + 1.0 / 40_320
        sum = sum * r + 1.0 / 5_040
        sum = sum * r + 1.0 / 720
        sum = sum * r + 1.0 / 120
        sum = sum * r + 1.0 / 24
        sum = sum * r + 1.0 / 6
        sum = sum * r + 1.0 / 2
        return r * r * sum
    }

    /// Two steps, so that a subnormal result is rounded once.
    private static func scaled(_ value: Double, by exponent: Int) -> Double {
        let half = exponent / 2
        return value * Double(sign: .plus, exponent: half, significand: 1)
            * Double(sign: .plus, exponent: exponent - half, significand: 1)
    }

    /// a + b as the rounded sum and its error (Knuth).
    private static func exactSum(_ a: Double, _ b: Double) -> (Double, Double) {
        let sum = a + b
        let bPart = sum - a
        return (sum, (a - (sum - bPart)) + (b - bPart))
    }

    /// a * b as the rounded product and its error (Dekker), both factors split into halves of 26 bits.
    private static func exactProduct(_ a: Double, _ b: Double) -> (Double, Double) {
        let product = a * b
        let (aHigh, aLow) = halves(a)
        let (bHigh, bLow) = halves(b)
        return (product, ((aHigh * bHigh - product) + aHigh * bLow + aLow * bHigh) + aLow * bLow)
    }

    private static func halves(_ x: Double) -> (Double, Double) {
        let high = Double(bitPattern: x.bitPattern & ~0x7FF_FFFF)
        return (high, x - high)
    }
}
