import ChannelProfile
import EventLoop
import Glibc
import HTTPService
import JSON
import LoadDriver
import Timebase

/// Orders to the run, each a POST of one JSON object:
///
///     /control/rate          {"factor": 1.2}            of the planned rate, in tenths
///     /control/pause         {}
///     /control/resume        {}
///     /control/stop          {"at_once": false}         as q on the terminal; twice, as q twice
///     /control/faults        {"faults": [{"for": "30s", "channel": "icbc", "latency": {"multiply": 5}}]}
///     /control/faults/clear  {"channel": "icbc"}        without a channel: at all banks
///
/// What is ordered is done at the driver's next turn, and told in the next second's event. It is noted in the report as what
/// was pressed on the terminal is.
struct ControlDesk {
    let loop: EventLoop
    let controls: LiveControls
    /// What the run is at.
    let phase: String

    static let paths = [
        "/control/rate", "/control/pause", "/control/resume", "/control/stop", "/control/faults",
        "/control/faults/clear",
    ]
    static let bodyBytesMax = 64 * 1024
    /// Banks answer in milliseconds, or are not well.
    private static let patience = TimeSpan.seconds(10)

    /// An end that is waited for can still be cut short; what is only looked at and written down cannot.
    private static let phasesBehindTraffic: Set = ["teardown", "draining", "auditing", "reporting", "ended"]
    private static let phasesBehindRun: Set = ["auditing", "reporting", "ended"]

    func carryOut(_ path: String, _ body: JSONValue) async throws(Problem) {
        try admit(path)
        switch path {
        case "/control/rate": controls.command(.rate(tenths: try tenths(body)))
        case "/control/pause": controls.command(.pause)
        case "/control/resume": controls.command(.resume)
        case "/control/stop": controls.command(try stop(body))
        case "/control/faults": try await order(.post(try faults(body)))
        case "/control/faults/clear": try await order(.clear(channel: try channel(body)))
        default: preconditionFailure("\(path) is no order")
        }
    }

    /// The banks themselves say whether they are there.
    private func admit(_ path: String) throws(Problem) {
        let isOver = (path == "/control/stop" ? Self.phasesBehindRun : Self.phasesBehindTraffic).contains(phase)
        guard isOver, !path.hasPrefix("/control/faults") else { return }
        throw Problem(status: 409, kind: "traffic-over", detail: "nothing is left to steer: the run is at '\(phase)'")
    }

    private func tenths(_ body: JSONValue) throws(Problem) -> Int {
        let range = DriverCommand.rateTenths
        guard let factor = body["factor"]?.double, factor.isFinite, abs(factor) < 1_000,
            abs(factor * 10 - (factor * 10).rounded()) < 1e-6, range.contains(Int((factor * 10).rounded()))
        else {
            let ends = (Double(range.lowerBound) / 10, Double(range.upperBound) / 10)
            throw Problem.wrong("factor", "a number of tenths from \(ends.0) to \(ends.1)")
        }
        return Int((factor * 10).rounded())
    }

    private func stop(_ body: JSONValue) throws(Problem) -> DriverCommand {
        guard let atOnce = body["at_once"] else { return .stop(signal: SIGINT) }
        guard let isAtOnce = atOnce.bool else { throw Problem.wrong("at_once", "true or false") }
        return isAtOnce ? .abandon(signal: SIGINT) : .stop(signal: SIGINT)
    }

    private func faults(_ body: JSONValue) throws(Problem) -> [UInt8] {
        guard let list = body["faults"], let faults = list.elements, !faults.isEmpty else {
            throw Problem.missing("faults", "a list of faults as profiles have them")
        }
        // Those of profiles say when they begin; by hand that is now.
        return JSONValue.array(faults.map(Self.beginningNow)).bytes(.compact)
    }

    private static func beginningNow(_ fault: JSONValue) -> JSONValue {
        guard let members = fault.members, fault["at"] == nil else { return fault }
        return .object([("at", .text("0s"))] + members)
    }

    private func channel(_ body: JSONValue) throws(Problem) -> String? {
        guard let channel = body["channel"] else { return nil }
        guard let name = channel.string else { throw Problem.wrong("channel", "the name of a bank") }
        return name
    }

    private func order(_ order: FaultOrder) async throws(Problem) {
        let answer = AwaitedReply(loop)
        controls.faults(order) { answer.give($0) }
        switch await answer.wait(until: loop.now + Self.patience) {
        case .done: return
        case .refused(let words): throw Problem(status: 400, kind: "wrong-faults", detail: words)
        case .unavailable(let words): throw Problem(status: 409, kind: "no-banks", detail: words)
        case nil: throw Problem(status: 504, kind: "no-answer", detail: "the banks did not answer in \(Self.patience)")
        }
    }
}

/// It may come at once, later, or never.
private final class AwaitedReply {
    private let place: Parking
    private var reply: FaultReply?

    init(_ loop: EventLoop) {
        place = Parking(loop)
    }

    func give(_ reply: FaultReply) {
        self.reply = reply
        place.wake()
    }

    func wait(until deadline: Instant) async -> FaultReply? {
        if reply == nil { _ = await place.wait(until: deadline) }
        return reply
    }
}
