import ChannelProfile
import Diagnostics
import Evidence
import JSON
import PlanModel
import PlanValues
import Timebase
import Traffic

/// The plan's faults on the clock of its traffic, without the names of stages.
///
/// The banks count from the instant at which they are told. A pause by hand does not stop their clock: what goes wrong with
/// a bank goes on.
struct PlannedFaults {
    private var faults: [(span: Range<TimeSpan>, fault: Fault)]

    init(_ plan: Plan, _ traffic: PlannedTraffic) {
        faults = plan.faults.map { fault in
            let instant = fault.at.value
            let stage = traffic.stages.first { $0.name == instant.stage }
            let begin = (stage?.span.lowerBound ?? .zero) + instant.offset
            return (begin..<begin + fault.span, fault)
        }
    }

    /// Those that are up, of one bank or of all, end now; what is still to come stays.
    mutating func end(at now: TimeSpan, _ channel: String?) {
        for index in faults.indices where channel == nil || faults[index].fault.channel.value == channel {
            faults[index].span = faults[index].span.ended(at: now)
        }
    }

    var isEmpty: Bool { faults.isEmpty }

    /// `delay`: until the traffic begins.
    func json(from delay: TimeSpan) -> JSONValue {
        .array(
            faults.map { span, fault in fault.beginning(at: max(span.lowerBound + delay, .zero)).json })
    }

    /// In the order of time.
    var all: [FaultRecord] {
        faults.map { FaultRecord(channel: $0.fault.channel.value, what: $0.fault.what, span: $0.span) }
            .sorted { $0.span.lowerBound < $1.span.lowerBound }
    }

    /// Those that came before `end`, in the order of time.
    func events(before end: TimeSpan) -> [RunEvent] {
        let marks = faults.flatMap { span, fault in
            [
                RunEvent(at: span.lowerBound, kind: .fault, text: "\(fault.words) begins"),
                RunEvent(at: span.upperBound, kind: .fault, text: "\(fault.words) ends"),
            ]
        }
        return marks.filter { $0.at <= end }.sorted { $0.at < $1.at }
    }
}

extension Range<TimeSpan> {
    /// What was of it until then; itself where that is not in it.
    func ended(at now: TimeSpan) -> Self { contains(now) ? lowerBound..<now : self }
}

extension Fault {
    /// `icbc: latency x8, for some`
    var words: String {
        let isForAll = match.isForAll && rate.value == 1
        return "\(channel.value): \(what)" + (isForAll ? "" : ", for some,")
    }

    var what: String { effects.map(\.words).joined(separator: " and ") }
}

extension Effect {
    fileprivate var words: String {
        switch self {
        case .latency(let factor, let more):
            "latency" + (factor.map { " x\($0)".dropLast() } ?? "") + (more.map { " +\($0)" } ?? "")
        case .stall: "stall"
        case .timeout(let rate, let charged): "timeout of \(rate), \(charged) of them charged,"
        case .connection: "broken connections"
        case .error(let status, let rate): "error \(status) for \(rate)"
        case .truncatedBody: "truncated bodies"
        case .malformedBody: "malformed bodies"
        case .wrongLength: "bodies of the wrong length"
        case .drippingBody: "dripping bodies"
        case .heldCallbacks: "held callbacks"
        case .maintenance(let status): "maintenance (\(status))"
        case .refusal: "refused connections"
        case .deafness: "connections that nobody reads"
        }
    }
}
