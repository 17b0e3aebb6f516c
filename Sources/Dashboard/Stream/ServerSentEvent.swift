import JSON

/// One message of a stream of server-sent events: a name, an id to go on from, and JSON in one line.
///
///     id: 20261122-0301.17
///     event: second
///     data: {"column":[16,17,…]}
enum ServerSentEvent {
    /// Compact JSON has no line breaks of its own, and those in texts are escaped: one line of data is enough.
    static func bytes(_ name: String, id: String, _ data: JSONValue) -> [UInt8] {
        Array("id: \(id)\nevent: \(name)\ndata: ".utf8) + data.bytes(.compact) + Array("\n\n".utf8)
    }

    /// How soon a reader that was cut off may come again.
    static func retry(milliseconds: Int) -> [UInt8] { Array("retry: \(milliseconds)\n\n".utf8) }

    /// Says nothing, and shows that somebody is there.
    static let stillHere = Array(": still here\n\n".utf8)
}
