// Goal: what the throughput of a target says about contention and coherence inside it, and how much of that is certain.
//
// Method: divided by its left side the law is a plane,
//
//     N / X = a + b (N - 1) + c N (N - 1)        a = 1 / lambda, b = sigma / lambda, c = kappa / lambda
//
// fitted by least squares with a > 0 and b, c >= 0: of the four ways to hold b and c at zero the best that is allowed. Each
// point weighs (X fitted times X measured / N)², which makes its error exactly that of the throughput; the fitted one is of
// the round before. How certain it is: the same for points drawn again with replacement (bootstrap, seeded), the middle 95 % of what comes out.
//
// Not here: where points come from, and what follows for instances: contention inside one instance says nothing about the
// next one.

package import SeededRandom

package struct ScalabilityFit: Sendable, Equatable {
    package struct Point: Sendable, Equatable {
        /// Requests under way on average, and answered a second.
        package var concurrency: Double
        package var throughput: Double

        package init(concurrency: Double, throughput: Double) {
            (self.concurrency, self.throughput) = (concurrency, throughput)
        }
    }

    package let law: ScalabilityLaw
    package let lambda: ClosedRange<Double>
    package let sigma: ClosedRange<Double>
    package let kappa: ClosedRange<Double>
    /// Of the throughput; 1 where the law explains all of it.
    package let rSquared: Double
    package let points: [Point]
    /// Why the coefficients are not to be taken for facts; empty when they may be.
    package let doubts: [String]

    package static let pointsMin = 5
    static let drawsCount = 200
    static let roundsCount = 3
    /// Of the largest to the smallest concurrency.
    static let spanMin = 3.0
    static let rSquaredMin = 0.9
}

extension ScalabilityFit {
    /// Nil for too few points, or such that no law fits.
    package init?(_ all: [Point], seed: Seed) {
        let points = all.filter { $0.concurrency > 0 && $0.throughput > 0 && $0.concurrency.isFinite }
        guard points.count >= Self.pointsMin, let law = Self.fit(points) else { return nil }
        self.law = law
        self.points = points
        rSquared = Self.rSquared(law, points)
        var random = seed.split("scalability").stream()
        let laws = (0..<Self.drawsCount).compactMap { _ in
            Self.fit(points.map { _ in points[Int(random.below(UInt64(points.count)))] })
        }
        lambda = Self.middle(laws.map(\.lambda), around: law.lambda)
        sigma = Self.middle(laws.map(\.sigma), around: law.sigma)
        kappa = Self.middle(laws.map(\.kappa), around: law.kappa)
        doubts = Self.doubts(law, points, rSquared, sigma, kappa)
    }

    /// The middle 95 %.
    private static func middle(_ values: [Double], around value: Double) -> ClosedRange<Double> {
        let sorted = values.sorted()
        guard sorted.count >= 40 else { return 0 ... .infinity }
        let out = sorted.count / 40
        return min(sorted[out], value)...max(sorted[sorted.count - 1 - out], value)
    }

    private static func doubts(
        _ law: ScalabilityLaw, _ points: [Point], _ rSquared: Double, _ sigma: ClosedRange<Double>,
        _ kappa: ClosedRange<Double>
    ) -> [String] {
        let concurrencies = points.map(\.concurrency)
        var doubts: [String] = []
        if let least = concurrencies.min(), let most = concurrencies.max(), most < spanMin * least {
            doubts.append("the probes had nearly the same number of requests under way")
        }
        if rSquared < rSquaredMin { doubts.append("the law explains the throughput in part only") }
        if law.sigma == 0, law.kappa == 0 { doubts.append("no probe came near a limit") }
        if sigma.upperBound - sigma.lowerBound > max(law.sigma, 0.001) {
            doubts.append("sigma is not told apart from \(law.sigma > 0 ? "half and double of it" : "zero")")
        }
        if law.kappa > 0, kappa.lowerBound == 0 { doubts.append("kappa is not told apart from zero") }
        return doubts
    }

    private static func rSquared(_ law: ScalabilityLaw, _ points: [Point]) -> Double {
        let mean = points.reduce(0) { $0 + $1.throughput } / Double(points.count)
        let (rest, all) = points.reduce((0.0, 0.0)) { sums, point in
            let error = point.throughput - law.throughput(at: point.concurrency)
            let distance = point.throughput - mean
            return (sums.0 + error * error, sums.1 + distance * distance)
        }
        return all > 0 ? 1 - rest / all : 0
    }

    // MARK: Least squares

    static func fit(_ points: [Point]) -> ScalabilityLaw? {
        var law: ScalabilityLaw?
        for _ in 0..<roundsCount {
            let rows = points.map { point in
                let fitted = law.map { $0.throughput(at: point.concurrency) } ?? point.throughput
                return Row(point, fitted > 0 && fitted.isFinite ? fitted : point.throughput)
            }
            guard let next = bestPlane(rows) else { return law }
            law = next
        }
        return law
    }

    /// One point of the plane, already weighted.
    private struct Row {
        let terms: [Double]
        let value: Double

        init(_ point: Point, _ fitted: Double) {
            let (n, others) = (point.concurrency, point.concurrency - 1)
            let weight = fitted * point.throughput / n
            terms = [weight, weight * others, weight * n * others]
            value = weight * n / point.throughput
        }
    }

    private static func bestPlane(_ rows: [Row]) -> ScalabilityLaw? {
        let ways = [[0, 1, 2], [0, 1], [0, 2], [0]]
        let planes = ways.compactMap { plane(rows, $0) }
        guard let best = planes.min(by: { $0.rest < $1.rest }) else { return nil }
        let (a, b, c) = (best.factors[0], best.factors[1], best.factors[2])
        return ScalabilityLaw(lambda: 1 / a, sigma: b / a, kappa: c / a)
    }

    /// Nil where the points do not tell these terms apart, or only by factors that make no sense.
    private static func plane(_ rows: [Row], _ used: [Int]) -> (factors: [Double], rest: Double)? {
        guard let solution = solved(rows, used) else { return nil }
        var factors = [0.0, 0, 0]
        for (place, term) in used.enumerated() { factors[term] = solution[place] }
        guard factors[0] > 0, factors[1] >= 0, factors[2] >= 0, factors.allSatisfy(\.isFinite) else { return nil }
        let rest = rows.reduce(0) { sum, row in
            let error = row.value - zip(row.terms, factors).reduce(0) { $0 + $1.0 * $1.1 }
            return sum + error * error
        }
        return (factors, rest)
    }

    /// The normal equations by elimination, each term first scaled to length one.
    private static func solved(_ rows: [Row], _ used: [Int]) -> [Double]? {
        let scales = used.map { term in rows.reduce(0) { $0 + $1.terms[term] * $1.terms[term] }.squareRoot() }
        guard scales.allSatisfy({ $0 > 0 && $0.isFinite }) else { return nil }
        var matrix = used.indices.map { row in
            used.indices.map { column in
                rows.reduce(0) { $0 + $1.terms[used[row]] * $1.terms[used[column]] } / scales[row] / scales[column]
            } + [rows.reduce(0) { $0 + $1.terms[used[row]] * $1.value } / scales[row]]
        }
        for pivot in used.indices {
            let best = (pivot..<used.count).max { abs(matrix[$0][pivot]) < abs(matrix[$1][pivot]) } ?? pivot
            matrix.swapAt(pivot, best)
            guard abs(matrix[pivot][pivot]) > 1e-12 else { return nil }
            for row in used.indices where row != pivot {
                let factor = matrix[row][pivot] / matrix[pivot][pivot]
                for column in pivot...used.count { matrix[row][column] -= factor * matrix[pivot][column] }
            }
        }
        return used.indices.map { matrix[$0][used.count] / matrix[$0][$0] / scales[$0] }
    }
}
