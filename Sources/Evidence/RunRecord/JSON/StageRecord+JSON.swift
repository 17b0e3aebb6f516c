import JSON
import Timebase

extension StageRecord {
    var json: JSONValue {
        .present([
            ("name", .text(name)), ("kind", .text(kind)), ("from_ms", .time(span.lowerBound)),
            ("to_ms", .time(span.upperBound)), ("counts_for_verdicts", .boolean(countsForVerdicts)),
            ("scheduled", scheduled.map { .count($0) }),
            ("cells", .array(cells.enumerated().compactMap { $0.element.json(of: $0.offset) })),
        ])
    }

    init(_ place: JSONPlace, steps: Int) throws(RecordFault) {
        let (from, to) = (try place.time("from_ms"), try place.time("to_ms"))
        guard from <= to else { throw place.fault("'to_ms' is before 'from_ms'") }
        var cells = [StageCell](repeating: .empty, count: steps)
        for (step, cell) in try StageCell.sparse(place.member("cells"), steps: steps) { cells[step] = cell }
        self.init(
            name: try place.string("name"), kind: try place.string("kind"), span: from..<to,
            countsForVerdicts: try place.bool("counts_for_verdicts"),
            scheduled: try place.optional("scheduled")?.uint64(), cells: cells)
    }
}

extension SliceRecord {
    var json: JSONValue {
        .object([
            ("scheduled", .count(arrivals.scheduled)), ("started", .count(arrivals.started)),
            ("dropped", .count(arrivals.dropped)), ("skipped", .count(arrivals.skipped)),
            ("lag_p99_ms", .time(lagP99)), ("lag_max_ms", .time(lagMax)), ("in_flight_mean", .number(inFlightMean)),
            ("in_flight_max", .count(inFlightMax)), ("residence_ms", .time(residence)),
            ("cells", .array(cells.compactMap { $0.cell.json(of: $0.step) })),
        ])
    }

    init(_ place: JSONPlace, steps: Int) throws(RecordFault) {
        var arrivals = ArrivalCounts()
        arrivals.scheduled = try place.count("scheduled")
        arrivals.started = try place.count("started")
        arrivals.dropped = try place.count("dropped")
        arrivals.skipped = try place.count("skipped")
        self.init(
            arrivals: arrivals, lagP99: try place.time("lag_p99_ms"), lagMax: try place.time("lag_max_ms"),
            inFlightMean: try place.member("in_flight_mean").double(), inFlightMax: try place.count("in_flight_max"),
            residence: try place.time("residence_ms"),
            cells: try StageCell.sparse(place.member("cells"), steps: steps))
    }
}

extension StageCell {
    fileprivate static let empty = StageCell(outcomes: OutcomeCounts(), corrected: .empty, raw: .empty, shed: .empty)

    /// Nil where nothing happened.
    fileprivate func json(of step: Int) -> JSONValue? {
        let histograms = [("corrected", corrected.json), ("raw", raw.json), ("shed", shed.json)]
        if outcomes.total == 0, histograms.allSatisfy({ $0.1 == nil }) { return nil }
        let advice: [(String, JSONValue?)] = [("advised", advised == 0 ? nil : .count(advised))]
        return .present([("step", .count(step)), ("outcomes", outcomes.json)] + histograms + advice)
    }

    fileprivate static func sparse(_ place: JSONPlace, steps: Int) throws(RecordFault) -> [(step: Int, cell: StageCell)]
    {
        var cells: [(step: Int, cell: StageCell)] = []
        for element in try place.elements() {
            let step = try element.member("step")
            guard let number = step.value.int, (0..<steps).contains(number) else {
                throw step.expected("the place of one of \(steps) steps")
            }
            guard cells.last.map({ $0.step < number }) ?? true else { throw step.fault("cells are not in order") }
            cells.append((number, try StageCell(element)))
        }
        return cells
    }

    private init(_ place: JSONPlace) throws(RecordFault) {
        self.init(
            outcomes: try OutcomeCounts(place.member("outcomes")),
            corrected: try PackedHistogram(place.optional("corrected")),
            raw: try PackedHistogram(place.optional("raw")),
            shed: try PackedHistogram(place.optional("shed")),
            advised: try place.optional("advised")?.uint64() ?? 0)
    }
}

extension OutcomeCounts {
    /// Only outcomes that occurred.
    var json: JSONValue {
        .object(Outcome.allCases.filter { self[$0] > 0 }.map { ($0.name, .count(self[$0])) })
    }

    init(_ place: JSONPlace) throws(RecordFault) {
        guard let members = place.value.members else { throw place.expected("an object") }
        self.init()
        for (name, _) in members {
            guard let outcome = Outcome.allCases.first(where: { $0.name == name }) else {
                throw place.fault("'\(name)' is no outcome")
            }
            self[outcome] = try place.count(name)
        }
    }
}
