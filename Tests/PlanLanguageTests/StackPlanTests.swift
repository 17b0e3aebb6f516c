import Diagnostics
import PlanModel
import PlanValues
import StackVocabulary
import Testing
import Timebase

@testable import PlanLanguage

@Suite struct StackPlanTests {
    private func outcome(
        _ stack: String, target: String = "stack: embedded", channels: String = "channels: m.yaml\n"
    )
        -> Plan.Outcome
    {
        let text =
            "plan: p\ntarget: {\(target)}\n\(channels)\(stack)\njourneys: {pay: {steps: [GET /: {}]}}\n"
            + "traffic: [hold: {for: 1s, rate: 1/s}]\n"
        return Plan.parse(SourceText(name: "p", text: text))
    }

    private func mistakes(_ stack: String) -> [String] {
        outcome(stack).diagnostics.map { $0.message + ($0.fix.map { "; \($0)" } ?? "") }
    }

    @Test func `untagged twins have a rate with bounds, and are warned of where they would be real payments`() {
        #expect(mistakes("shadow: {control: 50/s}") == [])
        for rate in ["0/s", "51/s", "60000/min"] {
            let found = mistakes("shadow: {control: \(rate)}")
            #expect(found.count == 1 && found[0].hasPrefix("twins come at a rate above 0 and up to 50/s"), "\(found)")
        }
        let outside = outcome("shadow: {control: 5/s}", target: "url: http://127.0.0.1:1", channels: "")
        #expect(outside.plan?.shadow.control?.value.perSecond == 5)
        #expect(
            outside.diagnostics.map(\.message) == [
                "untagged twins are real payments to any stack but the embedded one"
            ])
    }

    @Test func `what would stay unknown for want of time is warned of, with the fix`() {
        func warned(_ fault: String, _ rest: String = "") -> [String] {
            mistakes("faults: [{at: 0s, for: 1s, channel: b, \(fault)}]\n\(rest)")
        }
        let lost = "timeout: {rate: 10%, charged: 50%}"
        #expect(
            warned(lost) == [
                "payments that are lost here stay unknown: the stack asks for them after 90s, and the drill is over 30s "
                    + "behind the fault; write 'drain: {within: 120s}', or 'stack: {query: {first: 2s}}' where no bank takes "
                    + "as long for a request"
            ])
        #expect(warned("connection: {reset-before-reply: 1%}").count == 1)
        #expect(warned("connection: {empty-reply: 1%}").count == 1)
        #expect(warned("connection: {reset-after-commit: 1%}") == [])
        #expect(warned("timeout: {rate: 10%, charged: 100%}") == [])
        #expect(warned("timeout: {rate: 0%, charged: 0%}") == [])
        #expect(warned("error: {status: 500, rate: 10%}") == [])
        #expect(warned("where: {operation: query}, \(lost)") == [])
        #expect(warned("where: {operation: capture}, \(lost)").count == 1)
        #expect(warned(lost, "stack: {query: {first: 30s}}") == [])
        #expect(warned(lost, "drain: {within: 90s}") == [])
        #expect(warned(lost, "drain: {within: 89s}").count == 1)
    }

    @Test func `a bank that is asked before it comes to a request is warned of, with the fix`() {
        func warned(_ latency: String, _ fault: String? = nil, first: String = "2s", drain: String = "60s") -> [String]
        {
            let plan = """
                plan: p
                target: {stack: embedded}
                stack: {query: {first: \(first)}}
                channels: m.yaml
                journeys: {pay: {steps: [GET /: {}]}}
                traffic: [hold: {for: 1s, rate: 1/s}]
                drain: {within: \(drain)}
                \(fault.map { "faults: [{at: 0s, for: 10s, channel: b, \($0)}]" } ?? "")

                """
            let outcome = Plan.parse(SourceText(name: "p", text: plan), readsChannels: true) { path in
                SourceText(name: path, text: "profile: m\nchannels:\n  b: {\(latency)}\n")
            }
            return outcome.diagnostics.map {
                "\($0.span?.source.name ?? "-"): \($0.message)" + ($0.fix.map { "; \($0)" } ?? "")
            }
        }
        #expect(
            warned("latency: 2s") == [
                "m.yaml: 'b' may come to a request 2s after it was sent, and is asked for it 2s behind the call: what it has not "
                    + "done by then counts as not done, and 'money' may fail; write 'stack: {query: {first: 5s}}'"
            ])
        #expect(warned("latency: 1999ms") == [] && warned("latency: 2s", first: "5s") == [])
        #expect(warned("latency: lognormal p50=1s p99=2s").count == 1)
        #expect(warned("latency: exponential 435ms").count == 1 && warned("latency: exponential 434ms") == [])
        #expect(warned("latency: uniform min=1s max=2100ms").count == 1)
        #expect(warned("latency: normal mean=1s sd=430ms").count == 1)
        #expect(warned("latency: exponential 3s, timer: 1s") == [])
        #expect(warned("latency: 1s, operations: {capture: {latency: 4s}}").count == 1)
        #expect(warned("latency: 1s, operations: {query: {latency: 4s}, transfer: {latency: 4s}}") == [])
        let slow = warned("latency: 100ms", "latency: {multiply: 10, add: 1s}")
        #expect(slow.count == 1 && slow[0].hasPrefix("p: 'b' may come to a request 2s after"), "\(slow)")
        #expect(warned("latency: 100ms", "latency: {multiply: 9, add: 1s}") == [])
        #expect(warned("latency: 1s", "rate: 0%, latency: {add: 9s}") == [])
        #expect(warned("latency: 1s", "where: {operation: query}, latency: {add: 9s}") == [])
        #expect(warned("latency: 1s", "where: {operation: refund}, latency: {add: 9s}").count == 1)
        #expect(warned("latency: 1s", "where: {operation: query}, never-read: true", first: "10s").count == 1)
        #expect(warned("latency: 1s", "never-read: true", first: "11s").count == 1)
        #expect(warned("latency: 1s", "never-read: true", first: "12s") == [])
        #expect(warned("latency: 1s", "stall: true", first: "10s").count == 1)
        #expect(warned("latency: 1s", "stall: true", first: "11s") == [])
        // Later than the drain it would not ask at all.
        #expect(warned("latency: 20s", drain: "30s")[0].hasSuffix("{first: 41s}}' and 'drain: {within: 71s}'"))
        // However long: hours of centuries are no mistake of the plan's language.
        for latency in ["exponential 600000h", "normal mean=1h sd=1200000h", "uniform min=1h max=2000000h", "2000000h"]
        {
            let found = warned("latency: \(latency)")
            #expect(found.count == 1 && found[0].hasSuffix("; make it shorter"), "\(found)")
        }
        #expect(warned("latency: 2000000h", "latency: {multiply: 1000000}").count == 1)
    }

    @Test func `a plan that says nothing of its stack gets the standard one`() throws {
        let stack = try #require(outcome("").plan).stack
        #expect(stack.setting == StackSetting() && stack.store == .sqlite && stack.defects.isEmpty)
    }

    @Test func `everything that can be said of a stack arrives in its setting`() throws {
        let text = """
            stack:
              cores: 3
              service: {pay: 500us, query: 80us, refuse: 0.5ms}
              store: memory
              isolation: databases
              merchants: 50
              limits: {merchant: 60/min, queue: 200, age: 250ms, amount: 99900}
              deadline: 3s
              bank: {timeout: 800ms, connections: 32, pipeline: 8}
              breaker: {opens at: 30%, of at least: 10, within: 5s, for: 2s, probes: 1}
              query: {first: 2s, max-per-payment: 5, rate: 40/s}
              notify: {attempts: 4, first-wait: 100ms, timeout: 1s, under-way: 16}
              defects: [no-limiter, slow-shed]
            """
        let stack = try #require(outcome(text).plan, "\(mistakes(text))").stack
        var wanted = StackSetting()
        wanted.cores = 3
        var costs = ServiceCosts(pay: .microseconds(500))
        costs.query = .microseconds(80)
        costs.refuse = .microseconds(500)
        wanted.service = costs
        wanted.isolation = .databases
        wanted.merchants = 50
        wanted.merchantRate = 1
        wanted.queueMax = 200
        wanted.queueAgeMax = .milliseconds(250)
        wanted.amountMax = 99_900
        wanted.deadline = .seconds(3)
        wanted.bankTimeout = .milliseconds(800)
        wanted.bankConnections = 32
        wanted.bankPipeline = 8
        wanted.breaker.failureShare = 0.3
        wanted.breaker.callsMin = 10
        wanted.breaker.window = .seconds(5)
        wanted.breaker.openFor = .seconds(2)
        wanted.breaker.probes = 1
        wanted.query.first = .seconds(2)
        wanted.query.perPaymentMax = 5
        wanted.query.rate = 40
        wanted.notify.attemptsMax = 4
        wanted.notify.firstWait = .milliseconds(100)
        wanted.notify.timeout = .seconds(1)
        wanted.notify.underWayMax = 16
        wanted.defects = [.noLimiter, .slowShed]
        #expect(stack.setting == wanted)
        #expect(stack.store == .memory)
        #expect(stack.defects.map(\.value) == [.noLimiter, .slowShed])
        #expect(stack.defects.map(\.span.text) == ["no-limiter", "slow-shed"])
    }

    @Test func `one span says what a payment takes, and the others follow from it`() throws {
        let stack = try #require(outcome("stack: {cores: 1, service: 2ms}").plan).stack
        #expect(stack.setting.service == ServiceCosts(pay: .milliseconds(2)))
    }

    @Test(arguments: [
        ("stack: {defects: [no-limitter]}", "there is no defect 'no-limitter'; did you mean 'no-limiter'?"),
        ("stack: {defects: [zebra]}", "there is no defect 'zebra'; 'spillway stack --list-defects' lists them"),
        (
            "stack: {defects: [no-limiter, no-limiter]}",
            "the defect 'no-limiter' is planted twice; leave one of the two out"
        ),
        ("stack: {cores: 0}", "'cores' is from 1 to 64, not 0"),
        ("stack: {service: 500}", "'service' needs a unit; write '500ms' or '500s'"),
        ("stack: {service: {query: 5us}}", "'service' has no 'pay'; write 'pay: 250ms'"),
        ("stack: {limits: {merchant: 5}}", "'merchant' needs a unit; write '5/s' or '300/min'"),
        ("stack: {query: {rate: 0/s}}", "'rate' must be more than 0; leave it out, or write '100/s'"),
        ("stack: {breaker: {opens at: 0%}}", "'opens at' must be more than 0%"),
        ("stack: {deadline: 0s}", "'deadline' is from 1ms to 86400s, not 0s"),
        ("stack: {store: postgres}", "'store' cannot be 'postgres'; write 'sqlite' or 'memory'"),
        ("stack: {core: 2}", "'stack' has no key 'core'; did you mean 'cores'?"),
    ])
    func `a stack that cannot be says why, and what to write`(stack: String, words: String) {
        #expect(mistakes(stack) == [words])
    }

    @Test func `an embedded stack without banks is told at the word that asks for it`() throws {
        let found = try #require(outcome("", channels: "").diagnostics.first)
        #expect(found.message == "the embedded stack has no banks to send payments to")
        #expect(
            found.fix
                == "write 'channels:' with the path of a mock profile, or 'url' for a stack that is already there")
        #expect(found.span?.text == "embedded")
    }

    @Test func `the stack's own metrics are named by a word, where there is a stack`() throws {
        let observe = "observe: [{prometheus: stack, series: {waiting: queue_depth}}]"
        let plan = try #require(outcome(observe).plan)
        #expect(plan.observe.map(\.prometheus.value) == [.stack])
        let found = outcome(observe, target: #"url: "http://a""#, channels: "").diagnostics.map(\.message)
        #expect(found == ["this plan drives no embedded stack, so it has no metrics"])
    }

    @Test func `settings of a stack that nobody drives are a mistake`() {
        let found = outcome("stack: {cores: 2}", target: #"url: "http://a""#, channels: "").diagnostics.map(\.message)
        #expect(found == ["'stack' sets up the embedded stack, which this plan does not drive"])
    }
}

extension SourceSpan {
    fileprivate var text: String { String(decoding: source.bytes[range], as: UTF8.self) }
}
