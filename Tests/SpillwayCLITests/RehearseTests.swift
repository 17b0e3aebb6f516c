import Diagnostics
import JSON
import PlanLanguage
import PlanModel
import Testing
import Timebase
import Traffic

@testable import SpillwayCLI

@Suite struct RehearseTests {
    private static let text = """
        plan: sketch
        about: a peak
        seed: 3
        target: {url: "http://127.0.0.1:8080", connections: 40, in-flight: 1000}
        journeys:
          pay:
            weight: 3
            steps:
              - POST /v1/payments: {keep: {payment: $.id}}
              - think: 100ms
              - GET /v1/payments/${payment}: {}
          ask:
            priority: low
            steps:
              - GET /v1/payments: {}
        arrivals: uniform
        traffic:
          - warm-up: {for: 10s, rate: 100/s}
          - ramp: {for: 20s, from: 100/s, to: 400/s}
          - spike: {for: 2s, rate: 800/s, name: flash, mix: {pay: 1}}
          - users: {count: 50, think: 900ms, for: 18s}
        """

    private static func plan(_ text: String = text) throws -> Plan {
        let outcome = Plan.parse(SourceText(name: "sketch.yaml", bytes: Array(text.utf8)))
        return try #require(outcome.plan, "\(outcome.diagnostics)")
    }

    private static func rehearsal(
        _ terminal: Terminal = .plain, latency: TimeSpan = .milliseconds(50)
    ) throws -> TrafficRehearsal {
        try TrafficRehearsal(plan(), seed: 3, latency: latency, terminal: terminal)
    }

    @Test func `the whole text of a small plan`() throws {
        let lines = try Self.rehearsal().lines(for: .plain)
        let golden = """
            sketch: a peak
            7,600 arrivals in 50s with seed 3 (uniform, 7,600 expected)

            800/s|                                             ##
                 |                                            .##
                 |                                            ###
                 |                                            ###
            400/s|                                     .....#####
                 |                           .....################
                 |                 .....##########################
                 |################################################
                0+--------------------------------------------------------------------------
                  warm-up       ramp                          3  users
                  0s            10s                           30s                        50s

               stage    kind       from  for            rate  expected  scheduled
            1  warm-up  warm-up *    0s  10s           100/s     1,000      1,000
            2  ramp     ramp        10s  20s  100/s to 400/s     5,000      5,000
            3  flash    spike       30s   2s           800/s     1,600      1,600
            4  users    users       32s  18s        50 users         -          -

            journey  priority  share  expected  requests each
            pay      normal    80.3%     6,100              2
            ask      low       19.7%     1,500              1

            * no verdict counts a warm-up
            expected: on average; scheduled: with this seed. A journey's requests are
              without retries.

            At the peak, if each request takes 50ms (--latency):
              requests        1,600/s
              connections     80 of 40: too few, requests will wait for one
              open arrivals   160 of 1,000; a target silent for 1.25s fills them, and
                arrivals are dropped
              cores           0.02, at 12.0us of CPU a request
              evidence        949 KiB on disk, in all
            Retries, duplicates, repeated polls and waits for webhooks come on top.
            """
        #expect(lines.joined(separator: "\n") == golden)
    }

    @Test func `blocks are drawn in eighths where the reader has them`() throws {
        let terminal = Terminal(isInteractive: true, columns: 40, isUnicode: true, isColoured: false)
        let lines = try Self.rehearsal(terminal).lines(for: terminal)
        #expect(lines.contains { $0.hasPrefix("800/s│") })
        #expect(lines.contains { $0.contains("▁") && $0.contains("█") })
    }

    @Test(arguments: [20, 40, 57, 80, 120, 200])
    func `the drawing never leaves the reader's columns`(columns: Int) throws {
        let terminal = Terminal(isInteractive: true, columns: columns, isUnicode: true, isColoured: false)
        let rehearsal = try Self.rehearsal(terminal)
        let chart = RateChart(rehearsal.preview, length: rehearsal.traffic.length, terminal: terminal)
        #expect(chart.lines.allSatisfy { $0.count <= columns })
        #expect(chart.lines.contains { $0.count == columns })
    }

    @Test func `the estimate is arithmetic over the mix of each stage`() throws {
        let estimate = try Self.rehearsal(latency: .milliseconds(100)).estimate
        // In the spike each arrival pays: two requests of 0.1 s and 0.1 s of thought.
        #expect(estimate.requestsPerSecondPeak == 1_600)
        #expect(abs(estimate.connectionsPeak - 160) < 1e-9)
        #expect(abs(estimate.openArrivalsPeak - 240) < 1e-9)
        #expect(abs(estimate.cores - 0.0192) < 1e-9)
        #expect(estimate.untilDropped == .milliseconds(1_250))
        // 6,000 scheduled arrivals at 1.75 requests, 1,600 at 2, and 50 users whose turns take 1.15 s.
        let turns = 50 / (0.175 + 0.075 + 0.9) * 18
        #expect(abs(estimate.requests - (6_000 * 1.75 + 1_600 * 2 + turns * 1.75)) < 1e-6)
    }

    @Test func `caps that the peak exceeds are said to be too small`() throws {
        let lines = try Self.rehearsal(latency: .seconds(1)).lines(for: .plain)
        #expect(lines.contains { $0.hasPrefix("  connections     1,600 of 40: too few") })
        #expect(lines.contains { $0.hasPrefix("  open arrivals   1,680 of 1,000: too few") })
    }

    @Test func `programs read the same as JSON`() throws {
        let text = try Self.rehearsal().json.written()
        for part in [
            #""plan": "sketch""#, #""length_s": 50"#, #""scheduled": 7600"#, #""rate_peak_per_s": 800"#,
            #""kind": "warm-up""#, #""users": 50"#, #""connections_max": 40"#, #""open_arrivals_max": 1000"#,
        ] {
            #expect(text.contains(part), "\(part) is not in \(text)")
        }
    }

    @Test func `a seed on the command line replaces the plan's own`() {
        let plan = "rehearse --arrivals \(Saying.root)/plans/steady-state.yaml"
        let (own, other) = (Saying(plan), Saying("\(plan) --seed 2"))
        #expect(own.code == .success)
        #expect(own.results[1].contains("with seed 1 "))
        #expect(other.results[1].contains("with seed 2 "))
        #expect(own.results[1] != other.results[1])
    }

    @Test func `options of a rehearsal are none of a drawing, nor the other way round`() {
        let plan = "\(Saying.root)/plans/steady-state.yaml"
        #expect(
            Saying("rehearse --arrivals --out x \(plan)").talk == [
                "error: '--out' is of rehearsals, and '--arrivals' makes none; leave one of them out"
            ])
        #expect(
            Saying("rehearse --latency 5ms \(plan)").talk == [
                "error: '--latency' is of the estimates; write '--arrivals' as well, or leave it out"
            ])
    }

    @Test func `a plan that is wrong draws nothing, and the next one is drawn all the same`() {
        let root = Saying.root
        let saying = Saying("rehearse --arrivals missing.yaml \(root)/plans/steady-state.yaml")
        #expect(saying.code == .usage)
        #expect(saying.talk == ["error: 'missing.yaml' cannot be read: No such file or directory"])
        #expect(saying.results.contains { $0.hasPrefix("steady-state: ") })
    }

    @Test func `a recording that is not there is named`() {
        let saying = Saying("rehearse --arrivals \(Saying.root)/plans/outside-stack.yaml")
        #expect(saying.code == .usage)
        let place = "\(Saying.root)/plans/recordings/friday.ndjson"
        let words = "error: the recording 'recordings/friday.ndjson' cannot be read: open '\(place)': "
        #expect(saying.talk.last == words + "No such file or directory (ENOENT)")
    }
}
