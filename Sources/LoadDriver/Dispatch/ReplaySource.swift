import EventLoop
import Evidence
import SeededRandom
import Timebase
import Traffic

/// A recording, played at its own instants: the open loop once more, but the requests come from a file.
struct ReplaySource {
    let driver: LoadDriver
    let recording: RecordingInput
    let speed: Double
    let stage: Int

    func run() async {
        let clock = SourceClock(driver)
        let span = driver.traffic.stages[stage].span
        driver.replayedUpTo[stage] = span.lowerBound
        defer { driver.replayedUpTo[stage] = nil }
        guard await clock.wait(forPlanned: span.lowerBound - Self.lead) else { return }
        let ahead = ReadAhead(recording.pieces(), on: driver.loop)
        await ahead.begin()
        await play(Recording { try ahead.next() }, clock)
        await ahead.settle()
        driver.counts.readsInPlace += UInt64(ahead.readsInPlace)
    }

    private func play(_ recording: Recording, _ clock: SourceClock) async {
        let span = driver.traffic.stages[stage].span
        var replay = Replay(recording, speed: speed, shard: driver.shard, of: driver.shards)
        while let request = next(&replay) {
            let planned = span.lowerBound + request.instant
            driver.replayedUpTo[stage] = planned
            guard planned < span.upperBound, await clock.wait(forPlanned: planned) else { return }
            driver.begin(
                ArrivalWork(
                    index: ArrivalNumber.of(recorded: request.index, stage: stage), stage: stage, journey: 0,
                    due: driver.timeline.runTime(ofPlan: planned),
                    seed: driver.seed.split("replay").child(stage).child(request.index),
                    recorded: RecordedWork(request.recorded)))
        }
    }

    /// The first requests are read before they are due.
    private static let lead = TimeSpan.milliseconds(100)

    private func next(_ replay: inout Replay) -> Replay.Request? {
        do {
            return try replay.next()
        } catch {
            let now = driver.timeline.runTime(at: driver.loop.now)
            driver.stop(.failed(at: now, reason: "the recording '\(recording.path)' cannot be read on: \(error)"))
            return nil
        }
    }
}
