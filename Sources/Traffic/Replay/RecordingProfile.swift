package import Timebase

/// What a stream of requests looked like, in fixed memory: its gaps, its mix, its rate. Made of a recording and of its
/// replay, the two show how faithful the replay was.
package struct RecordingProfile: Sendable {
    package private(set) var count = 0
    package private(set) var first: Int64?
    package private(set) var last: Int64?
    /// Gaps in cells of a relative width of 1/32.
    private var gaps = [Int](repeating: 0, count: 64 * 32)
    private var kinds: [String: Int] = [:]

    /// Further kinds are counted together.
    package static let kindsMax = 1_000
    private static let otherKinds = "(other)"

    package init() {}

    /// Instants must not fall; nanoseconds on any clock.
    package mutating func add(at instant: Int64, kind: String) {
        count += 1
        if let last { gaps[Self.cell(of: max(instant - last, 0))] += 1 }
        first = first ?? instant
        last = max(instant, last ?? instant)
        let known = kinds[kind] != nil || kinds.count < Self.kindsMax
        kinds[known ? kind : Self.otherKinds, default: 0] += 1
    }

    /// Reads a whole recording at this speed.
    package init(_ replay: Replay) throws {
        var replay = replay
        while let request = try replay.next() {
            add(at: request.instant.nanoseconds, kind: request.recorded.kind)
        }
    }

    package var length: TimeSpan { TimeSpan(nanoseconds: (last ?? 0) - (first ?? 0)) }

    /// Requests a second over the whole stream; nil where it has no length.
    package var rate: Double? { length > .zero ? Double(count - 1) / length.seconds : nil }

    /// The speed that brings this recording to so many requests a second.
    package func speed(forRate rate: Double) -> Double? { self.rate.map { rate / $0 } }

    /// The kinds in alphabetical order.
    package var mix: [(kind: String, count: Int)] { kinds.sorted { $0.key < $1.key }.map { ($0.key, $0.value) } }

    /// The largest distance between the two distributions of gaps (Kolmogorov and Smirnov), 0 to 1.
    package func gapDistance(to other: RecordingProfile) -> Double {
        let (own, others) = (Double(max(count - 1, 1)), Double(max(other.count - 1, 1)))
        var (ownSum, otherSum, distance) = (0, 0, 0.0)
        for cell in gaps.indices {
            ownSum += gaps[cell]
            otherSum += other.gaps[cell]
            distance = max(distance, (Double(ownSum) / own - Double(otherSum) / others).magnitude)
        }
        return distance
    }

    /// The share of requests that would have to change their kind (total variation), 0 to 1.
    package func mixDistance(to other: RecordingProfile) -> Double {
        let names = Set(kinds.keys).union(other.kinds.keys).sorted()
        let (own, others) = (Double(max(count, 1)), Double(max(other.count, 1)))
        return names.reduce(0) {
            $0 + (Double(kinds[$1] ?? 0) / own - Double(other.kinds[$1] ?? 0) / others).magnitude / 2
        }
    }

    private static func cell(of gap: Int64) -> Int {
        guard gap >= 32 else { return Int(gap) }
        let exponent = 63 - gap.leadingZeroBitCount
        return (exponent - 4) * 32 + Int(gap >> Int64(exponent - 5)) - 32
    }
}

/// How close a replay came to what it was to repeat; 1 is the same.
package struct ReplayFidelity: Hashable, Sendable {
    package let gapDistance: Double
    package let mixDistance: Double
    package var score: Double { (1 - gapDistance) * (1 - mixDistance) }

    /// `intended` has the instants that the replay set out to meet, `achieved` those at which requests were sent.
    package init(intended: RecordingProfile, achieved: RecordingProfile) {
        gapDistance = intended.gapDistance(to: achieved)
        mixDistance = intended.mixDistance(to: achieved)
    }
}
