import Evidence
import Testing
import Timebase

/// What of a series lies in a span.
@Suite struct ObservedSeriesTests {
    private let series = ObservedSeries(name: "depth", every: .milliseconds(500), values: [1, nil, 3, .infinity, 5])

    @Test(arguments: [
        (0, 500, 0..<1), (0, 501, 0..<2), (1, 500, 1..<1), (500, 1500, 1..<3), (-700, 100, 0..<1), (2000, 9000, 4..<5),
        (2001, 9000, 5..<5), (0, 9000, 0..<5), (700, 700, 2..<2),
    ]) func `a reading belongs to the span in which it was made, its beginning included`(
        from: Int64, to: Int64, places: Range<Int>
    ) {
        #expect(series.places(in: .milliseconds(from)..<TimeSpan.milliseconds(to)) == places)
    }

    @Test func `a span as long as can be counted is one`() {
        let slow = ObservedSeries(name: "depth", every: TimeSpan(nanoseconds: .max - 1), values: [1, 2])
        #expect(slow.places(in: .zero..<TimeSpan(nanoseconds: .max)) == 0..<2)
        #expect(series.places(in: TimeSpan(nanoseconds: .min)..<TimeSpan(nanoseconds: .max)) == 0..<5)
    }

    @Test func `gaps are left out, and each reading knows its instant`() {
        let samples = series.samples(in: .milliseconds(500)..<TimeSpan.seconds(60))
        #expect(samples.map(\.value) == [3, .infinity, 5])
        #expect(samples.map(\.at) == [.seconds(1), .milliseconds(1_500), .seconds(2)])
    }

    @Test func `a series without a period has no readings`() {
        let broken = ObservedSeries(name: "depth", every: .zero, values: [1, 2])
        #expect(broken.samples(in: .zero..<TimeSpan.seconds(1)).isEmpty)
    }
}
