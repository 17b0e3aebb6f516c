// Nanoseconds and heap allocations of a payment's request and of its answer's check, without sockets.
//
//     swift run -c release JourneyBench [rounds]

import BenchSupport
import Diagnostics
import Journeys
import PlanLanguage
import PlanModel
import SeededRandom
import Timebase

let planText = """
    plan: bench
    target: {url: "http://127.0.0.1:8080"}
    data:
      merchant: {pool: 1000, pick: zipf 1.1}
      amount: {minor: lognormal p50=4900 p99=250000, currency: CNY}
    journeys:
      pay:
        steps:
          - POST /v1/payments:
              headers: {Idempotency-Key: "${id}", X-Merchant: "${merchant}"}
              json: {amount: "${amount}", currency: CNY, merchant: "${merchant}"}
              expect: {status: [201, 202]}
              keep: {payment: $.id}
      query:
        steps:
          - GET /v1/payments/${recent.payment}: {}
      sign:
        steps:
          - POST /v1/payments:
              json: {amount: "${amount}", merchant: "${merchant}"}
              sign: {header: X-Sign, method: hmac-sha256, key: secret, over: "${request.method} ${request.path} ${request.body}"}
    traffic:
      - hold: {for: 1s, rate: 1/s}
    """

let answer = """
    {"object":"payment","id":"pay_01JC3M9T5Y8W2Q4R6S7V0X1Z3A","amount":4900,"currency":"CNY","state":"pending",\
    "created":"2026-11-21T09:30:00.125Z","merchant":"merchant-17","links":{"self":"/v1/payments/1"}}
    """

@main struct JourneyBench {
    static func main() {
        let rounds = CommandLine.arguments.count > 1 ? Int(CommandLine.arguments[1]) ?? 41 : 41
        let book = compiled()
        let (loop, seed) = (LoopData(book), Seed(1).split("data"))
        let context = JourneyContext(book, on: loop)
        var wire: [UInt8] = []
        var (arrival, sum) = (0, 0)
        func begin(_ journey: CompiledJourney) {
            arrival += 1
            context.begin(journey, arrival: arrival, seed: seed.child(arrival), intendedAt: .microseconds(20))
        }
        func render(_ journey: CompiledJourney) {
            wire.removeAll(keepingCapacity: true)
            guard context.render(journey.steps[0], into: &wire) == .whole else { fatalError("not whole") }
            sum &+= wire.count
        }
        let (pay, query, sign) = (book.journeys[0], book.journeys[1], book.journeys[2])
        let measure = { (name: String, work: () -> Void) in
            Figure.measure(rounds: rounds, calls: 20_000, work).report(name)
        }
        measure("begin a payment: id, amount, merchant") { begin(pay) }
        measure("render a payment") { render(pay) }
        measure("begin and render a payment") {
            begin(pay)
            render(pay)
        }
        let (head, body) = (Array("HTTP/1.1 201 Created\r\n\r\n".utf8), Array(answer.utf8))
        measure("check its answer of \(body.count) bytes, keep one field") {
            guard context.check(pay.steps[0], status: 201, head: head.span, body: body.span) == .ok else {
                fatalError("not ok")
            }
        }
        measure("begin and render a query of a recent payment") {
            begin(query)
            render(query)
        }
        measure("begin and render a signed payment") {
            begin(sign)
            render(sign)
        }
        print("checksum \(sum)")
    }

    static func compiled() -> JourneyBook {
        let parsed = Plan.parse(SourceText(name: "bench", text: planText))
        guard let plan = parsed.plan else { fatalError("\(parsed.diagnostics)") }
        let setting = RunSetting(
            runID: "1t9k3qmx8kq2m4c", epochMilliseconds: 1_795_257_000_000,
            shadowFields: [
                ("x-shadow", "v1.1t9k3qmx8kq2m4c.1795260000.lB4ZfIVf2pbCkx2zRpzCXm1wtW3J6XMs8XkRV0pDkl0"),
                ("baggage", "shadow=1,run=1t9k3qmx8kq2m4c"),
            ])
        guard let book = JourneyBook.compile(plan, setting).book else { fatalError("not compiled") }
        return book
    }
}
