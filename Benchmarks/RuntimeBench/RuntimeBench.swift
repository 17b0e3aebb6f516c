// The measured parts of scripts/bench: our server, our client, the timers and the simulated world, each as a process
// of its own, so that the figures of one side are not mixed with the other's. Every command says what it saw as one
// line of JSON; the ratios, the peers and the verdicts are the script's business.

import Glibc

struct Command: Sendable {
    let name: String
    let usage: String
    let run: @Sendable (inout Arguments) throws -> Void

    static let all = [
        Command(
            name: "serve", usage: "[--address A:P] [--pace N] [--tick MICROSECONDS] [--certificate FILE --key FILE] [--json TEXT]",
            run: runServe),
        Command(
            name: "load",
            usage: "ADDRESS [--seconds S] [--warm-up S] [--connections N] [--rate N] [--authority FILE]", run: runLoad),
        Command(
            name: "idle", usage: "ADDRESS [--connections N] [--authority FILE]   until standard input ends",
            run: runIdle),
        Command(
            name: "timers", usage: "[--rate N] [--seconds S] [--spin MICROSECONDS] [--concurrent N]", run: runTimers),
        Command(name: "simulate", usage: "[--exchanges N] [--clients N]", run: runSimulate),
        Command(name: "trace", usage: "[--seed N]", run: runTrace),
        Command(name: "certificates", usage: "FOLDER", run: runCertificates),
    ]
}

/// Not in `main` itself, which belongs to the main actor and would take the loop's tasks along.
nonisolated func runBench(_ words: [String]) -> Int32 {
    guard let command = Command.all.first(where: { $0.name == words.first }) else {
        for command in Command.all { complain("usage: RuntimeBench \(command.name) \(command.usage)") }
        return 2
    }
    var arguments = Arguments(Array(words.dropFirst()))
    do {
        try command.run(&arguments)
        return 0
    } catch let error as ArgumentError {
        complain("error: \(error.words)\nusage: RuntimeBench \(command.name) \(command.usage)")
        return 2
    } catch {
        complain("error: \(error)")
        return 1
    }
}

func complain(_ words: String) {
    let bytes = Array("\(words)\n".utf8)
    unsafe _ = write(2, bytes, bytes.count)
}

@main struct RuntimeBench {
    static func main() {
        exit(runBench(Array(CommandLine.arguments.dropFirst())))
    }
}
