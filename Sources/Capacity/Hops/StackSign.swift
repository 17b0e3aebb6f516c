import Diagnostics
import PlanModel
import StackVocabulary
import Timebase

/// What the embedded stack is asked about itself while it is probed, so that it can be told what held it back.
enum StackSign: Equatable {
    /// Requests that this limit refused, so far.
    case refused(Limit)
    /// Being worked on, and waiting at the door.
    case inside, waiting
    case storeLag
    /// Calls to a bank that were kept back by its breaker, limit or deadline, so far.
    case held(channel: String)
    case inFlight(channel: String)
    case room(channel: String)

    static func all(channels: [String]) -> [StackSign] {
        Limit.allCases.map(StackSign.refused) + [.inside, .waiting, .storeLag]
            + channels.flatMap { [.held(channel: $0), .inFlight(channel: $0), .room(channel: $0)] }
    }

    /// In the run's record; no plan can choose such a name for a series of its own.
    var name: String {
        switch self {
        case .refused(let limit): "capacity/refused/\(limit.rawValue)"
        case .inside: "capacity/inside"
        case .waiting: "capacity/waiting"
        case .storeLag: "capacity/store_lag_s"
        case .held(let channel): "capacity/held/\(channel)"
        case .inFlight(let channel): "capacity/in_flight/\(channel)"
        case .room(let channel): "capacity/room/\(channel)"
        }
    }

    private var selector: String {
        let shadow = #"namespace="shadow""#
        return switch self {
        case .refused(let limit): #"spillway_stack_refused_total{\#(shadow),limit="\#(limit.rawValue)"}"#
        case .inside: "spillway_stack_inside{\(shadow)}"
        case .waiting: "spillway_stack_queue_depth{\(shadow)}"
        case .storeLag: "spillway_stack_store_lag_seconds{\(shadow)}"
        case .held(let channel): #"spillway_stack_channel_held_total{\#(shadow),channel="\#(channel)"}"#
        case .inFlight(let channel): #"spillway_stack_channel_in_flight{\#(shadow),channel="\#(channel)"}"#
        case .room(let channel): #"spillway_stack_channel_limit{\#(shadow),channel="\#(channel)"}"#
        }
    }

    static func observation(channels: [String], at span: SourceSpan) -> Observation {
        Observation(
            prometheus: Located(.stack, at: span), every: .seconds(1),
            series: all(channels: channels).map { (name: Located($0.name, at: span), selector: $0.selector) })
    }
}
