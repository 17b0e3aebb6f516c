import SeededRandom
import Testing
import Timebase
import Traffic

@Suite struct ReplayTests {
    let seconds = [100, 101, 101, 104, 110, 111, 130]

    func instants(_ replay: Replay) throws -> [Int64] {
        var replay = replay
        var instants: [Int64] = []
        while let request = try replay.next() { instants.append(request.instant.nanoseconds / 1_000_000) }
        return instants
    }

    @Test func `a replay keeps the original instants, counted from its first request`() throws {
        let found = try instants(Replay(Recording(Recordings.source(at: seconds))))
        #expect(found == [0, 1_000, 1_000, 4_000, 10_000, 11_000, 30_000])
    }

    @Test func `speed divides the distances`() throws {
        let fast = try instants(Replay(Recording(Recordings.source(at: seconds)), speed: 4))
        #expect(fast == [0, 250, 250, 1_000, 2_500, 2_750, 7_500])
        let slow = try instants(Replay(Recording(Recordings.source(at: seconds)), speed: 0.5))
        #expect(slow == [0, 2_000, 2_000, 8_000, 20_000, 22_000, 60_000])
    }

    @Test func `a rate is met by the speed that the profile gives`() throws {
        let profile = try RecordingProfile(Replay(Recording(Recordings.source(at: seconds))))
        #expect(profile.rate == 0.2 && profile.count == 7)
        let speed = try #require(profile.speed(forRate: 2))
        let rescaled = try RecordingProfile(Replay(Recording(Recordings.source(at: seconds)), speed: speed))
        #expect(rescaled.length == .seconds(3) && rescaled.rate == 2)
        #expect(try RecordingProfile(Replay(Recording(Recordings.source(at: [1])))).speed(forRate: 2) == nil)
    }

    @Test(arguments: [1, 2, 3, 7, 9])
    func `shards are disjoint and together the whole replay`(shards: Int) throws {
        var parts: [(Int, TimeSpan)] = []
        for shard in 0..<shards {
            var replay = Replay(Recording(Recordings.source(at: seconds)), speed: 3, shard: shard, of: shards)
            while let request = try replay.next() { parts.append((request.index, request.instant)) }
        }
        parts.sort { $0.0 < $1.0 }
        #expect(parts.map(\.0) == Array(0..<7))
        #expect(
            try parts.map { $0.1.nanoseconds / 1_000_000 }
                == instants(Replay(Recording(Recordings.source(at: seconds)), speed: 3)))
    }

    func profile(gaps: [Int64], kinds: [String]) -> RecordingProfile {
        var profile = RecordingProfile()
        var instant: Int64 = 0
        profile.add(at: instant, kind: kinds[0])
        for (index, gap) in gaps.enumerated() {
            instant += gap
            profile.add(at: instant, kind: kinds[(index + 1) % kinds.count])
        }
        return profile
    }

    @Test func `an exact replay has a score of one`() {
        let gaps = (1...100).map { Int64($0) * 1_000 }
        let profile = profile(gaps: gaps, kinds: ["pay", "query"])
        #expect(ReplayFidelity(intended: profile, achieved: profile).score == 1)
    }

    @Test func `gaps that were lost and journeys that changed are measured`() {
        let intended = profile(gaps: Array(repeating: 1_000_000, count: 99), kinds: ["pay"])
        // A quarter of the gaps is gone; a quarter of the requests is of another journey.
        let gaps = (0..<99).map { $0 % 4 == 0 ? Int64(0) : 1_000_000 }
        let achieved = profile(gaps: gaps, kinds: ["pay", "pay", "pay", "query"])
        let fidelity = ReplayFidelity(intended: intended, achieved: achieved)
        #expect((fidelity.gapDistance - 25.0 / 99).magnitude < 1e-12)
        #expect((fidelity.mixDistance - 0.25).magnitude < 1e-12)
        #expect((fidelity.score - (1 - 25.0 / 99) * 0.75).magnitude < 1e-12)
    }

    @Test func `gaps of any length have a cell, and distances see their order`() {
        var lengths: [Int64] = Array(0...100)
        for power in 7..<62 { lengths += [1 << power, (1 << power) * 3 / 2] }
        for (short, long) in zip(lengths, lengths.dropFirst()) where long >= short + max(short / 16, 1) {
            let distance = profile(gaps: [short], kinds: ["a"]).gapDistance(to: profile(gaps: [long], kinds: ["a"]))
            #expect(distance == 1, "\(short) and \(long)")
        }
    }

    @Test func `kinds beyond the bound are counted together`() {
        var profile = RecordingProfile()
        for index in 0..<3_000 { profile.add(at: Int64(index), kind: "kind-\(index)") }
        #expect(profile.mix.count == RecordingProfile.kindsMax + 1)
        #expect(profile.mix.first?.kind == "(other)" && profile.mix.first?.count == 2_000)
    }
}
