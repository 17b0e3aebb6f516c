import DrillFuzz
import EventLoop
import Glibc
import Synchronization
import Timebase

/// Seeds, one after the other, on some threads: each drill has a loop of its own, and shares nothing with the others.
struct TrialSession {
    private let bounds: Bounds
    private let board: Board

    private static let repeatedEvery: UInt64 = 8
    private static let progressEvery = 50
    /// Of the machine's time: virtual time does not pass where a loop turns in place.
    private static let hangSeconds = 90

    init(_ bounds: Bounds) {
        self.bounds = bounds
        board = Board(bounds)
    }

    /// Whether no law was broken.
    func run() -> Bool {
        let began = seconds()
        do {
            let threads = try (0..<bounds.jobs).map { number in
                try ForeignThread("trial \(number)") { [bounds, board] in
                    while seconds() - began < bounds.seconds, let seed = board.next(number, at: seconds()) {
                        Self.tryOne(seed, board, bounds)
                        board.rest(number)
                    }
                    board.leave()
                }
            }
            let watch = try ForeignThread("watch") { [board] in Self.watch(board) }
            for thread in threads { thread.join() }
            watch.join()
        } catch {
            Talk.say("error: \(error)")
            return false
        }
        Talk.say(board.summary(after: seconds() - began))
        return board.findings == 0
    }

    private static func tryOne(_ seed: UInt64, _ board: Board, _ bounds: Bounds) {
        let drill = DrawnDrill(seed: seed)
        let folder = KeptDrill(bounds.folder + "/seed-\(seed)")
        folder.write(drill)
        var trial = DrillTrial(drill)
        trial.isRepeated = seed % repeatedEvery == 0
        let (breaches, virtual) = trial.breaches()
        if breaches.isEmpty {
            folder.remove()
        } else {
            folder.write(breaches)
            Talk.say(
                "seed \(seed), planted \(drill.plant): "
                    + breaches.map { "\($0.law): \($0.words)" }.joined(separator: "\n    "))
            Talk.say("    again: scripts/simulate --first \(seed) --seeds 1    the plan: \(folder.path)")
        }
        let done = board.put(breaches, virtual)
        if done % progressEvery == 0 { Talk.say("\(done) drills, \(board.findings) with findings") }
    }

    private static func watch(_ board: Board) {
        while !board.isDone {
            usleep(200_000)
            if let seed = board.oldest(before: seconds() - Int64(hangSeconds)) {
                Talk.say("seed \(seed) hangs: it has run for more than \(hangSeconds) s")
                exit(1)
            }
        }
    }
}

/// Of the machine's own clock.
func seconds() -> Int64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec)
}

/// The most that was ever in memory.
func residentMiB() -> Int {
    var usage = rusage()
    unsafe getrusage(Int32(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss / 1_024
}

/// What is to be tried, what is under way, and what came of the rest.
final class Board: Sendable {
    /// More of them say nothing new.
    private static let findingsMax = 40

    private struct State {
        var next: UInt64
        var end: UInt64
        var underWay: [Int: (seed: UInt64, since: Int64)] = [:]
        var threads: Int
        var done = 0
        var findings = 0
        var laws: [String: Int] = [:]
        var virtual = TimeSpan.zero
    }

    private let state: Mutex<State>

    init(_ bounds: Bounds) {
        state = Mutex(State(next: bounds.first, end: bounds.first &+ bounds.seeds, threads: bounds.jobs))
    }

    func next(_ thread: Int, at now: Int64) -> UInt64? {
        state.withLock { state in
            guard state.next != state.end, state.findings < Self.findingsMax else { return nil }
            defer { state.next &+= 1 }
            state.underWay[thread] = (state.next, now)
            return state.next
        }
    }

    func rest(_ thread: Int) { state.withLock { _ = $0.underWay.removeValue(forKey: thread) } }
    func leave() { state.withLock { $0.threads -= 1 } }
    var isDone: Bool { state.withLock { $0.threads == 0 } }
    var findings: Int { state.withLock(\.findings) }

    func oldest(before instant: Int64) -> UInt64? {
        state.withLock { state in state.underWay.values.filter { $0.since < instant }.map(\.seed).min() }
    }

    func put(_ breaches: [Breach], _ virtual: TimeSpan) -> Int {
        state.withLock { state in
            state.done += 1
            state.virtual = state.virtual + virtual
            if !breaches.isEmpty { state.findings += 1 }
            for law in Set(breaches.map(\.law)) { state.laws[law, default: 0] += 1 }
            return state.done
        }
    }

    func summary(after seconds: Int64) -> String {
        state.withLock { state in
            let laws = state.laws.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
            return "\(state.done) drills of \(Int(state.virtual.seconds / 60)) virtual minutes in \(seconds) s, "
                + "at most \(residentMiB()) MiB, the last seed \(state.next &- 1): "
                + (state.findings == 0 ? "no law was broken" : "\(state.findings) with findings: \(laws)")
        }
    }
}
