import ChannelProfile
import EventLoop
import JSON
import LoadDriver
import Testing
import Timebase

@testable import Dashboard

/// Who may look, and who may steer.
@Suite struct DoorTests {
    private static let bearer = "Authorization: Bearer \(LiveRig.token)"
    private static let json = "Content-Type: application/json"

    struct Refused: Sendable, CustomTestStringConvertible {
        let method: String
        let target: String
        let fields: [String]
        let status: Int
        var body = "{}"
        var testDescription: String { "\(method) \(target) \(fields)" }
    }

    static let refused: [Refused] = [
        // Without the token, or with another.
        Refused(method: "POST", target: "/control/pause", fields: [json], status: 401),
        Refused(method: "POST", target: "/control/pause", fields: [json, "Authorization: Bearer x"], status: 401),
        Refused(
            method: "POST", target: "/control/pause", fields: [json, bearer.dropLast().description + "X"], status: 401),
        Refused(
            method: "POST", target: "/control/pause", fields: [json, "Cookie: token=\(LiveRig.token)"], status: 401),
        Refused(method: "POST", target: "/control/pause?token=\(LiveRig.token)", fields: [json], status: 401),
        // A name that somebody has made to lead here.
        Refused(method: "POST", target: "/control/pause", fields: [json, bearer, "Host: evil.example"], status: 421),
        Refused(method: "GET", target: "/events", fields: ["Host: evil.example:PORT"], status: 421),
        Refused(method: "GET", target: "/metrics", fields: ["Host: localhost"], status: 421),
        Refused(method: "GET", target: "/", fields: ["Host: 127.0.0.1.evil.example:PORT"], status: 421),
        Refused(method: "GET", target: "/", fields: ["Host: 127.0.0.1:1"], status: 421),
        Refused(method: "GET", target: "/", fields: ["Host: 10.0.0.1:PORT"], status: 421),
        // A page of another site.
        Refused(
            method: "POST", target: "/control/pause", fields: [json, bearer, "Origin: http://evil.example"], status: 403
        ),
        Refused(method: "POST", target: "/control/pause", fields: [json, bearer, "Origin: null"], status: 403),
        Refused(
            method: "POST", target: "/control/pause", fields: [json, bearer, "Origin: https://127.0.0.1:PORT"],
            status: 403),
        Refused(
            method: "POST", target: "/control/pause", fields: [json, bearer, "Sec-Fetch-Site: cross-site"], status: 403),
        Refused(
            method: "POST", target: "/control/pause", fields: [json, bearer, "Sec-Fetch-Site: same-site"], status: 403),
        Refused(method: "GET", target: "/events", fields: ["Sec-Fetch-Site: cross-site"], status: 403),
        Refused(method: "GET", target: "/metrics", fields: ["Origin: http://evil.example"], status: 403),
        Refused(
            method: "GET", target: "/metrics",
            fields: ["Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document"], status: 403),
        // What a form can send.
        Refused(
            method: "POST", target: "/control/pause", fields: [bearer, "Content-Type: text/plain"], status: 415),
        Refused(
            method: "POST", target: "/control/pause",
            fields: [bearer, "Content-Type: application/x-www-form-urlencoded"], status: 415),
        Refused(method: "POST", target: "/control/pause", fields: [bearer], status: 415),
        // What is no order.
        Refused(method: "GET", target: "/control/pause", fields: [bearer], status: 405),
        Refused(method: "OPTIONS", target: "/control/pause", fields: ["Origin: http://127.0.0.1:PORT"], status: 405),
        Refused(method: "POST", target: "/control/pause", fields: [json, bearer], status: 400, body: "[]"),
        Refused(method: "POST", target: "/control/pause", fields: [json, bearer], status: 400, body: "{"),
        Refused(method: "POST", target: "/control/else", fields: [json, bearer], status: 405),
        Refused(method: "GET", target: "/else", fields: [], status: 404),
        Refused(method: "POST", target: "/", fields: [json, bearer], status: 405),
        Refused(method: "DELETE", target: "/metrics", fields: [], status: 405),
    ]

    @Test(arguments: refused) func `a request that is not ours to serve is refused, and does nothing`(
        refused: Refused
    ) throws {
        try LiveRig.run { (rig) async throws in
            let fields = refused.fields.map { $0.replacing("PORT", with: "\(rig.address.port)") }
            let answer = try await rig.ask(refused.method, refused.target, fields, body: refused.body)
            #expect(answer.status == refused.status, "\(answer.head)")
            #expect(rig.commands.isEmpty && rig.faultOrders.isEmpty)
            let head = answer.head.lowercased()
            #expect(!head.contains("access-control") && !head.contains("set-cookie"))
            #expect(!answer.body.contains(LiveRig.token))
        }
    }

    @Test(arguments: ["/", "/live.js", "/live.css", "/metrics"]) func `on loopback looking needs no token`(
        target: String
    ) throws {
        try LiveRig.run { (rig) async throws in
            rig.board.begin(LiveRig.run())
            for host in ["\(rig.address)", "localhost:\(rig.address.port)"] {
                let answer = try await rig.ask("GET", target, ["Host: \(host)", "Sec-Fetch-Site: same-origin"])
                #expect(answer.status == 200 && answer.field("x-content-type-options") == "nosniff")
                #expect(answer.field("referrer-policy") == "no-referrer" && answer.field("x-frame-options") == "DENY")
                let policy = try #require(answer.field("content-security-policy"))
                #expect(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"))
                #expect(!policy.contains("unsafe"))
            }
        }
    }

    @Test func `a link to the page may be followed from anywhere`() throws {
        try LiveRig.run { (rig) async throws in
            let visit = ["Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document"]
            #expect(try await rig.ask("GET", "/", visit).status == 200)
            let framed = ["Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: iframe"]
            #expect(try await rig.ask("GET", "/", framed).status == 403)
        }
    }

    @Test func `a body larger than any order is not read`() throws {
        try LiveRig.run { (rig) async throws in
            let body = "{\"a\":\"" + String(repeating: "x", count: 70_000) + "\"}"
            let answer = try await rig.order("pause", body)
            #expect(answer.status == 413 && rig.commands.isEmpty, "\(answer.head)")
        }
    }

    // MARK: Orders

    @Test func `orders come to the driver`() throws {
        try LiveRig.run { (rig) async throws in
            rig.board.begin(LiveRig.run())
            for (path, body) in [
                ("rate", #"{"factor": 1.2}"#), ("rate", #"{"factor":4}"#), ("pause", "{}"), ("resume", "{}"),
                ("stop", "{}"), ("stop", #"{"at_once": true}"#),
            ] {
                #expect(try await rig.order(path, body).status == 202, "\(path) \(body)")
            }
            #expect(
                rig.commands
                    == [.rate(tenths: 12), .rate(tenths: 40), .pause, .resume, .stop(signal: 2), .abandon(signal: 2)])
        }
    }

    @Test(arguments: [
        ("rate", "{}"), ("rate", #"{"factor": 0}"#), ("rate", #"{"factor": 4.1}"#), ("rate", #"{"factor": 1.25}"#),
        ("rate", #"{"factor": -1}"#), ("rate", #"{"factor": 1e300}"#), ("rate", #"{"factor": "2"}"#),
        ("stop", #"{"at_once": "yes"}"#), ("faults", "{}"), ("faults", #"{"faults": []}"#),
        ("faults", #"{"faults": {}}"#), ("faults/clear", #"{"channel": 3}"#),
    ]) func `an order that makes no sense is answered with what is wrong`(path: String, body: String) throws {
        try LiveRig.run { (rig) async throws in
            let answer = try await rig.order(path, body)
            #expect(answer.status == 400 && answer.field("content-type") == "application/problem+json")
            #expect(try JSONValue(parsing: Array(answer.body.utf8))["detail"]?.string?.isEmpty == false)
            #expect(rig.commands.isEmpty && rig.faultOrders.isEmpty)
        }
    }

    @Test func `faults by hand begin now, and the banks' answer is the order's`() throws {
        try LiveRig.run { (rig) async throws in
            let fault = #"{"for": "30s", "channel": "icbc", "stall": true}"#
            #expect(try await rig.order("faults", #"{"faults": [\#(fault)]}"#).status == 202)
            #expect(try await rig.order("faults/clear", #"{"channel": "icbc"}"#).status == 202)
            #expect(try await rig.order("faults/clear", "{}").status == 202)
            let posted = #"[{"at":"0s","for":"30s","channel":"icbc","stall":true}]"#
            #expect(
                rig.faultOrders == [.post(Array(posted.utf8)), .clear(channel: "icbc"), .clear(channel: nil)])
            for (reply, status) in [
                (FaultReply.refused("no such bank"), 400), (.unavailable("gone"), 409), (nil, 504),
            ] {
                rig.faultReply = reply
                #expect(try await rig.order("faults", #"{"faults": [\#(fault)]}"#).status == status)
            }
        }
    }

    @Test(arguments: [("traffic", 202, 202), ("teardown", 409, 202), ("draining", 409, 202), ("auditing", 409, 409)])
    func `behind the traffic only its end is steered`(phase: String, rate: Int, stop: Int) throws {
        try LiveRig.run { (rig) async throws in
            rig.board.enter(phase: phase)
            #expect(try await rig.order("rate", #"{"factor": 2}"#).status == rate)
            for order in ["pause", "resume"] { #expect(try await rig.order(order, "{}").status == rate) }
            #expect(try await rig.order("stop", "{}").status == stop)
            #expect(rig.commands.count == (rate == 202 ? 3 : 0) + (stop == 202 ? 1 : 0))
            #expect(try await rig.order("faults/clear", "{}").status == 202)
        }
    }

    @Test func `without a run there is nothing to steer`() throws {
        try LiveRig.run { (rig) async throws in
            rig.server.controls = nil
            #expect(try await rig.order("pause", "{}").status == 409)
        }
    }
}
