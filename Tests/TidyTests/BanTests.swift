import Testing
import Tidy

/// One planted violation per ban: the code, and the words after the quoted name.
struct Plant: CustomTestStringConvertible, Sendable {
    var name: String
    var code: String
    var advice: String
    var path: String

    init(_ name: String, _ code: String, _ advice: String, at path: String = "Sources/HTTPWire/A.swift") {
        self.name = name
        self.code = code
        self.advice = advice
        self.path = path
    }

    var testDescription: String { name }

    static let all: [Plant] = imports + escapes + clocks + randomness + peers + others

    private static let imports = [
        Plant(
            "import Foundation", "import Foundation",
            "brings a second networking stack and slow coders; write 'import FoundationEssentials'"),
        Plant(
            "import Dispatch", "import Dispatch",
            "brings threads that the loop does not own; post to the loop's mailbox"),
        Plant("import XCTest", "import XCTest", "is the old test library; write 'import Testing'"),
    ]

    private static let pool = "escapes to the global pool; start the task on its loop"
    private static let mainActor = "never returns to a loop; let the function inherit its caller's executor"
    private static let escapes = [
        Plant("Task {", "let a = _Concurrency.Task { 1 }", pool),
        Plant("Task(", "Task(priority: .high) { 1 }", pool + ", or pass 'executorPreference:'"),
        Plant("Task.immediate {", "Task.immediate { 1 }", pool),
        Plant("Task.immediate(", "Task.immediate(name: \"a\") { 1 }", pool + ", or pass 'executorPreference:'"),
        Plant("Task.detached", "Task /* why */ .detached { 1 }", pool),
        Plant(
            "Task.sleep", "try await Task.sleep(for: .seconds(1))",
            "escapes to the global pool; wait on the loop's timer until an absolute deadline"),
        Plant("DispatchQueue", "DispatchQueue.global()", "escapes to the global pool; post to the loop's mailbox"),
        Plant("@MainActor", "@MainActor func a() {}", mainActor),
        Plant("MainActor.run", "await MainActor.run { 1 }", mainActor),
    ]

    private static let now = "reads an ambient clock; take 'now' as an argument"
    private static let clocks = [
        Plant("Date()", "let a = Date()", now),
        Plant("Date.now", "let a = Date.now", now),
        Plant("ContinuousClock", "let a = ContinuousClock()", now),
        Plant("SuspendingClock", "let a = SuspendingClock.now", now),
        Plant("clock_gettime", "clock_gettime(CLOCK_MONOTONIC, &a);", now, at: "Sources/COpenSSL/COpenSSL.c"),
        Plant("gettimeofday", "gettimeofday(&a, nil)", now, at: "Sources/EventLoop/Timers/TimerHeap.swift"),
        Plant("DispatchTime", "let a = DispatchTime.now()", now),
        Plant("time(nil", "let a = time(nil)", now),
        Plant("time(NULL", "int a = time(NULL);", now, at: "Sources/CZlib/include/CZlib.h"),
        Plant("spillway_monotonic_ns", "spillway_monotonic_ns()", now, at: "Sources/EventLoop/Loop/EventLoop.swift"),
    ]

    private static let draw = "draws ambient randomness; take a generator as an argument and pass 'using:'"
    private static let randomness = [
        Plant("SystemRandomNumberGenerator", "var a = SystemRandomNumberGenerator()", draw),
        Plant("arc4random", "arc4random()", draw),
        Plant("arc4random_uniform", "arc4random_uniform(6)", draw),
        Plant("getrandom", "getrandom(a, 8, 0)", draw),
        Plant("getentropy", "getentropy(a, 8)", draw, at: "Sources/Cryptography/TLS/Session.swift"),
        Plant("rand(", "let a = rand()", draw),
        Plant("UUID()", "let a = UUID()", draw),
        Plant(".random(", "Int.random(in: 0..<6)", draw, at: "Sources/SeededRandom/A.swift"),
        Plant(".randomElement(", "a.randomElement()", draw),
        Plant(".shuffled(", "a.shuffled()", draw),
        Plant(".shuffle(", "a.shuffle()", draw),
    ]

    private static let judged = "reaches a peer that nobody has judged; take a 'PermittedOrigin' and ask it"
    private static let peers = [
        Plant("HTTPOrigin(", "let a = HTTPOrigin(address)", judged, at: "Sources/LoadDriver/A.swift"),
        Plant(".connect(to", "try await loop.connect(to: a, until: b)", judged, at: "Sources/Drill/A.swift"),
    ]

    private static let hides = "hides a test; mend it, or say why on the line before: '// reason: ...'"
    private static let stream = "writes to a stream that is not its own; return the text, the command line prints it"
    private static let others = [
        Plant(
            "@unchecked Sendable", "final class A: @unchecked Sendable {}",
            "hides a data race; make it a value, an actor, or own it in one loop"),
        Plant(
            "nonisolated(unsafe)", "nonisolated(unsafe) var a = 1",
            "hides a data race; make it a 'let', an 'Atomic' or a 'Mutex'"),
        Plant(
            "fatalError(", "fatalError(\"Unimplemented: b\")",
            "stands for code that is missing; write it, or leave the declaration out"),
        Plant(".disabled(", "@Suite(.disabled(\"slow\")) struct A {}", hides, at: "Tests/HTTPWireTests/A.swift"),
        Plant("XCTSkip", "throw XCTSkip()", hides, at: "Tests/HTTPWireTests/A.swift"),
        Plant("print(", "print(a)", stream),
        Plant("debugPrint(", "debugPrint(a)", stream, at: "Tests/HTTPWireTests/A.swift"),
    ]
}

@Suite struct BanTests {
    @Test(arguments: Plant.all)
    func `a planted violation is found on its line, with its replacement`(plant: Plant) {
        let found = violations(RepositoryFile(plant.path, "\n\(plant.code)\n"))
        #expect(found == ["\(plant.path):2: '\(plant.name)' \(plant.advice)"])
    }

    @Test func `every ban has a plant`() {
        #expect(Tidiness().bannedCode.sorted() == Plant.all.map(\.name).sorted())
    }

    @Test(arguments: [
        "import FoundationEssentials",
        "public enum Task { }",
        "extension Task { }",
        "_Concurrency.Task(executorPreference: loop) { 1 }",
        "Task.immediate(executorPreference: loop) { 1 }",
        "let a: Task<Never, Never>? = nil",
        "Task.isCancelled",
        "Int.random(in: 0..<6, using: &generator)",
        "a.shuffled(using: &generator)",
        "struct Random { mutating func rand() -> Int { 1 } }",
        "func print(_ text: String) {}",
        "fatalError(\"the loop is closed\")",
        "// Date() and Task.sleep, in words",
        "let a = \"Date() print(1) Task { }\"",
    ])
    func `code that only looks like a violation passes`(code: String) {
        #expect(violations(RepositoryFile("Sources/HTTPWire/A.swift", code)) == [])
    }

    @Test func `clocks and randomness are free above L1, in tools and in tests`() {
        let code = "let a = ContinuousClock(); let b = Int.random(in: 0..<6)"
        for path in [
            "Sources/LoadDriver/A.swift", "Benchmarks/RuntimeBench/A.swift", "Tests/HTTPWireTests/A.swift",
            "Benchmarks/CAllocationCount/A.swift",
        ] {
            #expect(violations(RepositoryFile(path, code)) == [])
        }
        #expect(violations(RepositoryFile("Sources/EventLoop/Other.swift", code)).count == 2)
    }

    @Test func `the clock and the entropy of the kernel have one home each`() {
        let clock = "clock_gettime(CLOCK_MONOTONIC, &now); spillway_monotonic_ns();"
        for home in ["Sources/CLinux/CLinux.c", "Sources/EventLoop/Live/Poller.swift"] {
            #expect(violations(RepositoryFile(home, clock)) == [])
            #expect(violations(RepositoryFile(home, "getentropy(a, 8)")).count == 1)
        }
        #expect(violations(RepositoryFile("Sources/Cryptography/SystemEntropy.swift", "getentropy(a, 8)")) == [])
        #expect(violations(RepositoryFile("Sources/Cryptography/SystemEntropy.swift", clock)).count == 2)
    }

    @Test func `the loop may say why it knows better than the concurrency checker`() {
        let code =
            "// reason: reached on the loop's thread only, which is checked\nfinal class A: @unchecked Sendable {}"
        #expect(violations(RepositoryFile("Sources/EventLoop/A.swift", code)) == [])
        #expect(violations(RepositoryFile("Sources/HTTPService/A.swift", code)).count == 1)
        let bare = "final class A: @unchecked Sendable {}"
        #expect(violations(RepositoryFile("Sources/EventLoop/A.swift", bare)).count == 1)
    }

    @Test func `the command line and the tools may print`() {
        for path in ["Sources/SpillwayCLI/A.swift", "Sources/spillway/main.swift", "Benchmarks/WireBench/main.swift"] {
            #expect(violations(RepositoryFile(path, "print(1)")) == [])
        }
    }

    @Test func `a reason on the line before waives a ban in tests, and only there`() {
        let code = "// reason: shows that the net catches it\nTask.detached { 1 }"
        #expect(violations(RepositoryFile("Tests/EventLoopTests/A.swift", code)) == [])
        #expect(violations(RepositoryFile("Sources/EventLoop/A.swift", code)).count == 1)
        let empty = "// reason: \nTask.detached { 1 }"
        #expect(violations(RepositoryFile("Tests/EventLoopTests/A.swift", empty)).count == 1)
        let early = "// reason: too far above\n\nTask.detached { 1 }"
        #expect(violations(RepositoryFile("Tests/EventLoopTests/A.swift", early)).count == 1)
        let race = "// reason: quicker\nnonisolated(unsafe) var a = 1"
        #expect(violations(RepositoryFile("Tests/EventLoopTests/A.swift", race)).count == 1)
    }
}
