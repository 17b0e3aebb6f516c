/// What a run reads off the embedded stack's metrics each second, whether its plan asks or not: limits, queues, shares and
/// breakers, of the shadow namespace. A judge finds them by these names among the observed series of a record.
package enum StackVital: Sendable, Hashable {
    case queueDepth, queueAge, inside, concurrencyLimit, unknown, openQuestions, outbox, storeWaiting
    /// Counters, since the stack began.
    case offered, admitted
    case refused(Limit)
    /// Of a channel.
    case share(String), breakersOpen(String), inFlight(String), limit(String), retries(String), held(String)

    /// More channels than this are not read: the series of a run are bounded.
    package static let channelsMax = 16

    /// All that there is to read of a stack with these channels.
    package static func all(channels: [String]) -> [StackVital] {
        [
            .queueDepth, .queueAge, .inside, .concurrencyLimit, .unknown, .openQuestions, .outbox, .storeWaiting,
            .offered,
            .admitted,
        ] + Limit.allCases.map(StackVital.refused)
            + channels.prefix(channelsMax).flatMap { channel in
                [
                    .share(channel), .breakersOpen(channel), .inFlight(channel), .limit(channel), .retries(channel),
                    .held(channel),
                ]
            }
    }

    /// Of the series, among those that the plan asks for.
    package var name: String {
        switch self {
        case .queueDepth: "stack: queue depth"
        case .queueAge: "stack: oldest in queue, seconds"
        case .inside: "stack: inside"
        case .concurrencyLimit: "stack: concurrency limit"
        case .unknown: "stack: unknown payments"
        case .openQuestions: "stack: open questions"
        case .outbox: "stack: outbox"
        case .storeWaiting: "stack: waiting for the store"
        case .offered: "stack: offered, in all"
        case .admitted: "stack: admitted, in all"
        case .refused(let limit): "stack: refused by \(limit.rawValue), in all"
        case .share(let channel): "\(channel): share"
        case .breakersOpen(let channel): "\(channel): open breakers"
        case .inFlight(let channel): "\(channel): in flight"
        case .limit(let channel): "\(channel): limit"
        case .retries(let channel): "\(channel): retries, in all"
        case .held(let channel): "\(channel): held back, in all"
        }
    }

    /// As Prometheus would be asked for it.
    package var selector: String {
        "spillway_stack_\(metric)" + "{namespace=\"shadow\"" + labels + "}"
    }

    private var metric: String {
        switch self {
        case .queueDepth: "queue_depth"
        case .queueAge: "queue_oldest_seconds"
        case .inside: "inside"
        case .concurrencyLimit: "concurrency_limit"
        case .unknown: "unknown"
        case .openQuestions: "open_questions"
        case .outbox: "outbox_waiting"
        case .storeWaiting: "store_waiting"
        case .offered: "offered_total"
        case .admitted: "admitted_total"
        case .refused: "refused_total"
        case .share: "channel_share"
        case .breakersOpen: "channel_breakers_open"
        case .inFlight: "channel_in_flight"
        case .limit: "channel_limit"
        case .retries: "channel_retries_total"
        case .held: "channel_held_total"
        }
    }

    private var labels: String {
        switch self {
        case .refused(let limit): ",limit=\"\(limit.rawValue)\""
        case .share(let channel), .breakersOpen(let channel), .inFlight(let channel), .limit(let channel),
            .retries(let channel), .held(let channel):
            ",channel=\"\(channel)\""
        default: ""
        }
    }
}
