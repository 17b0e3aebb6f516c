/// The kinds of segments. They differ in their rows, and share everything else.
package enum SegmentKind: Sendable {
    /// What a worker sent: docs/formats/evidence.md.
    case requests
    /// What a channel saw: docs/formats/channel-journal.md.
    case channel
    /// What came to the sink of webhooks: docs/formats/webhooks.md.
    case webhooks

    /// The first eight bytes of a segment.
    var magic: [UInt8] {
        switch self {
        case .requests: Array("SPWLSEGM".utf8)
        case .channel: Array("SPWLCHAN".utf8)
        case .webhooks: Array("SPWLHOOK".utf8)
        }
    }

    /// Of what is written.
    var version: UInt16 { self == .channel ? 2 : 1 }
    /// An older version means the same with zeros in place of what came later.
    var versionsRead: ClosedRange<UInt16> { 1...version }

    /// A divisor of the header's bytes, and of a disk's sector: so each row lies within one sector.
    var rowBytes: Int {
        switch self {
        case .requests: 64
        case .channel, .webhooks: 128
        }
    }

    /// Of the header, for the run's id, and behind it for the channel's name.
    var runIDBytes: Int { self == .channel ? 32 : 64 }
    var channelBytes: Int { self == .channel ? 64 : 0 }

    /// Stands in errors.
    var noun: String {
        switch self {
        case .requests: "evidence"
        case .channel: "a channel's journal"
        case .webhooks: "webhooks"
        }
    }
}
