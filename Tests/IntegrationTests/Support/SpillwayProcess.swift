import EventLoop
import Glibc
import TestFolders
import Testing
import Timebase

/// The built executable as a child of the test. It never outlives this object.
final class SpillwayProcess {
    struct End {
        /// What the process said, or 128 and the signal that ended it, as shells count.
        let code: Int32
        let results: [String]
        let talk: String
    }

    private static var executable: String {
        guard let path = unsafe realpath("/proc/self/exe", nil) else { return "spillway" }
        defer { unsafe free(path) }
        let places = unsafe String(cString: path).split(separator: "/").dropLast()
        return places.map { "/" + $0 }.joined() + "/spillway"
    }

    let pid: pid_t
    private let folder: TestFolder
    private let name: String
    private var status: Int32?

    /// Where standard output goes.
    enum Output {
        case file(String)
        case descriptor(Int32)
        case nowhere
    }

    /// - Parameter program: another one, for what stands beside Spillway.
    init(
        _ arguments: [String], name: String, in folder: TestFolder, output: Output? = nil, program: String? = nil
    ) throws {
        self.folder = folder
        self.name = name
        pid = try Self.spawn(
            [program ?? Self.executable] + arguments, output: output ?? .file("\(folder.path)/\(name).out"),
            errors: "\(folder.path)/\(name).err")
    }

    deinit {
        if !isOver {
            kill(pid, SIGKILL)
            var status: Int32 = 0
            unsafe waitpid(pid, &status, 0)
        }
    }

    private static func spawn(_ words: [String], output: Output, errors: String) throws -> pid_t {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        switch output {
        case .file(let path):
            unsafe posix_spawn_file_actions_addopen(&actions, 1, path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        case .descriptor(let other): unsafe posix_spawn_file_actions_adddup2(&actions, other, 1)
        case .nowhere: unsafe posix_spawn_file_actions_addclose(&actions, 1)
        }
        unsafe posix_spawn_file_actions_addopen(&actions, 2, errors, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        // Neither what this thread blocks nor what whoever started the tests ignores.
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        unsafe posix_spawnattr_setsigmask(&attributes, &signals)
        unsafe sigfillset(&signals)
        unsafe posix_spawnattr_setsigdefault(&attributes, &signals)
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        let arguments = unsafe words.map { unsafe strdup($0) } + [nil]
        let environment = unsafe [unsafe strdup("PATH=/usr/bin:/bin"), nil]
        defer { unsafe (arguments + environment).forEach { unsafe free($0) } }
        var pid: pid_t = 0
        let code = unsafe posix_spawn(&pid, words[0], &actions, &attributes, arguments, environment)
        try #require(code == 0, "\(words[0]) does not start: error \(code)")
        return pid
    }

    private var isOver: Bool {
        if status != nil { return true }
        var found: Int32 = 0
        guard unsafe waitpid(pid, &found, WNOHANG) == pid else { return false }
        status = found
        return true
    }

    func signal(_ number: Int32) {
        if !isOver { kill(pid, number) }
    }

    /// Files that it makes or lengthens from now on stay below this.
    func limitFiles(bytes: Int) throws {
        let words = ["/usr/bin/prlimit", "--pid", "\(pid)", "--fsize=\(bytes)"]
        let setter = try Self.spawn(words, output: .file("/dev/null"), errors: "\(folder.path)/prlimit.err")
        var status: Int32 = -1
        unsafe waitpid(setter, &status, 0)
        try #require(status == 0, "\(folder.text(of: "prlimit.err"))")
    }

    var talk: String { folder.text(of: "\(name).err") }

    /// One that does not end in time is ended, and fails the test with what it said.
    func end(on loop: EventLoop, within span: TimeSpan = .seconds(20)) async throws -> End {
        let deadline = loop.now + span
        while !isOver {
            if loop.now >= deadline {
                signal(SIGKILL)
                try #require(Bool(false), "it did not end within \(span): \(talk)")
            }
            try await loop.sleep(until: loop.now + .milliseconds(5))
        }
        let status = try #require(status)
        let results = folder.text(of: "\(name).out").split(separator: "\n").map(String.init)
        let signal = status & 0x7f
        return End(code: signal == 0 ? status >> 8 & 0xff : 128 + signal, results: results, talk: talk)
    }
}
