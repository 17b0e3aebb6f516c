import EventLoop
import Evidence
import Glibc
import HTTPService
import JSON
import Reporting
import Testing
import Timebase

/// What scripts rely on.
@Suite struct OutputTests {
    @Test func `standard output has one JSON line a plan, and the worst exit code is the command's`() throws {
        try Stand.open { stand in
            let plans = try [("first", 201), ("second", 200)].map { name, status in
                try stand.plan(
                    "{hold: {for: 1s, rate: 20/s}}",
                    journeys: "{pay: {steps: [{POST /v1/payments: {expect: {status: \(status)}}}]}}",
                    rest: "targets: [{errors: {at most: 1%}}]", name: name)
            }
            let end = try await stand.start(plans[0], plans[1]).end(on: stand.loop)
            #expect(end.results.count == 2)
            for (line, name) in zip(end.results, ["first", "second"]) {
                guard case .object(let members) = try JSONValue(parsing: Array(line.utf8)) else {
                    Issue.record("\(line)")
                    return
                }
                #expect(members.contains { $0.0 == "plan" && $0.1 == .text(name) })
                _ = try stand.report("out/\(name)")
            }
            // A machine that is busy makes a run inconclusive, and that outranks a target that was missed.
            #expect([1, 3].contains(end.code), "\(end.talk)")
            #expect(!end.talk.isEmpty)
        }
    }

    @Test func `a seed sends the same bytes twice, another one others, and a folder is used again with a warning`()
        throws
    {
        let journeys = #"{pay: {steps: [{POST /v1/payments: {json: {id: "${uuid}", amount: "${amount}"}}}]}}"#
        try Stand.open { stand in
            let plan = try stand.plan(
                "{hold: {for: 1s, rate: 20/s}}", journeys: journeys,
                rest: "data: {amount: {minor: uniform min=1 max=1000000, currency: EUR}}")
            var bodies: [[String]] = []
            for seed in ["7", "7", "8"] {
                stand.requests = []
                let end = try await stand.start(plan, "--seed", seed).end(on: stand.loop)
                #expect([0, 3].contains(end.code), "\(end.talk)")
                if !bodies.isEmpty { #expect(end.talk.contains("holds a report, which this run replaces")) }
                bodies.append(stand.requests.map(\.body).sorted())
            }
            #expect(bodies[0].count == 20 && Set(bodies[0]).count == 20)
            #expect(bodies[0] == bodies[1])
            #expect(Set(bodies[0]).isDisjoint(with: bodies[2]))
        }
    }

    @Test func `results that nobody can take are told in one line, and a reader who has had enough is not`() throws {
        try Stand.open { stand in
            let plan = try stand.plan("{hold: {for: 1s, rate: 20/s}}")
            let verbs = [
                ("schema", []), ("check", [plan]), ("rehearse", ["--arrivals", plan]), ("run", ["--help"]),
                ("--version", []),
            ]
            for (verb, arguments) in verbs {
                for output in [SpillwayProcess.Output.file("/dev/full"), .nowhere] {
                    let end = try await stand.start(verb: verb, arguments, output: output).end(on: stand.loop)
                    #expect(end.code == 3, "\(verb): \(end.talk)")
                    #expect(end.talk.hasPrefix("error: the results could not be written to standard output: "))
                    #expect(end.talk.split(separator: "\n").count == 1)
                }
                let pipe = try Self.pipeWithoutReader()
                defer { close(pipe) }
                let end = try await stand.start(verb: verb, arguments, output: .descriptor(pipe)).end(on: stand.loop)
                #expect(end.code == 0 && end.talk.isEmpty, "\(verb): \(end.talk)")
            }
        }
    }

    @Test func `a run without a standard output harms neither its evidence nor what it sends`() throws {
        try Stand.open { stand in
            let plan = try stand.plan("{hold: {for: 1s, rate: 20/s}}")
            let end = try await stand.start(plan, "--quiet", output: .nowhere).end(on: stand.loop)
            #expect(end.code == 3 && end.talk.contains("could not be written to standard output"), "\(end.talk)")
            #expect(stand.requests.count == 20 && stand.requests.allSatisfy { $0.body == #"{"amount":1}"# })
            let (records, tally) = try stand.evidence()
            #expect(records.count == 20 && tally.faulty == 0)
        }
    }

    private static func pipeWithoutReader() throws -> Int32 {
        var ends: [Int32] = [-1, -1]
        try #require(unsafe pipe(&ends) == 0)
        close(ends[0])
        return ends[1]
    }
}
