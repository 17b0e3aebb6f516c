import Journeys
import SeededRandom
import Testing
import Timebase

struct RenderingTests {
    static let pay = """
        data:
          merchant: {pool: 1000, pick: zipf 1.1}
          amount: {minor: lognormal p50=4900 p99=250000, currency: CNY}
        journeys:
          pay:
            steps:
              - POST /v1/payments:
                  headers: {Idempotency-Key: "${id}", X-Merchant: "${merchant}"}
                  json: {amount: "${amount}", currency: CNY, note: "for ${merchant}"}
                  expect: {status: [201, 202]}
                  keep: {payment: $.id}
              - GET /v1/payments/${payment}: {}
        """

    @Test func `a request is whole, and of the plan's values`() throws {
        let drill = try Drill(Self.pay)
        drill.begin()
        let request = try drill.request()
        #expect(request.method == "POST")
        #expect(request.target == "/v1/payments")
        #expect(request["host"] == "127.0.0.1:8080")
        #expect(request["content-type"] == "application/json")
        #expect(request["idempotency-key"] == drill.context.key.text)
        let merchant = try #require(request["x-merchant"])
        #expect(merchant.hasPrefix("merchant-"))
        let amount = try #require(drill.context.amount)
        #expect(request.text == #"{"amount":\#(amount),"currency":"CNY","note":"for \#(merchant)"}"#)
        #expect(drill.book.journeys[0].currency == "CNY")
    }

    @Test func `the bytes of a request stay what they are`() throws {
        let drill = try Drill(Self.pay)
        drill.begin()
        let golden = """
            POST /v1/payments HTTP/1.1\r
            host: 127.0.0.1:8080\r
            user-agent: spillway\r
            Idempotency-Key: 01M7YTFR9T001Y8N5ZYQS2CZQT\r
            X-Merchant: merchant-822\r
            baggage: shadow=1,run=run-1\r
            content-type: application/json\r
            traceparent: 00-709eb7672e8273952cb838f734c80b0b-f68d9f1749ac7769-01\r
            content-length: 59\r
            \r
            {"amount":95246,"currency":"CNY","note":"for merchant-822"}
            """
        #expect(String(decoding: drill.wire(), as: UTF8.self) == golden)
    }

    @Test func `what an answer keeps stands in the next request`() throws {
        let drill = try Drill(Self.pay)
        drill.begin()
        var nothing: [UInt8] = []
        #expect(drill.context.render(drill.steps[1], into: &nothing) == .keptMissing)
        #expect(nothing.isEmpty)
        #expect(drill.check(0, 201, #"{"state":"pending","id":"pay/1 é"}"#) == .ok)
        #expect(try drill.request(1).target == "/v1/payments/pay%2F1%20%C3%A9")
    }

    @Test func `one seed gives one request, another arrival another id`() throws {
        let (one, other) = (try Drill(Self.pay), try Drill(Self.pay))
        var ids: Set<String> = []
        for arrival in 0..<1_000 {
            one.begin(arrival)
            other.begin(arrival)
            #expect(one.wire() == other.wire())
            ids.insert(one.context.key.text)
        }
        #expect(ids.count == 1_000)
    }

    @Test func `a control twin bears no mark, whoever wrote it`() throws {
        let parts = """
            shadow: {headers: {X-Drill: "${run.id}"}}
            journeys:
              pay:
                steps:
                  - POST /pay:
                      headers:
                        {X-Shadow: play, X-Token: "a ${shadow.token}", Baggage: "shadow=1", x-drill: other, X-Kept: "${id}"}
                      json: {amount: 1}
            """
        let names = ["x-shadow", "x-token", "baggage", "x-drill"]
        let drill = try Drill(parts)
        drill.begin()
        let marked = try drill.request()
        #expect(names.allSatisfy { marked[$0] != nil })
        let control = try Drill(parts) { ($0.isShadow, $0.shadowToken) = (false, "") }
        control.begin()
        let request = try control.request()
        #expect(names.allSatisfy { request[$0] == nil }, "\(request.fields)")
        #expect(request["x-kept"] == marked["x-kept"] && request.body == marked.body)
    }
}
