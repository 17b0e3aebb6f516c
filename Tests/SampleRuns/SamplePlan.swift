/// A plan of one payment a journey, against an embedded stack whose knee is declared: two cores and 20 ms a payment make 100 a
/// second, of which a queue and its deadline cost some.
package enum SamplePlan {
    /// The mock profile that the plan names: one bank, which is never the limit.
    package static let banksName = "one.yaml"
    package static let banks = "profile: one\nchannels: {direct: {latency: 5ms}}\n"

    /// - Parameters:
    ///   - age: how long a payment may wait in the stack's queue.
    ///   - defects: of the stack, by their names in a plan, with commas between.
    package static func declared(timeout: String, age: String, defects: String = "") -> String {
        """
        plan: declared
        target: {stack: embedded, timeout: \(timeout)}
        stack: {cores: 2, service: 20ms, limits: {queue: 200, age: \(age)}, defects: [\(defects)]}
        channels: \(banksName)
        data: {merchant: {pool: 100}}
        journeys:
          pay:
            steps:
              - POST /v1/payments:
                  headers: {Idempotency-Key: "${id}", X-Merchant: "${merchant}"}
                  json: {amount: 700, currency: EUR}
                  expect: {status: [201, 202]}
        arrivals: uniform
        traffic: [hold: {for: 5s, rate: 100/s}]

        """
    }
}
