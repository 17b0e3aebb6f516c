import LoadDriver
import Testing

@testable import Dashboard

/// How full a guard's meter is.
@Suite struct GuardNearnessTests {
    @Test(
        arguments: [
            (5, 20, true, 0.25), (20, 20, true, 1), (30, 20, true, 1), (0, 0, true, 0), (1, 0, true, 1),
            (-3, 20, true, 0),
            (-40, -10, true, 0.25), (-5, -10, true, 1), (-10, -10, true, 1), (3, -10, true, 1),
            (80, 20, false, 0.25), (10, 20, false, 1), (20, 20, false, 1), (-5, -20, false, 0.25), (-30, -20, false, 1),
            (4, -20, false, 0), (-1, 0, false, 1), (0, 0, false, 0), (.infinity, 20, false, 0),
        ] as [(Double, Double, Bool, Double)]) func `a meter fills on the way to the limit, whatever its sign`(
            value: Double, limit: Double, isAbove: Bool, nearness: Double
        )
    {
        #expect(reading(value, limit, isAbove).nearness == nearness)
    }

    @Test func `what was not seen has no meter`() { #expect(reading(nil, 20, true).nearness == nil) }

    private func reading(_ value: Double?, _ limit: Double, _ isAbove: Bool) -> GuardReading {
        GuardReading(
            text: "depth > 20", value: value, limit: limit, isAbove: isAbove, unit: .count, heldSeconds: 0,
            tripSeconds: 3)
    }
}
