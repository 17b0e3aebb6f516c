import Evidence
import LoadDriver
import TestFolders
import Testing
import Timebase

@testable import Dashboard

@Suite struct LiveMetricsTests {
    /// Lines of a text, by the series that they are of; fails where one stands twice.
    private static func series(_ text: String) throws -> [String: String] {
        var found: [String: String] = [:]
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            let space = try #require(line.lastIndex(of: " "))
            let name = String(line[..<space])
            #expect(found[name] == nil, "\(name) stands twice")
            found[name] = String(line[line.index(after: space)...])
        }
        return found
    }

    private static func text(
        _ run: LiveRun = LiveRig.run(), _ change: (inout DriverSecond) -> Void = { _ in }
    ) throws
        -> String
    {
        var text = ""
        var second = LiveRig.second(9)
        change(&second)
        let told = second
        try LiveRig.run { (rig) async throws in
            rig.board.begin(run)
            rig.board.enter(phase: "traffic")
            rig.board.end(told)
            let answer = try await rig.ask("GET", "/metrics")
            #expect(answer.field("content-type") == "text/plain; version=0.0.4; charset=utf-8")
            text = answer.body
        }
        return text
    }

    @Test func `a scraper finds what the run has counted`() throws {
        let text = try Self.text()
        let series = try Self.series(text)
        #expect(series["spillway_arrivals_started_total"] == "900")
        let step = #"journey="pay",step="POST /v1/payments",position="1""#
        #expect(series["spillway_steps_total{\(step),outcome=\"ok\"}"] == "100")
        #expect(series["spillway_request_duration_seconds_bucket{\(step),le=\"0.002\"}"] == "0")
        #expect(series["spillway_request_duration_seconds_bucket{\(step),le=\"0.005\"}"] == "100")
        #expect(series["spillway_request_duration_seconds_bucket{\(step),le=\"+Inf\"}"] == "100")
        #expect(series["spillway_request_duration_seconds_count{\(step)}"] == "100")
        #expect(series["spillway_request_duration_seconds_sum{\(step)}"] == "0.4")
        #expect(series[#"spillway_guard_value{guard="error ratio > 20%"}"#] == "0.05")
        #expect(series[#"spillway_fault_up{channel="icbc",fault="latency x5"}"#] == "1")
        #expect(series[#"spillway_observed_value{series="stack: queue depth"}"#] == "3")
        #expect(series[#"spillway_observed_value{series="orders open"}"#] == nil)
        #expect(series[#"spillway_run_phase{phase="traffic"}"#] == "1")
    }

    @Test func `every family says what it is before its first line, once`() throws {
        let lines = try Self.text().split(separator: "\n").map(String.init)
        let helps = lines.filter { $0.hasPrefix("# HELP ") }.map { $0.split(separator: " ")[2] }
        let types = lines.filter { $0.hasPrefix("# TYPE ") }.map { $0.split(separator: " ")[2] }
        #expect(helps == types && Set(types).count == types.count && types.count > 25)
    }

    @Test func `names of any kind are labels that a scraper can read`() throws {
        let hostile = "<script>alert(1)</script>\"} 1\nspillway_forged 1\\\u{202E}"
        let run = LiveRig.run { record in
            record.identity.plan = hostile
            record.steps[0].journey = hostile
        }
        let text = try Self.text(run) { second in
            second.guards[0].text = hostile
            second.progress.stageName = hostile
        }
        let escaped = #"<script>alert(1)</script>\"} 1 spillway_forged 1\\\\u{202E}"#
        #expect(text.contains("plan=\"\(escaped)\"") && text.contains("guard=\"\(escaped)\""))
        #expect(!text.split(separator: "\n").contains { $0.hasPrefix("spillway_forged") })
    }

    @Test func `the number of series is bounded, and steps that are alike are told apart`() throws {
        let run = LiveRig.run { record in
            record.steps = (0..<500).map { index in
                StepRecord(
                    journey: "long", title: "GET /same", priority: "normal", isFirst: index == 0)
            }
        }
        let text = try Self.text(run) { second in
            second.totals.steps = (0..<500).map { _ in
                var totals = StepTotals()
                totals.outcomes[.ok] = 2
                totals.latency.record(1_000_000)
                return totals
            }
            second.guards = (0..<500).map { index in
                GuardReading(
                    text: "guard \(index / 2)", value: 1, limit: 2, isAbove: true, unit: .count, heldSeconds: 0,
                    tripSeconds: 1)
            }
        }
        let series = try Self.series(text)
        #expect(series.count < 2_500, "\(series.count)")
        let others = #"journey="(others)",step="(others)",position="0""#
        #expect(series["spillway_steps_total{\(others),outcome=\"ok\"}"] == "880")
        #expect(series["spillway_request_duration_seconds_count{\(others)}"] == "440")
    }

    @Test func `the page of the docs lists every metric with its kind`() throws {
        let root = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }
        let page = try TestFolder().text(of: "\(root)/docs/live.md")
        let rows = page.split(separator: "\n").filter { $0.hasPrefix("| `spillway_") }
        let told = rows.map { row in
            let cells = row.split(separator: "|")
            return cells[0].filter { $0 != "`" && $0 != " " } + " " + cells[1].filter { $0 != " " }
        }
        var text = try Self.text()
        try LiveRig.run { (rig) async throws in
            rig.board.begin(LiveRig.run())
            rig.board.end(LiveEnding(verdict: "met", headline: "All targets met", exitCode: 0))
            text += try await rig.ask("GET", "/metrics").body
        }
        let real = Set(
            text.split(separator: "\n").filter { $0.hasPrefix("# TYPE ") }.map { $0.dropFirst(7).description })
        #expect(told.sorted() == real.sorted())
    }
}
