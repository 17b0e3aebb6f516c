import EventLoop
import Numerals
import StackVocabulary
import Synchronization

/// Rehearses every row of the matrix over its seeds, on as many threads as there are cores: each rehearsal has a loop of its own,
/// and shares nothing with the others.
struct ProofSession {
    struct Options {
        var folder = "plans/matrix"
        /// For each defect, and for each plan without one.
        var seeds = 1
        var soundSeeds: Int?
        var first: UInt64 = 1
        var cases = ProofCase.all
        var plans = ProofCase.plans
        var jobs = 1
        var isQuiet = false
    }

    private let options: Options
    private let console: Console

    init(_ options: Options, _ console: Console) {
        self.options = options
        self.console = console
    }

    /// What is still to be done, and what came of the rest.
    private final class Board: Sendable {
        struct State {
            var subjects: [ProofRun.Subject]
            var runs: [ProofRun] = []
        }

        let state: Mutex<State>
        let count: Int

        init(_ subjects: [ProofRun.Subject]) {
            count = subjects.count
            // They are taken from the end.
            state = Mutex(State(subjects: subjects.reversed()))
        }

        func next() -> ProofRun.Subject? { state.withLock { $0.subjects.popLast() } }
        func put(_ run: ProofRun) -> Int {
            state.withLock {
                $0.runs.append(run); return $0.runs.count
            }
        }
        var runs: [ProofRun] { state.withLock(\.runs) }
    }

    func matrix() throws -> ProofMatrix {
        let board = Board(subjects)
        let threads = try (0..<max(1, options.jobs)).map { number in
            try ForeignThread("proof \(number)") { [options, console] in
                while let subject = board.next() {
                    let run = ProofRun(subject, in: options.folder, console)
                    let done = board.put(run)
                    if !options.isQuiet { console.talk(Self.words(run, done, of: board.count)) }
                }
            }
        }
        for thread in threads { thread.join() }
        var matrix = ProofMatrix(options.folder, plans: options.plans, options.cases)
        for run in board.runs { matrix.take(run) }
        matrix.sort()
        return matrix
    }

    private var subjects: [ProofRun.Subject] {
        let sound = options.plans.flatMap { plan in
            seeds(options.soundSeeds ?? options.seeds).map { ProofRun.Subject(plan: plan, defect: nil, seed: $0) }
        }
        let planted = options.cases.filter { options.plans.contains($0.plan) }.flatMap { proof in
            seeds(options.seeds).map { ProofRun.Subject(plan: proof.plan, defect: proof.defect, seed: $0) }
        }
        return sound + planted
    }

    private func seeds(_ count: Int) -> [UInt64] { (0..<count).map { options.first &+ UInt64($0) } }

    private static func words(_ run: ProofRun, _ done: Int, of count: Int) -> String {
        let reds = run.reds.sorted().joined(separator: ", ")
        return
            "\(done) of \(count)  \(run.subject.plan), \(run.subject.defect?.name ?? "sound"), seed \(run.subject.seed): "
            + (run.isGreen ? "green" : reds.isEmpty ? "not green: \(run.words)" : "red: \(reds)")
    }
}
