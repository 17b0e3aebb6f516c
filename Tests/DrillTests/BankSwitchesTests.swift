import ChannelProfile
import EventLoop
import Evidence
import HTTPService
import HTTPWire
import ShadowTag
import TestFolders
import Testing
import Timebase
import Traffic

@testable import Drill

/// Faults by hand at banks that do not answer as they should.
@Suite struct BankSwitchesTests {
    /// An operator's side that says what the test says, and no banks behind it.
    private final class Said: BankHost {
        let admin: Address
        let channels: [(name: String, address: Address)]
        var talk: [String] { [] }
        var loss: String? { nil }
        func waitForLoss() async {}
        func stop() async -> String? { nil }

        init(_ admin: Address) {
            self.admin = admin
            channels = [("icbc", admin)]
        }
    }

    /// What came of an order, and of another behind it.
    private struct Found {
        var replies: [FaultReply] = []
        var notes: [String] = []
        var isChangedByHand = false
        var byHand = 0
    }

    private static func order(
        _ order: FaultOrder, _ answer: @escaping (HTTPExchange, EventLoop) async throws -> Void
    ) throws -> Found {
        let plan = """
            plan: switched
            target: {url: "${channels.icbc}"}
            channels: one.yaml
            journeys: {pay: {steps: ["GET /": {}]}}
            traffic: [hold: {for: 5s, rate: 1/s}]

            """
        let drill = try SimulatedDrill(plan: plan, profile: "profile: one\nchannels: {icbc: {}}\n")
            .order(in: TestFolder())
        let loop = EventLoop.simulated(seed: 1)
        return try loop.run { () async throws in
            let server = HTTPServer(on: loop) { try await answer($0, loop) }
            let host = Said(try server.listen(on: .loopback()))
            let runID = RunID(secondsSince1970: 0, entropy: [1, 2, 3, 4, 5])
            let bankOrder = try #require(BankOrder(drill, runID: runID, expires: 1))
            let banks = try RunBanks(bankOrder, host, on: loop)
            let planned = PlannedFaults(drill.plan, try PlannedTraffic(drill.plan))
            let switches = BankSwitches(planned, of: banks, on: loop)
            var found = Found()
            switches.note = { found.notes.append($0) }
            switches.begin(at: loop.now)
            switches.take(order) { found.replies.append($0) }
            await switches.rest()
            (found.isChangedByHand, found.byHand) = (switches.isChangedByHand, switches.byHand.count)
            _ = await banks.stop()
            await server.drain(until: loop.now + .seconds(60))
            return found
        }
    }

    private static let stall = FaultOrder.post(
        Array(#"[{"at":"0s","for":"10s","channel":"icbc","stall":true}]"#.utf8))

    @Test func `an order that the banks took without saying so marks the run`() throws {
        let found = try Self.order(Self.stall) { exchange, loop in
            try await loop.sleep(until: loop.now + OperatorClient.patience * 2)
            exchange.respond(204)
        }
        #expect(found.isChangedByHand && found.byHand == 0)
        #expect(found.notes.count == 1, "\(found.notes)")
        #expect(found.notes[0].hasPrefix("by hand: icbc: stall for 10s may have been put up: "), "\(found.notes)")
        guard case .unavailable? = found.replies.first else { return #expect(Bool(false), "\(found.replies)") }
    }

    @Test func `faults that may be over mark the run`() throws {
        let found = try Self.order(.clear(channel: "icbc")) { exchange, loop in
            if exchange.method == .get {
                let up = #"[{"at":"0s","for":"10s","channel":"icbc","stall":true,"up":true}]"#
                return exchange.respond(200, body: Array(up.utf8))
            }
            try await loop.sleep(until: loop.now + OperatorClient.patience * 2)
            exchange.respond(204)
        }
        #expect(found.isChangedByHand && found.notes.count == 1)
        #expect(found.notes.first?.hasPrefix("by hand: the faults of icbc may be over: ") == true, "\(found.notes)")
    }

    @Test func `an order that the banks refuse has changed nothing`() throws {
        let found = try Self.order(Self.stall) { exchange, _ in exchange.respond(422) }
        #expect(!found.isChangedByHand && found.byHand == 0 && found.notes.isEmpty)
        guard case .unavailable? = found.replies.first else { return #expect(Bool(false), "\(found.replies)") }
    }
}
