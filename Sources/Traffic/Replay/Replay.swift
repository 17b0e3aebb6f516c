package import Timebase

/// A recording played again: the requests of one shard, each with the instant at which it is due.
///
/// The first request of the recording is due at zero; the distances to it are divided by the speed and nothing else is
/// changed, so bursts stay bursts. To bring a recording to a rate, take the speed that its `RecordingProfile` gives for
/// the rate. Every shard reads the whole recording and keeps each m-th request.
package struct Replay {
    package struct Request: Sendable {
        /// Its number in the whole recording, in order of time.
        package let index: Int
        /// Since the start of the replay.
        package let instant: TimeSpan
        package let recorded: RecordedRequest
    }

    package private(set) var recording: Recording
    package let speed: Double
    private let shard: Int
    private let shards: Int
    private var index = 0
    private var origin: Int64?

    package init(_ recording: Recording, speed: Double = 1, shard: Int = 0, of shards: Int = 1) {
        precondition(speed > 0 && speed < .infinity, "a replay at speed \(speed)")
        precondition(0 <= shard && shard < shards, "shard \(shard) of \(shards)")
        self.recording = recording
        self.speed = speed
        self.shard = shard
        self.shards = shards
    }

    package mutating func next() throws -> Request? {
        while let recorded = try recording.next() {
            let start = origin ?? recorded.at
            origin = start
            defer { index += 1 }
            guard index % shards == shard else { continue }
            return Request(index: index, instant: warped(recorded.at - start), recorded: recorded)
        }
        return nil
    }

    private func warped(_ nanoseconds: Int64) -> TimeSpan {
        // At the original speed not even a rounding.
        guard speed != 1 else { return TimeSpan(nanoseconds: nanoseconds) }
        return TimeSpan(nanoseconds: Int64(min(Double(nanoseconds) / speed + 0.5, 0x1p62)))
    }
}
