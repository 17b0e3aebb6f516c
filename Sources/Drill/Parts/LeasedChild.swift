// Goal: a part of a run in a process of its own, which is never left behind and never starves the driver.
// Method: the child's input is a lease: it ends itself when that ends, so a run that was killed leaves nobody behind. The
// first line of its output is its greeting, who listens where; its errors are kept for whoever asks why. It gives way to
// this process: a driver that is starved by what it drives would measure itself.
// Not here: what the child does, and what its greeting says.

import EventLoop
import Lease
import Timebase

final class LeasedChild {
    /// In messages: `the mock banks`, `they`.
    struct Name {
        let title: String
        let pronoun: String
    }

    private static let niceness: Int32 = 5
    static let startMax = TimeSpan.seconds(10)
    /// The child drains for a second and a half when its lease has ended.
    static let stopMax = TimeSpan.seconds(5)
    static let killMax = TimeSpan.seconds(1)
    static let linesMax = 20

    private let name: Name
    private let child: ChildProcess
    private let loop: EventLoop
    private let ears = Ears()
    private let granting: SpawnedTask
    private var listening: [SpawnedTask] = []

    /// Of what is said on its errors the first lines are kept.
    private final class Ears {
        var lines: [String] = []
    }

    /// Waits for its greeting; `read` gives nil for what is none.
    static func start<Greeting>(
        _ program: ChildProcess.Order, _ name: Name, on loop: EventLoop, _ read: (String) -> Greeting?
    ) async throws(PartFault) -> (LeasedChild, Greeting) {
        let child = try LeasedChild(program, name, on: loop)
        let first = await child.listen()
        if let first, let greeting = read(first) { return (child, greeting) }
        let end = await child.end()
        throw PartFault(child.words(said: first, end))
    }

    private init(_ program: ChildProcess.Order, _ name: Name, on loop: EventLoop) throws(PartFault) {
        self.name = name
        self.loop = loop
        var program = program
        program.niceness = Self.niceness
        do throws(SystemError) {
            child = try ChildProcess(program, on: loop)
        } catch {
            throw PartFault("\(error)")
        }
        let child = child
        granting = loop.spawn { try? await Lease.grant(over: child.input) }
    }

    private func listen() async -> String? {
        let (child, ears) = (child, ears)
        let errors = loop.spawn {
            let reader = LineReader(child.errors)
            while let line = await reader.next(until: .never) {
                if ears.lines.count < Self.linesMax { ears.lines.append(line) }
            }
        }
        let output = LineReader(child.output)
        let first = await output.next(until: loop.now + Self.startMax)
        // What else it says is nobody's business, and must not keep it waiting for room.
        listening = [errors, loop.spawn { while await output.next(until: .never) != nil {} }]
        return first
    }

    private func words(said: String?, _ end: ChildProcess.End) -> String {
        let told = ears.lines.map { $0.hasPrefix("error: ") ? String($0.dropFirst("error: ".count)) : $0 }
        if !told.isEmpty { return told.prefix(5).joined(separator: "; ") }
        if let said { return "\(name.pronoun) said '\(said.prefix(200))', which is no list of who listens where" }
        return end == .exited(0) ? "\(name.pronoun) went without a word" : "\(end)"
    }

    // MARK: Its end

    var talk: [String] { ears.lines }
    var loss: String? { child.end.map { words(said: nil, $0) } }

    func waitForLoss() async { _ = await child.waitForEnd() }

    func stop() async -> String? {
        let wasLost = child.end != nil
        let end = await end()
        return wasLost || end == .exited(0) ? nil : "\(name.title) did not end in order: \(end)"
    }

    private func end() async -> ChildProcess.End {
        granting.cancel()
        await granting.join()
        child.input.close()
        var end = await child.waitForEnd(until: loop.now + Self.stopMax)
        if end == nil { end = await child.terminate(until: loop.now + Self.killMax) }
        // What it wrote before is read to the end; a process that it started might hold the other side for ever.
        let loop = loop
        for task in listening {
            let patience = loop.spawn {
                if (try? await loop.sleep(until: loop.now + .seconds(1))) != nil { task.cancel() }
            }
            await task.join()
            patience.cancel()
            await patience.join()
        }
        for stream in [child.output, child.errors] { stream.close() }
        guard let end else { preconditionFailure("a child that was killed has not ended") }
        return end
    }
}
