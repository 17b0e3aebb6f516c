import Evidence
import Glibc
import JSON
import StackVocabulary
import TestFolders
import Testing
import Timebase

@Suite struct RunRecordJSONTests {
    @Test(arguments: 1...60 as ClosedRange<UInt64>)
    func `a record reads back as it was written`(seed: UInt64) throws {
        var draw = RecordDraw(seed)
        let record = draw.record()
        let bytes = record.json.bytes(.compact)
        let read = try RunRecord(json: JSONValue(parsing: bytes))
        #expect("\(read)" == "\(record)", "seed \(seed)")
        #expect(read.json.bytes(.compact) == bytes, "seed \(seed)")
    }

    @Test func `the example in the documentation is what is written`() throws {
        let path = "\(Self.root)/docs/formats/run-record-example.json"
        let text = RunRecord.example.json.written() + "\n"
        if unsafe getenv("RECORD_GOLDEN") != nil {
            let file = unsafe fopen(path, "w")
            unsafe fputs(text, file)
            unsafe fclose(file)
            Issue.record("\(path) is written anew; run again without RECORD_GOLDEN")
            return
        }
        let isFresh = TestFolder.bytes(of: path) == Array(text.utf8)
        #expect(isFresh, "\(path) is out of date; RECORD_GOLDEN=1 scripts/test --filter RunRecordJSONTests writes it")
        let run = try JSONValue(parsing: Array(text.utf8))
        #expect("\(try RunRecord(json: run))" == "\(RunRecord.example)")
    }

    @Test func `a rehearsal says so, and a record that says nothing was live`() throws {
        var record = RunRecord.example
        record.identity.world = .rehearsed
        #expect(try RunRecord(json: record.json).identity.world == .rehearsed)
        func read(_ replacement: String) throws -> RunRecord {
            let text = record.json.written(.compact).replacing(#","world":"rehearsed""#, with: replacement)
            return try RunRecord(json: JSONValue(parsing: Array(text.utf8)))
        }
        #expect(try read("").identity.world == .live)
        #expect(throws: (any Error).self) { try read(#","world":"dreamt""#) }
    }

    @Test func `a reader sees percentiles in milliseconds without opening a histogram`() throws {
        let stage = try #require(RunRecord.example.json["stages"]?.elements?[1])
        let corrected = try #require(stage["cells"]?.elements?[0]["corrected"])
        #expect(corrected["count"] == .integer(40))
        let median = try #require(corrected["p50_ms"]?.double), largest = try #require(corrected["max_ms"]?.double)
        // 1 ms to 2.56 ms, to two digits.
        #expect(abs(median - 1.76) < 0.02 && abs(largest - 2.56) < 0.03)
        #expect(stage["cells"]?.elements?[1]["shed"] == nil)
    }

    @Test func `what the stack was is read back, and what was planted says what it means`() throws {
        var record = RunRecord.example
        record.stack = nil
        #expect(record.json["stack"] == nil)
        var setting = StackSetting()
        setting.cores = 3
        setting.service = ServiceCosts(pay: .microseconds(500))
        setting.defects = [.slowShed, .noLimiter]
        record.stack = StackRecord(
            setting: setting, store: .sqlite, front: "http://127.0.0.1:1", operatorDesk: "http://127.0.0.1:2")
        let json = try JSONValue(parsing: record.json.bytes(.compact))
        #expect(try RunRecord(json: json).stack == record.stack)
        let planted = try #require(json["stack"]?["planted"]?.elements)
        #expect(planted.map { $0["name"]?.string } == ["no-limiter", "slow-shed"])
        #expect(planted[0]["caught_by"]?.string == "shed, goodput")
        #expect(json["stack"]?["metrics"]?.string == "http://127.0.0.1:1/metrics")
        #expect(json["stack"]?["exports"]?.string == "http://127.0.0.1:2/admin/export")
        #expect(json["stack"]?["setting"]?["service"]?["pay_ms"]?.double == 0.5)
    }

    @Test func `what a later version adds is passed over`() throws {
        var json = RunRecord.example.json
        json = Self.changed(json, ["new"]) { _ in .object([]) }
        json = Self.changed(json, ["identity", "host"]) { _ in .text("x") }
        json = Self.changed(json, ["events", 0, "kind"]) { _ in .text("landing") }
        json = Self.changed(json, ["identity", "about"]) { _ in .null }
        let read = try RunRecord(json: json)
        #expect(read.events[0].kind == .note && read.identity.about == nil)
        #expect(read.identity.runID == RunRecord.example.identity.runID)
    }

    struct Refusal: CustomTestStringConvertible {
        let place: [any Sendable]
        let value: JSONValue?
        let fault: RecordFault

        init(_ place: [any Sendable], _ value: JSONValue?, _ path: String, _ reason: String) {
            self.place = place
            self.value = value
            fault = RecordFault(path: path, reason: reason)
        }

        var testDescription: String { "\(fault)" }
    }

    static let refusals: [Refusal] = [
        Refusal(
            ["version"], .integer(2), "run.version",
            "version 2 was written by a newer Spillway; this one reads up to 1"),
        Refusal(["version"], nil, "run", "'version' is missing"),
        Refusal(["slice_ms"], .integer(0), "run.slice_ms", "expected a time above 0"),
        Refusal(["slice_ms"], .number(1e300), "run.slice_ms", "expected a time in milliseconds"),
        Refusal(["identity", "seed"], .integer(7), "run.identity.seed", "expected a string"),
        Refusal(["identity", "seed"], .text("-1"), "run.identity.seed", "expected a seed in digits"),
        Refusal(
            ["ending", "kind"], .text("won"), "run.ending.kind", "expected completed, aborted, interrupted or failed"),
        Refusal(["ending", "at_ms"], nil, "run.ending", "'at_ms' is missing"),
        Refusal(["stages", 1, "to_ms"], .integer(0), "run.stages[1]", "'to_ms' is before 'from_ms'"),
        Refusal(
            ["stages", 1, "cells", 1, "step"], .integer(2), "run.stages[1].cells[1].step",
            "expected the place of one of 2 steps"),
        Refusal(
            ["stages", 1, "cells", 1, "step"], .integer(0), "run.stages[1].cells[1].step", "cells are not in order"),
        Refusal(
            ["slices", 1, "cells", 0, "outcomes", "odd"], .integer(1), "run.slices[1].cells[0].outcomes",
            "'odd' is no outcome"),
        Refusal(
            ["slices", 1, "cells", 0, "outcomes", "ok"], .number(1.5), "run.slices[1].cells[0].outcomes.ok",
            "expected a whole number from 0 on"),
        Refusal(
            ["slices", 1, "cells", 0, "raw", "hdr"], .text("no"), "run.slices[1].cells[0].raw.hdr",
            "no histogram: notBase64"),
        Refusal(
            ["slices", 1, "cells", 0, "raw", "count"], .integer(38), "run.slices[1].cells[0].raw.hdr",
            "39 values where 'count' says 38"),
        Refusal(["generator", "lag"], .array([]), "run.generator.lag", "expected one entry for each of 2 stages"),
        Refusal(["generator", "control", "sent"], nil, "run.generator.control", "'sent' is missing"),
        Refusal(
            ["snapshots", 0, "moment"], .text("during"), "run.snapshots[0].moment", "expected one of 'before', 'after'"),
        Refusal(
            ["snapshots", 1, "live", "rows", "journal"], .text("x"), "run.snapshots[1].live.rows.journal",
            "expected a whole number from 0 on"),
        Refusal(["snapshots", 1, "shadow", "watermark"], nil, "run.snapshots[1].shadow", "'watermark' is missing"),
        Refusal(
            ["egress", 1, "by"], .text("nobody"), "run.egress[1].by",
            "expected one of 'driver', 'stack', 'banks', 'live_twins'"),
        Refusal(["egress", 1, "origin"], nil, "run.egress[1]", "'origin' is missing"),
        Refusal(["observed", 0, "values", 0], .text("x"), "run.observed[0].values[0]", "expected a number"),
    ]

    @Test(arguments: refusals)
    func `a record that is not whole is refused with its place`(refusal: Refusal) throws {
        let json = Self.changed(RunRecord.example.json, refusal.place) { _ in refusal.value }
        #expect(throws: refusal.fault) { try RunRecord(json: json) }
    }

    @Test func `every member is needed, but for those that may be left out`() throws {
        var needed = 0
        for (key, value) in try #require(RunRecord.example.json.members)
        where !["snapshots", "egress", "faults", "channels", "groups"].contains(key) {
            let isLeftOut = ["drain", "stack", "watch"].contains(key)
            for inner in (isLeftOut ? [] : [nil]) + (value.members ?? []).map({ Optional($0.0) })
            where ![
                "about", "arrivals_cut", "control", "unknown", "world", "planted", "metrics", "exports", "advised",
                "descriptors_missing",
            ].contains(inner) {
                let place: [any Sendable] = inner.map { [key, $0] } ?? [key]
                let json = Self.changed(RunRecord.example.json, place) { _ in nil }
                #expect(throws: RecordFault.self, "\(place)") { try RunRecord(json: json) }
                needed += 1
            }
        }
        #expect(needed == 44)
    }

    /// `json` with the value at a path of keys and places changed, added or taken away.
    private static func changed(
        _ json: JSONValue, _ path: [any Sendable], _ change: (JSONValue?) -> JSONValue?
    ) -> JSONValue {
        guard let first = path.first else { return change(json) ?? .null }
        let rest = Array(path.dropFirst())
        switch (json, first) {
        case (.array(var elements), let place as Int):
            elements[place] = changed(elements[place], rest, change)
            return .array(elements)
        case (.object(var members), let key as String):
            let index = members.firstIndex { $0.0 == key } ?? members.count
            let old = index < members.count ? members[index].1 : nil
            let new = rest.isEmpty ? change(old) : changed(old ?? .object([]), rest, change)
            if index < members.count { members.remove(at: index) }
            if let new { members.insert((key, new), at: index) }
            return .object(members)
        default: preconditionFailure("nothing at \(first)")
        }
    }

    private static let root = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }
}
