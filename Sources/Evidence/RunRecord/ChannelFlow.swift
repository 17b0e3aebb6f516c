import JSON

/// What one of the run's own banks saw of the drill, slice by slice of the run.
package struct ChannelFlow: Sendable, Equatable {
    package var channel: String
    /// Requests that ask the bank to move money, again or for the first time.
    package var writes: [UInt64]
    /// Of these, the ones with which something came to any bank for the first time.
    package var firsts: [UInt64]
    package var queries: [UInt64]
    /// Writes and queries that the bank did not answer as it should: with 429, 5xx, nothing, or nothing whole.
    package var failed: [UInt64]
    /// Writes on behalf of senders that had given up before, and that nobody had told anything.
    package var late: [UInt64]
    /// Latencies, from the due instant, of what was let in and went through this bank; nil where no target asks for them.
    package var admitted: [PackedHistogram]?

    package init(channel: String, slices: Int) {
        self.channel = channel
        let none = [UInt64](repeating: 0, count: slices)
        (writes, firsts, queries, failed, late) = (none, none, none, none, none)
    }
}

extension ChannelFlow {
    var json: JSONValue {
        func counts(_ counts: [UInt64]) -> JSONValue { .array(counts.map { .count($0) }) }
        return .present([
            ("channel", .text(channel)), ("writes", counts(writes)), ("firsts", counts(firsts)),
            ("queries", counts(queries)),
            ("failed", counts(failed)), ("late", counts(late)),
            ("admitted", admitted.map { .array($0.map { $0.json ?? .null }) }),
        ])
    }

    init(_ place: JSONPlace) throws(RecordFault) {
        func counts(_ key: String) throws(RecordFault) -> [UInt64] {
            try place.member(key).map { count throws(RecordFault) in try count.uint64() }
        }
        self.init(channel: try place.string("channel"), slices: 0)
        writes = try counts("writes")
        firsts = try counts("firsts")
        queries = try counts("queries")
        failed = try counts("failed")
        late = try counts("late")
        admitted = try place.optional("admitted")?.map { slice throws(RecordFault) in
            try PackedHistogram(slice.value.isNull ? nil : slice)
        }
    }
}
