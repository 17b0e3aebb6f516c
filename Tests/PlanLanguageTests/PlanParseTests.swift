import ChannelProfile
import Diagnostics
import PlanModel
import PlanValues
import Testing
import Timebase

@testable import PlanLanguage

@Suite struct PlanParseTests {
    static let small = """
        plan: p
        target: {url: "http://a"}
        journeys: {pay: {steps: [GET /: {}]}}
        traffic:
          - hold: {for: 1s, rate: 1/s}
          - hold: {for: 1s, rate: 2/s}
          - spike: {for: 1s, rate: 3/s, name: flash}

        """

    private func rendered(_ outcome: Plan.Outcome) -> String {
        DiagnosticRenderer(width: 110).render(outcome.diagnostics)
    }

    @Test(arguments: BrokenPlan.all)
    func `a broken plan says what is wrong, where, and what to write`(broken: BrokenPlan) {
        let outcome = Plan.parse(SourceText(name: "p", text: broken.text))
        #expect(outcome.plan == nil)
        #expect(rendered(outcome) == broken.words)
    }

    private static let banks = """
        plan: p
        target: {stack: embedded}
        channels: ../mocks/banks.yaml
        journeys: {pay: {steps: [GET /: {}]}}
        traffic: [hold: {for: 1s, rate: 1/s}]
        faults:
          - {at: 1s, for: 1s, channel: icbd, stall: true}
        targets:
          - breaker: {channel: icbc, opens within: 1s}
          - routing: {channel: merchant, away within: 1s, back within: 1s}
          - blast radius: {channel: cbc, at most: 1.2x}

        """

    private func read(_ files: [String: String]) -> Plan.Outcome {
        Plan.parse(SourceText(name: "p", text: Self.banks), readsChannels: true) { path throws(IncludeError) in
            guard let text = files[path] else { throw IncludeError("No such file or directory") }
            return SourceText(name: path, text: text)
        }
    }

    @Test func `who names a channel is held against those of the profile, and of what it includes`() {
        let outcome = read([
            "../mocks/banks.yaml": "profile: b\ninclude: more/banks.yaml\nchannels: {icbc: {}}\n",
            "../mocks/more/banks.yaml": "channels: {ccb: {}}\n",
        ])
        #expect(
            rendered(outcome) == """
                p:7:32: error: there is no channel 'icbd'; did you mean 'icbc'?
                 7 |   - {at: 1s, for: 1s, channel: icbd, stall: true}
                   |                                ^~~~
                p:10:24: error: there is no channel 'merchant'; the profile's: icbc, ccb
                 10 |   - routing: {channel: merchant, away within: 1s, back within: 1s}
                    |                        ^~~~~~~~
                p:11:29: error: there is no channel 'cbc'; did you mean 'ccb'?
                 11 |   - blast radius: {channel: cbc, at most: 1.2x}
                    |                             ^~~

                """)
        let right = read(["../mocks/banks.yaml": "profile: b\nchannels: {icbd: {}, icbc: {}, merchant: {}, cbc: {}}\n"])
        #expect(right.plan != nil)
        #expect(right.profile?.channels.count == 4)
    }

    @Test func `a profile that is not there is a mistake of the plan, and what is wrong with one is told at its place`()
    {
        #expect(
            rendered(read([:])) == """
                p:3:11: error: the mock profile '../mocks/banks.yaml' cannot be read: No such file or directory; its path is relative to the plan
                 3 | channels: ../mocks/banks.yaml
                   |           ^~~~~~~~~~~~~~~~~~~

                """)
        let wrong = read([
            "../mocks/banks.yaml": "profile: b\nchannels: {icbd: {timer: 1}, icbc: {}, merchant: {}, cbc: {}}\n"
        ])
        #expect(wrong.plan == nil)
        #expect(wrong.profile == nil)
        #expect(wrong.diagnostics.map(\.message) == ["'timer' needs a unit"])
        #expect(wrong.diagnostics[0].span?.source.name == "../mocks/banks.yaml")
        let other = read(["../mocks/banks.yaml": Self.banks])
        #expect(other.diagnostics.map(\.message) == ["this is a plan, and no profile"])
    }

    @Test func `defaults are filled in, and nameless stages are called for their kind`() throws {
        let plan = try #require(Plan.parse(SourceText(name: "p", text: Self.small)).plan)
        #expect(plan.target.connections == 256)
        #expect(plan.arrivals == .poisson)
        #expect(plan.classify.shed == [429, 503])
        #expect(plan.traffic.map(\.name.value) == ["hold", "hold-2", "flash"])
    }

    @Test func `a list that may be left out may be empty`() {
        let text = Self.small + "faults: []\nguards: []\ntargets: []\nobserve: []\n"
        #expect(Plan.parse(SourceText(name: "p", text: text)).diagnostics.isEmpty)
    }

    @Test func `a stage needs time and arrivals, and a recent value its name`() {
        let text = """
            plan: p
            target: {url: "http://a"}
            journeys: {pay: {steps: ['GET /${recent}': {}]}}
            traffic: [hold: {for: 0s, rate: 0/s}]

            """
        #expect(
            Plan.parse(SourceText(name: "p", text: text)).diagnostics.map(\.message) == [
                "'recent' needs the name of a kept value", "'for' must be longer than 0s", "'rate' must be more than 0",
            ])
    }

    @Test(arguments: ["'GET /${order}': {}", "GET /: {headers: {X: '${order}'}}"])
    func `a value is kept for its own journey, and for others as a recent one`(step: String) {
        let text = """
            plan: p
            target: {url: "http://a"}
            journeys:
              buy: {steps: [GET /: {keep: {order: $.id}}, 'GET /${order}': {}]}
              ask: {steps: [\(step)]}
            traffic: [hold: {for: 1s, rate: 1/s}]

            """
        let outcome = Plan.parse(SourceText(name: "p", text: text))
        #expect(outcome.diagnostics.map(\.message) == ["no earlier step of this journey keeps 'order'"])
        #expect(outcome.diagnostics.first?.fix == "a value kept by another journey is '${recent.order}'")
        let recent = text.replacing(step, with: step.replacing("${order}", with: "${recent.order}"))
        #expect(Plan.parse(SourceText(name: "p", text: recent)).plan != nil)
    }

    @Test func `settings replace what the text says, and are read like it`() throws {
        func parsed(_ overrides: String...) -> Plan.Outcome {
            Plan.parse(SourceText(name: "p", text: Self.small), overrides: overrides)
        }
        let outcome = parsed("target.connections=64", "traffic.flash.rate=9/s", "traffic.0.hold.for=5s", "seed=12")
        let plan = try #require(outcome.plan)
        #expect(plan.target.connections == 64)
        #expect(plan.seed == 12)
        guard case .spike(let rate, _) = plan.traffic[2].load else { throw YAMLShapeError() }
        #expect(rate.perSecond == 9)
        #expect(plan.traffic[0].load.span?.seconds == 5)
        #expect(
            rendered(parsed("target.conections=64")) == """
                --set:1:1: error: 'target' has no key 'conections'; did you mean 'connections'?
                 1 | target.conections=64
                   | ^~~~~~~~~~~~~~~~~

                """)
        #expect(
            rendered(parsed("traffic.flash.rate=9")).hasPrefix("--set traffic.flash.rate:1:1: error: 'rate' needs a"))
        #expect(
            rendered(parsed("traffic.flush.rate=9/s")).contains("there is no 'flush' to set; the list has 3 elements"))
        #expect(rendered(parsed("seed")).contains("a setting has a path and a value"))
    }

    @Test func `included files add journeys and data, and never replace them`() throws {
        func parsed(_ files: [String: String]) -> Plan.Outcome {
            Plan.parse(SourceText(name: "p", text: Self.small + "include: a.yaml\n")) {
                path throws(IncludeError) in
                guard let text = files[path] else { throw IncludeError("no such file") }
                return SourceText(name: path, text: text)
            }
        }
        let plan = try #require(
            parsed([
                "a.yaml": "include: [b.yaml]\njourneys: {ask: {steps: ['GET /${m}': {}]}}\n",
                "b.yaml": "data: {m: {pool: 3}}\n",
            ]).plan)
        #expect(plan.journeys.map(\.name.value) == ["pay", "ask"])
        #expect(plan.data.map(\.name.value) == ["m"])
        #expect(rendered(parsed([:])).contains("'a.yaml' cannot be read: no such file"))
        #expect(rendered(parsed(["a.yaml": "include: a.yaml\n"])).contains("'a.yaml' includes itself"))
        #expect(
            rendered(parsed(["a.yaml": "seed: 1\n"])).contains("an included file has no 'seed'; it holds 'journeys'"))
        #expect(
            rendered(parsed(["a.yaml": "journeys: {pay: {steps: [GET /x: {}]}}\n"]))
                .contains("a.yaml:1:12: error: two journeys are called 'pay'; give one another name"))
    }

    @Test func `a secret that the environment lacks is a warning, and its value is never looked at`() throws {
        let text = PlanParseTests.small.replacing("GET /: {}", with: "'GET /${env.KEY}': {}")
        let source = SourceText(name: "p", text: text)
        #expect(Plan.parse(source).diagnostics.isEmpty)
        #expect(Plan.parse(source, environment: ["KEY": "secret"]).diagnostics.isEmpty)
        let outcome = Plan.parse(source, environment: [:])
        #expect(outcome.plan != nil)
        #expect(rendered(outcome).hasPrefix("p:3:32: warning: the environment has no 'KEY'; set it before the run\n"))
    }
}
