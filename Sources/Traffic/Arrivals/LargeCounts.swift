import SeededRandom

/// Counts with large means: Poisson, and heads among n fair coins.
///
/// Both by transformed rejection (Hörmann 1993, PTRS and BTRS): a hat over the whole probability function, accepted at
/// once in its core (nine draws of ten), else by the exact probability. That probability is computed by Loader's
/// saddle-point form (2000), in which the large terms have been cancelled on paper: at a mean of 10^12 its logarithm is
/// right to 10^-9, where log-gammas would leave 10^-2. So the samples are exact to the precision of the arithmetic.
enum LargeCounts {
    /// Poisson with this mean, at least 10.
    static func poisson(_ mean: Double, _ random: inout SeededRandom) -> Int {
        precondition(mean >= 10, "a large count of mean \(mean)")
        let b = 0.931 + 2.53 * mean.squareRoot()
        let a = -0.059 + 0.02483 * b
        let inverseAlpha = 1.1239 + 1.1328 / (b - 3.4)
        let core = 0.9277 - 3.6224 / (b - 2)
        while true {
            let u = random.openUnit() - 0.5
            let v = random.openUnit()
            let edge = 0.5 - u.magnitude
            let count = ((2 * a / edge + b) * u + mean + 0.43).rounded(.down)
            if edge >= 0.07, v <= core { return Int(count) }
            guard count >= 0, edge >= 0.013 || v <= edge else { continue }
            let height = DeterministicMath.log(v * inverseAlpha / (a / (edge * edge) + b))
            if height <= logPoisson(count, mean) { return Int(count) }
        }
    }

    /// Heads among `coins` fair coins: counted one by one while that is cheaper.
    static func heads(_ coins: Int, _ random: inout SeededRandom) -> Int {
        coins <= coinsCounted ? countedHeads(coins, &random) : transformedHeads(Double(coins), &random)
    }

    static let coinsCounted = 1_536

    private static func countedHeads(_ coins: Int, _ random: inout SeededRandom) -> Int {
        var heads = 0
        var left = coins
        while left >= 64 {
            heads &+= random.next().nonzeroBitCount
            left &-= 64
        }
        return left == 0 ? heads : heads &+ (random.next() &>> UInt64(64 &- left)).nonzeroBitCount
    }

    private static func transformedHeads(_ coins: Double, _ random: inout SeededRandom) -> Int {
        let deviation = 0.5 * coins.squareRoot()
        let b = 1.15 + 2.53 * deviation
        let a = -0.0873 + 0.0248 * b + 0.005
        let alpha = (2.83 + 5.1 / b) * deviation
        let core = 0.92 - 4.2 / b
        let mode = ((coins + 1) * 0.5).rounded(.down)
        while true {
            let u = random.openUnit() - 0.5
            let v = random.openUnit()
            let edge = 0.5 - u.magnitude
            let count = ((2 * a / edge + b) * u + coins * 0.5 + 0.5).rounded(.down)
            if edge >= 0.07, v <= core { return Int(count) }
            guard count >= 0, count <= coins else { continue }
            let height = DeterministicMath.log(v * alpha / (a / (edge * edge) + b))
            if height <= logHeads(count, coins) - logHeads(mode, coins) { return Int(count) }
        }
    }

    /// log of e^-mean mean^k / k!.
    static func logPoisson(_ count: Double, _ mean: Double) -> Double {
        guard count > 0 else { return -mean }
        return -0.5 * DeterministicMath.log(2 * Double.pi * count) - stirlingError(count) - deviance(count, mean)
    }

    /// log of (n over k) 2^-n.
    static func logHeads(_ count: Double, _ coins: Double) -> Double {
        let tails = coins - count
        guard count > 0, tails > 0 else { return -coins * 0.693_147_180_559_945_3 }
        return 0.5 * DeterministicMath.log(coins / (2 * Double.pi * count * tails))
            + stirlingError(coins) - stirlingError(count) - stirlingError(tails)
            - deviance(count, coins * 0.5) - deviance(tails, coins * 0.5)
    }

    /// k log(k / mean) + mean - k = mean ((1 + x) log(1 + x) - x), x = k / mean - 1.
    private static func deviance(_ count: Double, _ mean: Double) -> Double {
        let x = (count - mean) / mean
        return mean * ((1 + x) * DeterministicMath.log1p(x) - x)
    }

    /// log k! - log(sqrt(2 pi k) (k/e)^k): Stirling's series from 16 on, and the recurrence down to 1 below it.
    private static func stirlingError(_ count: Double) -> Double {
        var (k, sum) = (count, 0.0)
        while k < 16 {
            // d(k) - d(k + 1) = (k + 1/2) log(1 + 1/k) - 1
            sum += (k + 0.5) * DeterministicMath.log1p(1 / k) - 1
            k += 1
        }
        let square = 1 / (k * k)
        return sum + (1.0 / 12 - (1.0 / 360 - (1.0 / 1260 - square / 1680) * square) * square) / k
    }
}
