import EventLoop
import Glibc
import Testing

/// In a module that imports EventLoop, what leaves the loop does not compile.
@Suite struct TaskBanTests {
    @Test func `the shadowing Task still answers whether it was cancelled`() throws {
        #expect(!Task.isCancelled)
        try EventLoop.simulated(seed: 1).run { () async throws in
            let loop = Diary()
            try Task.checkCancellation()
            loop.note("not cancelled")
            #expect(loop.lines == ["not cancelled"])
        }
    }

    @Test(arguments: World.allCases)
    func `a cancelled task is told so`(world: World) throws {
        let told = try world.run { loop in
            var told: [Bool] = []
            let task = loop.spawn {
                await Task.yield()
                told.append(Task.isCancelled)
                told.append((try? Task.checkCancellation()) == nil)
            }
            task.cancel()
            await task.join()
            return told
        }
        #expect(told == [true, true])
    }

    /// The compiler reads the same lines with and without the import: what compiles without must fail with it.
    @Test func `every spelling of an escape compiles elsewhere and not beside the loop`() throws {
        let escapes = [
            "Task { }",
            "_ = Task { 1 }",
            "Task(priority: .high) { }",
            "Task.detached { }",
            "Task.immediate { }",
            "try await Task.sleep(nanoseconds: 1)",
            "try await Task.sleep(for: .seconds(1))",
            "_ = Task<Never, Never>.currentPriority",
        ]
        let lines = escapes.enumerated().map { index, line in
            "func line\(index)() async throws { \(line) }\n"
        }
        #expect(try errors(in: "\n" + lines.joined()) == [])

        let found = try errors(in: "import EventLoop\n" + lines.joined())
        let faulty = Set(found.compactMap { $0.split(separator: ":").dropFirst().first.flatMap { Int($0) } })
        #expect(faulty == Set(2..<(2 + escapes.count)), "\(found.joined(separator: "\n"))")
    }

    /// The error lines of the compiler, `file:line:column: error: words`.
    private func errors(in text: String) throws -> [String] {
        let file = "/tmp/spillway-ban-\(getpid()).swift"
        try write(text, to: file)
        defer { unsafe unlink(file) }
        let (output, isAccepted) = try typecheck(file)
        let errors = output.split(separator: "\n").map { String($0) }.filter { $0.contains(" error: ") }
        #expect(errors.isEmpty == isAccepted, "the compiler did not come to a verdict: \(output)")
        return errors
    }

    private func write(_ text: String, to path: String) throws {
        let file = unsafe try #require(fopen(path, "w"))
        unsafe fputs(text, file)
        unsafe fclose(file)
    }

    /// Everything the compiler says of the file, with the modules that this test was built from, and its verdict.
    private func typecheck(_ file: String) throws -> (output: String, isAccepted: Bool) {
        let build = try buildFolder()
        let command =
            "swiftc -typecheck -swift-version 6 -I '\(build)/Modules' "
            + "-Xcc '-fmodule-map-file=\(build)/CLinux.build/module.modulemap' "
            + "-Xcc '-fmodule-map-file=\(build)/COpenSSL.build/module.modulemap' '\(file)' 2>&1"
        let pipe = unsafe try #require(popen(command, "r"))
        var output: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = unsafe fread(&chunk, 1, chunk.count, pipe)
            if count == 0 { break }
            output += chunk[..<count]
        }
        return (String(decoding: output, as: UTF8.self), unsafe pclose(pipe) == 0)
    }

    /// The folder of the running test's executable: the build's products.
    private func buildFolder() throws -> String {
        var path = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = unsafe path.withUnsafeMutableBytes {
            unsafe readlink("/proc/self/exe", $0.baseAddress!.assumingMemoryBound(to: CChar.self), $0.count)
        }
        let executable = String(decoding: path[..<max(0, count)], as: UTF8.self)
        let folder = try #require(executable.lastIndex(of: "/").map { String(executable[..<$0]) })
        return folder
    }
}
