extension ChannelProfile {
    /// The same banks for live traffic: of the same seed, so a payment has the same fate at both. They listen where there
    /// is room, and take what bears no mark; what bears one is taken as well, as real banks would, and stands in the
    /// journal as such.
    package var liveTwin: ChannelProfile {
        ChannelProfile(
            name: name, about: about, seed: seed, allow: allow, channels: channels.map(\.liveTwin), faults: faults,
            statement: statement)
    }
}

extension Channel {
    fileprivate var liveTwin: Channel {
        Channel(
            name: name, about: about, listen: nil, idempotency: idempotency, untagged: .record, capacity: capacity,
            latency: latency, latencies: latencies, timer: timer, outcome: outcome, settlement: settlement,
            callback: callback, query: query, cutOff: cutOff, fixedAnswer: fixedAnswer)
    }
}
