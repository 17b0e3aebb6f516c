import CLinux
import Glibc

/// Another program that this process started, and that a live loop talks to and waits for.
///
/// **Goal.** A part of a run may live in a process of its own and never be left behind: whoever holds this object knows
/// how the child ended, and a child that nobody holds any more is killed.
///
/// **Method.** `posix_spawn`, with sockets for the three standard streams and every other descriptor closed. A descriptor
/// of the process (`pidfd`) becomes readable when it ends, so the loop waits for it as for any other. The child has a
/// process group of its own: a Ctrl-C at the terminal is for this process, which decides what it means for the child.
///
/// **Not here.** What keeps a child from outliving a parent that was killed: it reads a lease from its input, whose end
/// it sees whatever happens to its parent.
package final class ChildProcess {
    package enum End: Sendable, Equatable {
        case exited(Int32)
        case killed(signal: Int32)
    }

    package struct Order: Sendable {
        /// A path; no `PATH` is searched.
        package var executable: String
        /// What the program sees as its own name, and its arguments.
        package var words: [String]
        /// All of it: nothing else is inherited.
        package var environment: [String: String]
        /// How much it gives way to this process.
        package var niceness: Int32 = 0

        package init(_ executable: String, _ words: [String], environment: [String: String]) {
            self.executable = executable
            self.words = words
            self.environment = environment
        }
    }

    package let number: Int32
    /// The child's standard input, output and errors. They are the holder's to close.
    package let input: any ByteStream
    package let output: any ByteStream
    package let errors: any ByteStream
    package private(set) var end: End?
    private let loop: EventLoop
    private let ended: Parking
    private var watch: WatchedDescriptor?

    package init(_ order: Order, on loop: EventLoop) throws(SystemError) {
        loop.preconditionOnLoop()
        let sockets = try Self.sockets(3)
        let started = Result { () throws(SystemError) in try Self.spawn(order, sockets.map(\.childs)) }
        for socket in sockets { close(socket.childs) }
        if case .failure = started { for socket in sockets { close(socket.own) } }
        number = try started.get()
        self.loop = loop
        ended = Parking(loop)
        spillway_give_way(number, order.niceness)
        let streams = sockets.map { socket in Result { () throws(StreamError) in try loop.adopt(socket: socket.own) } }
        do throws(StreamError) {
            (input, output, errors) = (try streams[0].get(), try streams[1].get(), try streams[2].get())
        } catch {
            for case .success(let stream) in streams { stream.close() }
            Self.kill(number)
            throw SystemError("adopt", EMFILE)
        }
        do throws(SystemError) {
            try watchEnd()
        } catch {
            for stream in [input, output, errors] { stream.close() }
            throw error
        }
    }

    private static func sockets(_ count: Int) throws(SystemError) -> [SocketPair] {
        var pairs: [SocketPair] = []
        do throws(SystemError) {
            for _ in 0..<count { pairs.append(try SocketPair()) }
            return pairs
        } catch {
            for pair in pairs {
                close(pair.own)
                close(pair.childs)
            }
            throw error
        }
    }

    deinit {
        stopWatching()
        if end == nil { Self.kill(number) }
    }

    private static func kill(_ number: Int32) {
        Glibc.kill(number, SIGKILL)
        var status: Int32 = 0
        _ = unsafe waitpid(number, &status, 0)
    }

    // MARK: Its end

    /// Nil when it has not ended by then, or the waiting task was cancelled. One task at a time may wait.
    package func waitForEnd(until deadline: Instant = .never) async -> End? {
        if end == nil { _ = await ended.wait(until: deadline) }
        return end
    }

    /// One that has ended hears nothing; its number may be another's.
    package func signal(_ signal: Int32) {
        if end == nil { Glibc.kill(number, signal) }
    }

    /// Asks it to end, and kills it when it has not done so by `deadline`.
    @discardableResult
    package func terminate(until deadline: Instant) async -> End {
        signal(SIGTERM)
        if let end = await waitForEnd(until: deadline) { return end }
        signal(SIGKILL)
        // Nothing can keep the kernel from it, and a cancelled task is not to leave a dead child behind.
        if end == nil { await ended.rest() }
        guard let end else { preconditionFailure("woken, and the child has not ended") }
        return end
    }

    private func watchEnd() throws(SystemError) {
        let descriptor = spillway_open_process(number)
        guard descriptor >= 0 else { throw SystemError("pidfd_open") }
        do throws(SystemError) {
            watch = try WatchedDescriptor(descriptor, for: .reading, on: loop, by: self)
        } catch {
            close(descriptor)
            throw error
        }
    }

    private func stopWatching() {
        guard let watch else { return }
        watch.forget()
        close(watch.number)
        self.watch = nil
    }

    // MARK: Starting

    private static func spawn(_ order: Order, _ streams: [Int32]) throws(SystemError) -> Int32 {
        precondition(streams.allSatisfy { $0 > 2 }, "the standard descriptors of this process are not open")
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        for (place, stream) in streams.enumerated() {
            unsafe posix_spawn_file_actions_adddup2(&actions, stream, Int32(place))
        }
        unsafe spillway_close_from(&actions, Int32(streams.count))
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        // Neither what this thread blocks nor what this process ignores.
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        unsafe posix_spawnattr_setsigmask(&attributes, &signals)
        unsafe sigfillset(&signals)
        unsafe posix_spawnattr_setsigdefault(&attributes, &signals)
        unsafe posix_spawnattr_setpgroup(&attributes, 0)
        let flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP
        unsafe posix_spawnattr_setflags(&attributes, Int16(flags))
        let variables = order.environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        let arguments = unsafe order.words.map { unsafe strdup($0) } + [nil]
        let environment = unsafe variables.map { unsafe strdup($0) } + [nil]
        defer { unsafe (arguments + environment).forEach { unsafe free($0) } }
        var number: pid_t = 0
        let code = unsafe posix_spawn(&number, order.executable, &actions, &attributes, arguments, environment)
        guard code == 0 else { throw SystemError("start '\(order.executable)'", code) }
        return number
    }
}

extension ChildProcess: DescriptorUser {
    package func descriptorBecameReady(_: Int32, for _: WatchedDescriptor.Interest, hasFailed: Bool) {
        var status: Int32 = 0
        guard unsafe waitpid(number, &status, WNOHANG) == number else { return }
        let signal = status & 0x7f
        end = signal == 0 ? .exited(status >> 8 & 0xff) : .killed(signal: signal)
        stopWatching()
        ended.wake()
    }
}

extension ChildProcess.End: CustomStringConvertible {
    package var description: String {
        switch self {
        case .exited(let code): "it ended with exit code \(code)"
        case .killed(let signal): "it was ended by signal \(signal)"
        }
    }
}
