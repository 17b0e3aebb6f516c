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

    /// The compiler reads one file of escapes, each on a line of its own, and one of the same shape without any.
    @Test func `every spelling of an escape is an error and its replacement is none`() throws {
        let escapes = [
            "Task { }",
            "_ = Task { 1 }",
            "Task(priority: .high) { }",
            "Task.detached { }",
            "Task.immediate { }",
            "try await Task.sleep(nanoseconds: 1)",
            "try await Task.sleep(for: .seconds(1))",
            "_ = Task<Void, Never>.currentPriority",
        ]
        let replacements = [
            "loop.spawn { }",
            "try await loop.sleep(until: loop.now + .seconds(1))",
            "_ = try await loop.offload(\"work\") { 1 }",
            "await Task.yield()",
            "try Task.checkCancellation()",
            "_ = Task.isCancelled",
        ]
        let folder = "/tmp/spillway-ban-\(getpid())"
        unsafe mkdir(folder, 0o700)
        let banned = "\(folder)/banned.swift"
        let allowed = "\(folder)/allowed.swift"
        defer {
            unsafe unlink(banned)
            unsafe unlink(allowed)
            unsafe rmdir(folder)
        }
        try write(functions(escapes, named: "banned"), to: banned)
        try write(functions(replacements, named: "allowed"), to: allowed)

        let output = try typecheck([banned, allowed])
        let errors = output.split(separator: "\n").filter { $0.contains(": error: ") }
        for (index, escape) in escapes.enumerated() {
            let line = "banned.swift:\(2 + index):"
            #expect(errors.contains { $0.contains(line) }, "'\(escape)' compiles\n\(output)")
        }
        #expect(errors.allSatisfy { $0.contains("banned.swift:") }, "\(output)")
        #expect(errors.allSatisfy { !$0.contains("no such module") }, "\(output)")
    }

    private func functions(_ lines: [String], named name: String) -> String {
        var text = "import EventLoop\n"
        for (index, line) in lines.enumerated() {
            text += "func \(name)\(index)(_ loop: EventLoop) async throws { \(line) }\n"
        }
        return text
    }

    private func write(_ text: String, to path: String) throws {
        let file = unsafe try #require(fopen(path, "w"))
        unsafe fputs(text, file)
        unsafe fclose(file)
    }

    /// Everything the compiler says of the files, with the modules that this test was built from.
    private func typecheck(_ files: [String]) throws -> String {
        let build = try buildFolder()
        let command =
            "swiftc -typecheck -swift-version 6 -package-name spillway -I \(build)/Modules "
            + "-Xcc -fmodule-map-file=\(build)/CLinux.build/module.modulemap "
            + "-Xcc -fmodule-map-file=\(build)/COpenSSL.build/module.modulemap " + files.joined(separator: " ")
            + " 2>&1"
        let pipe = unsafe try #require(popen(command, "r"))
        defer { unsafe pclose(pipe) }
        var output: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = unsafe fread(&chunk, 1, chunk.count, pipe)
            if count == 0 { break }
            output += chunk[..<count]
        }
        return String(decoding: output, as: UTF8.self)
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
