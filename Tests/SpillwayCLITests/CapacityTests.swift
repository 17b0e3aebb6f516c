import Capacity
import JSON
import SampleRuns
import TestFolders
import Testing

@testable import SpillwayCLI

@Suite struct CapacityTests {
    @Test func `a rehearsed search finds the knee that the stack declares, and writes what it found`() throws {
        let folder = try TestFolder()
        _ = try folder.write(SamplePlan.declared(timeout: "5s", age: "1s"), as: "small.yaml")
        _ = try folder.write(SamplePlan.banks, as: SamplePlan.banksName)
        let saying = Saying(
            "capacity \(folder.path)/small.yaml --rehearse --hold 5s --slo p90=500ms,errors=2% --target 1000/s "
                + "--out \(folder.path)/out --format json")
        let json = try JSONValue(parsing: Array(saying.results.joined(separator: "\n").utf8))
        #expect(saying.code == .success, "\(saying.talk)")
        let knee = try #require(json["knee"]?["per_s"]?.double, "\(saying.talk)")
        #expect((88...105).contains(knee), "\(knee)\n\(saying.talk.joined(separator: "\n"))")
        #expect(json["limiting_hop"]?["part"]?.string == "processor")
        #expect(json["hysteresis"]?["status"]?.string == "pass")
        #expect((14...17).contains(json["instances"]?["count"]?.int ?? 0))
        // Each refusal costs a fiftieth of a payment, so that five times the knee takes a tenth of the processor.
        let left = json["multiples"]?.elements?.compactMap { $0["of_peak"]?.double } ?? []
        #expect(left.count == 5 && left[1...3].allSatisfy { $0 > 0.85 }, "\(left)")
        let written = folder.below("out").filter { !$0.contains("/drills/") }
        for name in [CapacityReport.jsonName, CapacityReport.pageName, "environment.json"] {
            #expect(written.contains { $0.hasSuffix("/\(name)") }, "\(written)")
        }
        let page = folder.text(of: "out/\(CapacityReport.pageName)")
        #expect(page.hasPrefix("<!DOCTYPE html>") && page.contains(">knee</text>"))
    }

    @Test(arguments: [
        ("--slo p99", "'p99' in '--slo' has no value; write '--slo p99=500ms,errors=0.1%'"),
        ("--slo p98=1s", "'p98' is no limit of '--slo'; there are 'p50', 'p90', 'p95', 'p99', 'p99.9' and 'errors'"),
        ("--slo p99=5", "'p99=5' in '--slo' needs a duration; write '--slo p99=500ms,errors=0.1%'"),
        ("--target 100", "'--target 100' needs a unit; write '100/s' or '6000/min'"),
        ("--hold 1s", "'--hold 1s' is not between 5s and 600s"),
        ("--hold 7500ms", "'--hold 7500ms' needs whole seconds; write '--hold 8s'"),
        ("b.yaml", "'b.yaml' was not expected; 'spillway capacity' takes one PLAN"),
    ])
    func `what a search cannot do is said before any drill`(words: String, complaint: String) {
        let saying = Saying("capacity a.yaml \(words)")
        #expect(saying.code == .usage)
        #expect(saying.talk == ["error: \(complaint)"])
    }
}
