import JSON

/// What the untagged twins beside the traffic came to. They stand in the evidence, and in no other figure of the run.
package struct ControlCounts: Sendable, Equatable {
    /// Journeys that were due.
    package var arrivals: UInt64 = 0
    /// Requests.
    package var sent: UInt64 = 0
    package var ok: UInt64 = 0
    /// Requests that came to anything else.
    package var other: UInt64 = 0
    /// Journeys that were not begun, or not gone on with: too many were open, or a value was missing.
    package var leftOut: UInt64 = 0

    package init() {}
}

extension ControlCounts {
    var json: JSONValue {
        .object([
            ("arrivals", .count(arrivals)), ("sent", .count(sent)), ("ok", .count(ok)), ("other", .count(other)),
            ("left_out", .count(leftOut)),
        ])
    }

    init(_ place: JSONPlace) throws(RecordFault) {
        self.init()
        arrivals = try place.count("arrivals")
        sent = try place.count("sent")
        ok = try place.count("ok")
        other = try place.count("other")
        leftOut = try place.count("left_out")
    }
}
