import Evidence
import Histogram
import Timebase

/// A second of the run that is not over for everyone: what was due in it may still be under way.
final class OpenSlice {
    var arrivals = ArrivalCounts()
    var residence: Int64 = 0
    /// Arrivals and steps that were due here and have not ended.
    var outstanding = 0
    private var lag: Histogram
    private var lagMax: UInt64 = 0
    private var inFlightSum = 0
    private var inFlightSamples = 0
    private var inFlightMax = 0
    private(set) var cells: [OpenCell?]

    init(steps: Int) {
        lag = Histogram(PackedHistogram.coarse)
        cells = Array(repeating: nil, count: steps)
    }

    func arrivalEnded(after nanoseconds: Int64) {
        outstanding -= 1
        residence += nanoseconds
    }

    func lagged(_ nanoseconds: UInt64) {
        lag.record(nanoseconds)
        lagMax = max(lagMax, nanoseconds)
    }

    func sample(inFlight: Int) {
        inFlightSum += inFlight
        inFlightSamples += 1
        inFlightMax = max(inFlightMax, inFlight)
    }

    func cell(of step: Int) -> OpenCell {
        if let cell = cells[step] { return cell }
        let cell = OpenCell(PackedHistogram.coarse)
        cells[step] = cell
        return cell
    }

    var record: SliceRecord {
        SliceRecord(
            arrivals: arrivals,
            lagP99: TimeSpan(nanoseconds: Int64(min(lag.value(atPercentile: 99) ?? 0, lagMax))),
            lagMax: TimeSpan(nanoseconds: Int64(lagMax)),
            inFlightMean: inFlightSamples == 0 ? 0 : Double(inFlightSum) / Double(inFlightSamples),
            inFlightMax: UInt64(inFlightMax), residence: TimeSpan(nanoseconds: residence),
            cells: cells.enumerated().compactMap { index, cell in
                cell.flatMap { $0.outcomes.total == 0 ? nil : (index, $0.record) }
            })
    }

    /// To be used for another second: no run of any length holds more of these than its slowest step needs.
    func reset() {
        arrivals = ArrivalCounts()
        residence = 0
        lag.reset()
        lagMax = 0
        (inFlightSum, inFlightSamples, inFlightMax) = (0, 0, 0)
        for cell in cells { cell?.reset() }
    }
}
