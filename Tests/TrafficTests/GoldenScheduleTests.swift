import SeededRandom
import Testing
import Timebase
import Traffic

/// Schedules as they were once published: stored runs are compared by them, so a change of any instant is a decision.
@Suite struct GoldenScheduleTests {
    @Test func `instants are those that were recorded`() {
        for (shape, process, expected) in Self.golden {
            let schedule = ArrivalSchedule(RateCurve([Shapes.stage(shape)]), process, seed: Shapes.seed)
            let middle = schedule.count / 2
            let found = [0, 1, 2, middle, schedule.count - 1].map { schedule.arrival($0).nanoseconds }
            #expect([Int64(schedule.count)] + found == expected, "\(shape), \(process), seed 20261111")
        }
    }

    @Test func `a whole schedule has the hash that was recorded`() {
        let stages = RateCurve(Shapes.curves[Shapes.curves.count - 4].stages)
        let hashes = Shapes.processes.map { process in
            Shapes.all(ArrivalSchedule(stages, process, seed: Shapes.seed)).reduce(UInt64(14_695_981_039_346_656_037)) {
                ($0 ^ UInt64(bitPattern: $1.nanoseconds)) &* 1_099_511_628_211
            }
        }
        #expect(hashes == [10_465_140_956_778_427_190, 10_498_514_464_673_035_815, 2_034_532_113_117_056_141])
    }

    /// Count, then the instants of the first three arrivals, the middle one and the last.
    static let golden: [(TrafficStage.Shape, ArrivalProcess, [Int64])] = [
        (.hold(rate: 310.7), .uniform, [621, 1_609_269, 4_827_808, 8_046_347, 999_356_292, 1_997_103_315]),
        (.hold(rate: 310.7), .poisson, [631, 2_274_165, 3_963_219, 6_130_096, 1_009_513_321, 1_995_418_962]),
        (
            .ramp(from: 0, to: 500, .linear), .uniform,
            [500, 63_245_553, 109_544_512, 141_421_356, 1_415_627_070, 1_998_999_750]
        ),
        (
            .ramp(from: 0, to: 500, .linear), .poisson,
            [506, 75_184_207, 99_252_091, 123_438_106, 1_401_244_358, 1_994_974_302]
        ),
        (
            .ramp(from: 5, to: 1_000, .exponential), .uniform,
            [376, 88_709_527, 220_773_639, 318_417_730, 1_741_634_100, 1_999_909_049]
        ),
        (
            .ramp(from: 5, to: 1_000, .exponential), .poisson,
            [380, 120_036_435, 189_585_066, 263_367_030, 1_739_685_239, 1_999_780_648]
        ),
        (
            .ramp(from: 10, to: 700, .steps(6)), .poisson,
            [712, 70_658_312, 123_137_220, 190_462_074, 1_454_965_438, 1_999_628_575]
        ),
        (
            .pulses(base: 100, peak: 1_000, every: .milliseconds(700), width: .milliseconds(100)), .poisson,
            [475, 706_583, 1_231_372, 1_904_621, 774_099_229, 1_998_313_901]
        ),
        (.spike(rate: 90_000), .poisson, [180_251, 7_851, 13_682, 21_162, 1_001_528_146, 1_999_990_488]),
        (.spike(rate: 90_000), .bursts(size: 50), [180_000, 277_778, 277_778, 277_778, 1_000_277_778, 1_999_722_222]),
    ]
}
