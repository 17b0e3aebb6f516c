import JSON
package import Timebase

/// What a plan broke at one of its banks, and for how long.
package struct FaultRecord: Sendable, Equatable {
    package var channel: String
    /// In words: `latency x8`.
    package var what: String
    package var span: Range<TimeSpan>

    package init(channel: String, what: String, span: Range<TimeSpan>) {
        self.channel = channel
        self.what = what
        self.span = span
    }
}

extension FaultRecord {
    var json: JSONValue {
        .object([
            ("channel", .text(channel)), ("what", .text(what)), ("from_ms", .time(span.lowerBound)),
            ("to_ms", .time(span.upperBound)),
        ])
    }

    init(_ place: JSONPlace) throws(RecordFault) {
        let (from, to) = (try place.time("from_ms"), try place.time("to_ms"))
        guard from <= to else { throw place.fault("'to_ms' is before 'from_ms'") }
        self.init(channel: try place.string("channel"), what: try place.string("what"), span: from..<to)
    }
}
