import Cryptography
import Evidence
import SeededRandom
import ShadowTag

/// Where a run's secrets and the chance in its name come from: of a live one the kernel, so that nobody can guess them; of a
/// rehearsal plan and seed, so that all that it leaves is a function of the two. Nobody can be harmed by whoever guesses those:
/// they are told to no one outside the process.
struct RunEntropy {
    private let source: Source

    private enum Source {
        case kernel
        case place(Seed)
    }

    init(of run: PlannedRun, in world: RunWorld) {
        source = world == .live ? .kernel : .place(Seed(run.seed).split("rehearsal").split(run.digest))
    }

    /// - Parameter purpose: no two of one run are drawn alike.
    func bytes(_ count: Int, for purpose: String) -> [UInt8] {
        switch source {
        case .kernel: return SystemEntropy().bytes(count)
        case .place(let seed):
            var random = seed.split(purpose).stream()
            return (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next() >> 56) }
        }
    }
}
