import DrillFuzz
import EventLoop
import Glibc

/// Draws drills from seeds and tries them; what `scripts/simulate` runs, which explains the words.
///
///     DrillFuzzer draw FIRST SEEDS SECONDS JOBS FOLDER
///     DrillFuzzer keep FOLDER...
///
/// Exit 0: no law was broken. 1: one was. 2: wrong arguments. A drill that ends the process is found in its folder: each is
/// written down before it is tried, and taken away when nothing was found.
@main
struct DrillFuzzer {
    static func main() {
        signal(SIGPIPE, SIG_IGN)
        let words = Array(CommandLine.arguments.dropFirst())
        if words.count == 6, words[0] == "draw", let bounds = Bounds(words.dropFirst()) {
            exit(TrialSession(bounds).run() ? 0 : 1)
        }
        if words.count > 1, words[0] == "keep" {
            exit(words.dropFirst().map(KeptDrill.replay).allSatisfy { $0 } ? 0 : 1)
        }
        Talk.say("usage: DrillFuzzer draw FIRST SEEDS SECONDS JOBS FOLDER | keep FOLDER...")
        exit(2)
    }
}

struct Bounds: Sendable {
    let first: UInt64
    let seeds: UInt64
    /// No drill begins later.
    let seconds: Int64
    let jobs: Int
    let folder: String

    init?(_ words: ArraySlice<String>) {
        let words = Array(words)
        guard let first = UInt64(words[0]), let seeds = UInt64(words[1]), let seconds = Int64(words[2]),
            let jobs = Int(words[3]), 1...256 ~= jobs, seconds > 0
        else { return nil }
        (self.first, self.seeds, self.seconds, self.jobs, folder) = (first, seeds, seconds, jobs, words[4])
    }
}

enum Talk {
    static func say(_ words: String) {
        var bytes = Array((words + "\n").utf8)
        while !bytes.isEmpty {
            let count = unsafe write(STDERR_FILENO, bytes, bytes.count)
            if count <= 0 { return }
            bytes.removeFirst(count)
        }
    }
}
