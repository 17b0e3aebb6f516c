extension Ban {
    static let spillway = imports + escapes + clocks + randomness + safety + peers + unfinished + output

    /// Modules that a ban of its own names, so that the layer table need not.
    static let bannedModules: Set<String> = ["Foundation", "Dispatch", "XCTest"]

    private static let imports = [
        Ban(
            "import Foundation",
            "brings a second networking stack and slow coders; write 'import FoundationEssentials'",
            waiver: .reasonInTests),
        Ban("import Dispatch", "brings threads that the loop does not own; post to the loop's mailbox"),
        Ban("import XCTest", "is the old test library; write 'import Testing'"),
    ]

    /// Code that would leave its loop for the global pool, where no virtual clock reaches it.
    private static let escapes = [
        Ban("Task {", leaves("start the task on its loop"), when: .unlessDeclared, waiver: .reasonInTests),
        Ban(
            "Task(", leaves("start the task on its loop, or pass 'executorPreference:'"),
            when: .unlessArgument("executorPreference"), waiver: .reasonInTests),
        Ban(
            "Task.immediate(", leaves("start the task on its loop, or pass 'executorPreference:'"),
            when: .unlessArgument("executorPreference"), waiver: .reasonInTests),
        Ban("Task.immediate {", leaves("start the task on its loop"), waiver: .reasonInTests),
        Ban("Task.detached", leaves("start the task on its loop"), waiver: .reasonInTests),
        Ban("Task.sleep", leaves("wait on the loop's timer until an absolute deadline"), waiver: .reasonInTests),
        Ban("DispatchQueue", leaves("post to the loop's mailbox"), waiver: .reasonInTests),
        Ban(
            "@MainActor", "never returns to a loop; let the function inherit its caller's executor",
            waiver: .reasonInTests),
        Ban(
            "MainActor.run", "never returns to a loop; let the function inherit its caller's executor",
            waiver: .reasonInTests),
    ]

    private static let clocks = [
        "Date()", "Date.now", "ContinuousClock", "SuspendingClock", "clock_gettime", "gettimeofday", "DispatchTime",
        "time(nil", "time(NULL", "spillway_monotonic_ns",
    ].map { Ban($0, "reads an ambient clock; take 'now' as an argument", in: .deterministicLayers, homes: clockHomes) }

    /// The live loop's clock: one C function, and the one file that calls it.
    private static let clockHomes: Set = [
        "Sources/CLinux/CLinux.c", "Sources/CLinux/include/CLinux.h", "Sources/EventLoop/Live/Poller.swift",
    ]

    private static let randomness =
        ["SystemRandomNumberGenerator", "arc4random", "arc4random_uniform", "rand(", "UUID()"].map {
            Ban($0, drawsAmbiently, in: .deterministicLayers, when: .unlessDeclared)
        }
        + ["getrandom", "getentropy"].map {
            Ban($0, drawsAmbiently, in: .deterministicLayers, homes: entropyHomes)
        }
        + [".random(", ".randomElement(", ".shuffled(", ".shuffle("].map {
            Ban($0, drawsAmbiently, in: .deterministicLayers, when: .unlessArgument("using"))
        }

    /// Keys and serial numbers: a secret that a seed reproduces is none.
    private static let entropyHomes: Set = ["Sources/Cryptography/SystemEntropy.swift"]

    private static let safety = [
        Ban(
            "@unchecked Sendable", "hides a data race; make it a value, an actor, or own it in one loop",
            waiver: .reasonInLoopAndTests),
        Ban("nonisolated(unsafe)", "hides a data race; make it a 'let', an 'Atomic' or a 'Mutex'"),
    ]

    /// Connections that no policy has judged.
    private static let peers = ["HTTPOrigin(", ".connect(to"].map {
        Ban($0, "reaches a peer that nobody has judged; take a 'PermittedOrigin' and ask it", in: .drivers)
    }

    private static let unfinished = [
        Ban(
            "fatalError(", "stands for code that is missing; write it, or leave the declaration out",
            when: .ifStringArgumentSays(["unimplemented", "not implemented", "not yet implemented"])),
        Ban(
            ".disabled(", "hides a test; mend it, or say why on the line before: '// reason: ...'", in: .tests,
            waiver: .reasonInTests),
        Ban(
            "XCTSkip", "hides a test; mend it, or say why on the line before: '// reason: ...'", in: .tests,
            waiver: .reasonInTests),
    ]

    private static let output = ["print(", "debugPrint("].map {
        Ban(
            $0, "writes to a stream that is not its own; return the text, the command line prints it",
            in: .awayFromConsole, when: .unlessDeclared)
    }

    private static let drawsAmbiently = "draws ambient randomness; take a generator as an argument and pass 'using:'"

    private static func leaves(_ replacement: String) -> String { "escapes to the global pool; \(replacement)" }
}
