/// The Universal Scalability Law (Gunther): how much a system does a second with N requests under way.
///
///     X(N) = lambda N / (1 + sigma (N - 1) + kappa N (N - 1))
///
///     lambda   of one request alone
///     sigma    contention: what is done by one at a time; X stays below lambda / sigma
///     kappa    coherence: what each costs all others; X falls beyond N = sqrt((1 - sigma) / kappa)
package struct ScalabilityLaw: Sendable, Equatable {
    package var lambda: Double
    package var sigma: Double
    package var kappa: Double

    package init(lambda: Double, sigma: Double, kappa: Double) {
        (self.lambda, self.sigma, self.kappa) = (lambda, sigma, kappa)
    }

    package func throughput(at concurrency: Double) -> Double {
        let others = concurrency - 1
        return lambda * concurrency / (1 + sigma * others + kappa * concurrency * others)
    }

    /// Beyond it more under way means less done; nil where it never falls.
    package var peakConcurrency: Double? {
        kappa > 0 && sigma < 1 ? ((1 - sigma) / kappa).squareRoot() : nil
    }

    /// The most that it comes to; nil for a line without end.
    package var throughputMax: Double? {
        if let peakConcurrency { return throughput(at: max(1, peakConcurrency)) }
        return sigma > 0 ? lambda / sigma : nil
    }
}
