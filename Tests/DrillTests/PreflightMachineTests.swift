import Diagnostics
import EventLoop
import Glibc
import Peers
import PlanModel
import TestFolders
import Testing
import Traffic

@testable import Drill

@Suite struct PreflightMachineTests {
    /// The preflight of a plan whose stack listens, in simulation.
    private func report(
        _ draft: Draft = Draft(), environment: [String: String] = [:], outFolder: String? = nil,
        _ prepare: @escaping (TestFolder) throws -> Void = { _ in }
    ) throws -> PreflightReport {
        let loop = EventLoop.simulated(seed: 6)
        return try loop.run { () async throws in
            let listener = try loop.listen(on: .loopback(port: 1))
            defer { listener.close() }
            let space = try TestFolder()
            try prepare(space)
            return try await draft.run(on: loop, in: space, environment: environment, outFolder: outFolder)
        }
    }

    // MARK: The report's folder

    @Test func `the report folder is made with those above it, for its owner alone`() throws {
        let space = try TestFolder()
        let found = try report(outFolder: "\(space.path)/out/a/b")
        #expect(found.isClear, "\(found.failures)")
        for name in ["out", "out/a", "out/a/b"] { #expect(space.mode(of: name) == 0o700) }
        #expect(try report(outFolder: "\(space.path)/out/a/b").check("report folder")?.outcome == .passed)
    }

    @Test func `a folder that cannot be made or written is told with the system's words`() throws {
        let space = try TestFolder()
        let file = try space.write([1], as: "file")
        #expect(
            try report(outFolder: "\(file)/out").failures == ["cannot make the folder '\(file)': File exists (EEXIST)"])
        #expect(
            try report(outFolder: "/proc/spillway").failures
                == ["cannot make the folder '/proc/spillway': No such file or directory (ENOENT)"])
    }

    @Test func `a report that would be replaced is worth a warning`() throws {
        let space = try TestFolder()
        try space.write([1], as: "report.json")
        let found = try report(outFolder: space.path)
        #expect(found.isClear)
        #expect(found.check("report folder")?.words == "'\(space.path)' holds a report, which this run replaces")
    }

    @Test func `evidence of an older run is told, since it stays beside the new run's`() throws {
        let space = try TestFolder()
        for name in ["evidence-b", "evidence-a"] { try space.makeFolder(name) }
        let left = try report(outFolder: space.path).check("report folder")
        #expect(left?.outcome == .warned)
        let words = "evidence of an older run stays in 'evidence-b' and 1 more"
        #expect(left?.words == "'\(space.path)' holds no report; \(words)")
        try space.write([1], as: "report.json")
        let replaced = try report(outFolder: space.path).check("report folder")
        #expect(replaced?.words == "'\(space.path)' holds a report, which this run replaces; \(words)")
    }

    @Test func `a disk that is too small for the evidence is told before it fills`() throws {
        let mebi: Int64 = 1 << 20
        let check = Preflight.diskSpace(needed: 300 * mebi + 1, free: 300 * mebi, in: "/out")
        #expect(check.outcome == .failed)
        #expect(check.words == "the evidence may take 301MiB, and the disk of '/out' has 300MiB free")
        #expect(Preflight.diskSpace(needed: 300 * mebi, free: 300 * mebi, in: "/out").outcome == .passed)
        let huge = Draft(traffic: "[hold: {for: 3600s, rate: 50000000/s}]")
        #expect(try report(huge).failures.count == 1)
        #expect(try report(huge).failures.first?.hasPrefix("the evidence may take ") == true)
    }

    @Test func `the evidence is estimated from arrivals, requests and attempts`() throws {
        func records(_ draft: Draft) throws -> Double {
            let plan = try draft.plan()
            return EvidenceEstimate(plan, traffic: try PlannedTraffic(plan)).records
        }
        let uniform = "arrivals: uniform\n"
        #expect(try records(Draft(rest: uniform)) == 10)
        #expect(try records(Draft(rest: uniform, steps: "[GET /: {}, think: 1s, GET /: {}]")) == 20)
        let poll = "[poll GET /: {every: 1s, within: 10s, expect: {status: 200}}]"
        #expect(try records(Draft(rest: uniform, steps: poll)) == 110)
        #expect(
            try records(Draft(rest: uniform, traffic: "[users: {count: 10, think: 90ms, for: 10s}]")) == 1_000)
        let plan = try Draft(rest: uniform).plan()
        #expect(EvidenceEstimate(plan, traffic: try PlannedTraffic(plan)).bytes == 640)
        // What moves money stands in evidence.db as well.
        let paying = try Draft(rest: uniform, steps: "[POST /v1/payments: {}, GET /: {}]").plan()
        let estimate = EvidenceEstimate(paying, traffic: try PlannedTraffic(paying))
        #expect(estimate.moneyRecords == 10 && estimate.bytes == 20 * 64 + 10 * 200)
    }

    // MARK: Files and secrets

    @Test func `files and secrets that are missing are told where the plan names them`() throws {
        let rest = "data: {card: {csv: cards.csv, pick: random}, user: {csv: none.csv, pick: random}}\n"
        let steps = "[GET /: {headers: {A: '${env.SET}${env.UNSET}', B: '${env.UNSET}', C: '${env.EMPTY}'}}]"
        let found = try report(
            Draft(rest: rest, steps: steps), environment: ["SET": "a", "EMPTY": ""]
        ) { try $0.write(Array("token\n1\n".utf8), as: "cards.csv") }
        #expect(found.check("file cards.csv")?.outcome == .passed && found.check("secret SET")?.outcome == .passed)
        let errors = found.diagnostics.filter { $0.severity == .error }
        #expect(errors.map { $0.span?.text } == ["${env.UNSET}", "${env.EMPTY}", "none.csv"])
        #expect(errors[0].message == "the environment has no 'UNSET'" && errors[0].fix == "set it before the run")
        #expect(errors[2].message.hasSuffix("/none.csv': No such file or directory (ENOENT)"))
        #expect(errors[2].fix == "paths are relative to the plan's folder")
    }

    @Test func `a recording that is missing is told, though no traffic can be planned without it`() throws {
        let draft = Draft(traffic: "[replay: {file: friday.ndjson, speed: 2x}]")
        let loop = EventLoop.simulated(seed: 7)
        let found = try loop.run { () async throws in
            let plan = try draft.plan()
            let space = try TestFolder()
            let surroundings = Preflight.Surroundings(
                planFolder: space.path, outFolder: "\(space.path)/out", environment: [:],
                entropy: [UInt8](repeating: 9, count: 32))
            let policy = PeerPolicy(of: plan, permitted: [])
            return await Preflight(plan, traffic: nil, policy: policy, surroundings: surroundings, on: loop).run()
        }
        #expect(found.check("file friday.ndjson")?.outcome == .failed)
        #expect(found.check("disk space")?.outcome == .notObserved)
    }

    @Test func `a folder or an empty file in a file's place is refused`() throws {
        let rest = "data: {card: {csv: ., pick: random}, user: {csv: empty.csv, pick: random}}\n"
        let found = try report(Draft(rest: rest)) { try $0.write([], as: "empty.csv") }
        #expect(found.failures.map { $0.split(separator: "'").last } == [" is no regular file", " is empty"])
    }

    @Test func `a shadow key that cannot be used fails the preflight`() throws {
        let found = try report(environment: ["SPILLWAY_SHADOW_KEY": "short"])
        #expect(found.failures == ["SPILLWAY_SHADOW_KEY holds 5 bytes, too few for a key"])
        #expect(found.shadowKey == nil)
    }

    // MARK: The embedded stack

    @Test func `mock banks that nobody read fail in words of their own, and no stack is started without them`() throws {
        let found = try report(Draft(target: "stack: embedded", rest: "channels: mocks/cn.yaml\n"))
        #expect(found.failures == ["the mock profile 'mocks/cn.yaml' was not read"])
        #expect(found.check("stack")?.words == "without its banks the embedded stack is not started")
    }

    // MARK: The machine

    @Test func `descriptors are counted, the limit is raised where it helps, and told where it does not`() {
        let enough = Preflight.descriptors(needed: 400, limit: 1_024) { _ in 0 }
        #expect(enough.words == "400 wanted, 1024 allowed" && enough.outcome == .passed)
        let raised = Preflight.descriptors(needed: 4_000, limit: 1_024) { $0 }
        #expect(raised.words == "4000 wanted; the limit was raised from 1024 to 4000" && raised.outcome == .passed)
        let short = Preflight.descriptors(needed: 4_000, limit: 1_024) { _ in 2_048 }
        #expect(
            short.words == "4000 descriptors are wanted, and this process may open 2048" && short.outcome == .failed)
        #expect(short.fix == "run 'ulimit -n 4000' as one who may, or lower 'connections'")
    }

    @Test func `late timers are shown, and stolen milliseconds are a warning`() throws {
        #expect(try report().check("clock")?.words == "timers are 0s late in the middle, 0s at worst")
        let fine = Preflight.clock(median: .microseconds(60), worst: .milliseconds(5))
        #expect(fine.outcome == .passed)
        let stolen = Preflight.clock(median: .nanoseconds(60_900), worst: .microseconds(5_001))
        #expect(stolen.outcome == .warned)
        #expect(
            stolen.words
                == "the machine takes time from this process: timers are 60us late in the middle, 5001us at worst")
    }

    @Test func `a sink of webhooks that cannot listen fails`() throws {
        let sink = "webhooks: {listen: '127.0.0.1:1', public-url: 'http://127.0.0.1'}\n"
        #expect(
            try report(Draft(rest: sink)).failures == [
                "the sink of webhooks cannot listen: listen 127.0.0.1:1: Address already in use (EADDRINUSE)"
            ])
        #expect(try report(Draft(rest: sink.replacing("127.0.0.1:1'", with: "127.0.0.1:0'"))).isClear)
    }
}

extension SourceSpan {
    fileprivate var text: String { String(decoding: source.bytes[range], as: UTF8.self) }
}
