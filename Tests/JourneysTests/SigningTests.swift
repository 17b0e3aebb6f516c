import Journeys
import Testing

/// Signatures against published vectors, and against digests made by another implementation.
struct SigningTests {
    private static func signature(
        _ request: String, _ sign: String, environment: [String: String] = [:]
    ) throws
        -> String
    {
        let drill = try Drill(
            """
            journeys:
              one:
                steps:
                  - POST /base/v1/pay?x=1:
                      \(request)
                      sign: \(sign)
            """
        ) { $0.environment.merge(environment) { $1 } }
        drill.begin()
        return try #require(try drill.request()["x-signature"])
    }

    @Test func `hmac-sha256 is that of RFC 4231`() throws {
        let signature = try Self.signature(
            #"body: "what do ya want for nothing?""#,
            #"{header: X-Signature, method: hmac-sha256, key: Jefe, over: "${request.body}"}"#)
        #expect(signature == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
    }

    @Test func `a key of the journey's values signs as a key of the plan does`() throws {
        let drill = try Drill(
            """
            journeys:
              one:
                steps:
                  - POST /key: {keep: {secret: $.secret}}
                  - POST /pay:
                      body: "what do ya want for nothing?"
                      sign: {header: X-Signature, method: hmac-sha256, key: "${secret}", over: "${request.body}"}
            """)
        drill.begin()
        #expect(drill.check(0, 200, #"{"secret": "Jefe"}"#) == .ok)
        #expect(
            try drill.request(1)["x-signature"] == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
    }

    @Test func `method, target and body are signed as they are sent`() throws {
        let signature = try Self.signature(
            "json: {a: 1}",
            #"{header: X-Signature, method: hmac-sha256, key: "${env.KEY}", over: "${request.method} ${request.path} ${request.body}"}"#
        )
        #expect(signature == "15615afd36803c602e5c95825d68f78c04da79f900a463df2951d0ca25b0500d")
    }

    @Test func `sha256 is that of FIPS 180, with the key behind`() throws {
        let plain = try Self.signature("body: abc", #"{header: X-Signature, method: sha256, over: "${request.body}"}"#)
        #expect(plain == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        let keyed = try Self.signature(
            "body: abc", #"{header: X-Signature, method: sha256, key: "${env.KEY}", over: "${request.body}"}"#)
        #expect(keyed == "afcb12512ff218c850c8672f2f984f34d86f7739c5f4bee205442eb5a6ad6fff")
    }

    @Test func `md5-sorted takes the fields by name, the key behind them`() throws {
        let signature = try Self.signature(
            #"form: {b: "& 2", amount: 4900, a: 1, A: 9}"#,
            #"{header: X-Signature, method: md5-sorted, key: "&key=${env.MD5}", over: "a=0&${request.body}"}"#,
            environment: ["MD5": "192006250b4c09247ec02edce69f6a2d"])
        #expect(signature == "e0ca932ee161a2f09a95190dcd599e53")
    }

    @Test func `several signatures stand side by side, before the length`() throws {
        let drill = try Drill(
            """
            data: {amount: {minor: exponential 4900, currency: EUR}}
            journeys:
              one:
                steps:
                  - POST /pay:
                      json: {amount: "${amount}"}
                      sign:
                        - {header: X-One, method: sha256, over: "${request.body}"}
                        - {header: X-Two, method: sha256, over: "${request.path}${amount}"}
            """)
        drill.begin()
        let request = try drill.request()
        #expect(request.fields.map(\.name).suffix(3) == ["X-One", "X-Two", "content-length"])
        #expect(request["x-one"] != request["x-two"])
    }
}
