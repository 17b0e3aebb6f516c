import EventLoop
import Glibc
import Testing
import Timebase

/// Programs of the system as children of a live loop.
@Suite struct ChildProcessTests {
    private static func shell(_ script: String, _ environment: [String: String] = [:]) -> ChildProcess.Order {
        let search = ["PATH": "/usr/bin:/bin"].merging(environment) { $1 }
        return ChildProcess.Order("/bin/sh", ["sh", "-c", script], environment: search)
    }

    private static func live(
        _ order: ChildProcess.Order, _ scenario: @escaping (ChildProcess, EventLoop) async throws -> Void
    ) throws {
        let loop = try EventLoop.live()
        try loop.run { () async throws in
            let child = try ChildProcess(order, on: loop)
            try await scenario(child, loop)
            for stream in [child.input, child.output, child.errors] { stream.close() }
        }
    }

    /// All that it says until it ends its side.
    private static func text(_ stream: any ByteStream) async throws -> String {
        let buffer = ByteBuffer(capacity: 1 << 12)
        var bytes: [UInt8] = []
        while try await stream.read(into: buffer, until: stream.loop.now + .seconds(10)) > 0 {
            bytes += buffer.copy(count: buffer.count)
            buffer.consume(buffer.count)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func `a child is talked to over its standard streams, and its exit code is told`() throws {
        try Self.live(Self.shell(#"read word; echo "$word $A"; echo oops >&2; exit 7"#, ["A": "b c"])) { child, loop in
            try await child.input.write(Array("hello\n".utf8), until: loop.now + .seconds(10))
            let said = [try await Self.text(child.output), try await Self.text(child.errors)]
            #expect(said == ["hello b c\n", "oops\n"])
            #expect(await child.waitForEnd(until: loop.now + .seconds(10)) == .exited(7))
        }
    }

    @Test func `a child has the three standard descriptors and no other`() throws {
        // Inherited by whoever does not close it.
        let stray = unsafe open("/dev/null", O_RDONLY)
        defer { close(stray) }
        try Self.live(Self.shell("cd /proc/self/fd; echo *")) { child, loop in
            let found = try await Self.text(child.output).split(whereSeparator: { " \n".contains($0) })
            // The shell itself may hold what it looks into.
            #expect(found.filter { $0 != "3" } == ["0", "1", "2"])
            #expect(!found.contains("\(stray)") || stray == 3)
            #expect(await child.waitForEnd(until: loop.now + .seconds(10)) == .exited(0))
        }
    }

    @Test func `a child sees the end of its input when its parent lets go of it`() throws {
        try Self.live(Self.shell("cat; echo over")) { child, loop in
            child.input.close()
            let said = try await Self.text(child.output)
            #expect(said == "over\n")
            #expect(await child.waitForEnd(until: loop.now + .seconds(10)) == .exited(0))
        }
    }

    @Test func `who waits has a deadline, and the child goes on behind it`() throws {
        try Self.live(Self.shell("read word; exit 3")) { child, loop in
            #expect(await child.waitForEnd(until: loop.now + .milliseconds(20)) == nil)
            #expect(child.end == nil)
            child.input.close()
            #expect(await child.waitForEnd(until: loop.now + .seconds(10)) == .exited(3))
            // It is nobody's number now.
            child.signal(SIGKILL)
            #expect(await child.waitForEnd() == .exited(3))
        }
    }

    @Test func `one that is asked to end does, and one that does not listen is killed`() throws {
        try Self.live(Self.shell("read word")) { child, loop in
            #expect(await child.terminate(until: loop.now + .seconds(10)) == .killed(signal: SIGTERM))
        }
        try Self.live(Self.shell("trap '' TERM; echo ready; read word; read word")) { child, loop in
            let buffer = ByteBuffer(capacity: 1 << 12)
            _ = try await child.output.read(into: buffer, until: loop.now + .seconds(10))
            #expect(await child.terminate(until: loop.now + .milliseconds(50)) == .killed(signal: SIGKILL))
        }
    }

    @Test func `a child that nobody holds any more is killed`() throws {
        var number: Int32 = 0
        try Self.live(Self.shell("read word")) { child, _ in number = child.number }
        #expect(number > 0 && kill(number, 0) == -1 && errno == ESRCH)
    }

    @Test func `a child has a process group of its own, so a Ctrl-C here is not for it`() throws {
        try Self.live(Self.shell("read word")) { child, _ in
            #expect(getpgid(child.number) == child.number && getpgid(0) != child.number)
        }
    }

    @Test func `a child gives way to its parent as far as it is told`() throws {
        var found: [Int] = []
        for niceness: Int32 in [0, 5] {
            var order = Self.shell("read word; nice")
            order.niceness = niceness
            try Self.live(order) { child, _ in
                child.input.close()
                found.append(Int(try await Self.text(child.output).prefix { $0 != "\n" }) ?? -100)
            }
        }
        #expect(found[1] == min(found[0] + 5, 19), "\(found)")
    }

    @Test func `what cannot be started is told`() throws {
        let loop = try EventLoop.live()
        loop.run {
            let order = ChildProcess.Order("/no/such/program", ["x"], environment: [:])
            let error = #expect(throws: SystemError.self) { try ChildProcess(order, on: loop) }
            #expect(error?.description == "start '/no/such/program': No such file or directory (ENOENT)")
        }
    }
}
