import Evidence
import Timebase

/// What adds up, by every way there is to count it.
struct CountLaws {
    let record: RunRecord
    let rows: [EvidenceRecord]

    init(_ record: RunRecord, _ rows: [EvidenceRecord]) {
        (self.record, self.rows) = (record, rows)
    }

    var breaches: [Breach] { arrivals + steps + evidence }

    private func breach(_ name: String, _ left: UInt64, _ right: UInt64) -> [Breach] {
        left == right ? [] : [Breach("counted", "\(name): \(left) and \(right)")]
    }

    private var total: ArrivalCounts { record.slices.reduce(into: ArrivalCounts()) { $0 += $1.arrivals } }

    private var arrivals: [Breach] {
        let total = total
        var breaches = breach(
            "arrivals scheduled; started, dropped and skipped", total.scheduled,
            total.started + total.dropped + total.skipped)
        // A closed model has no schedule, and a run that broke off has not come to all of it.
        if record.ending == .completed, record.stages.allSatisfy({ $0.scheduled != nil }) {
            breaches += breach(
                "arrivals of stages; of slices", record.stages.reduce(0) { $0 + ($1.scheduled ?? 0) }, total.scheduled)
        }
        return breaches
    }

    private var steps: [Breach] {
        var (staged, sliced) = (outcomes(), outcomes())
        for stage in record.stages {
            for (step, cell) in stage.cells.enumerated() { staged[step] += cell.outcomes }
        }
        for slice in record.slices { for (step, cell) in slice.cells { sliced[step] += cell.outcomes } }
        return record.steps.indices.flatMap { step in
            Outcome.allCases.flatMap { outcome in
                breach(
                    "\(record.steps[step].title) \(outcome.name), of stages; of slices", staged[step][outcome],
                    sliced[step][outcome])
            }
        }
    }

    private func outcomes() -> [OutcomeCounts] { record.steps.map { _ in OutcomeCounts() } }

    private var evidence: [Breach] {
        let marked = rows.filter { !$0.intent.flags.contains(.isUntagged) }
        let control = record.generator.control
        return breach(
            "rows of the evidence; as the generator counted", UInt64(rows.count), record.generator.evidenceRecords)
            + breach(
                "untagged rows; as the control stream counted", UInt64(rows.count - marked.count), control?.sent ?? 0)
            + breach(
                "rows without an ending; those of arrivals that were cut", UInt64(rows.count { $0.ending == nil }), 0)
            + sent(marked)
    }

    /// Every attempt has a row and an outcome; a twin's outcome is the journey's own, so it has a row alone.
    private func sent(_ marked: [EvidenceRecord]) -> [Breach] {
        guard record.ending == .completed, record.generator.arrivalsCut == 0 else { return [] }
        var (kept, begun) = ([UInt64](repeating: 0, count: record.steps.count), UInt64(0))
        for row in marked where record.steps.indices.contains(Int(row.intent.step)) {
            let step = Int(row.intent.step)
            if row.intent.flags.contains(.isDuplicate) { continue }
            kept[step] += 1
            if record.steps[step].isFirst, row.intent.attempt == 1 {
                begun += 1
            }
        }
        var counts = outcomes()
        for slice in record.slices { for (step, cell) in slice.cells { counts[step] += cell.outcomes } }
        return breach("arrivals started; first attempts of first steps", total.started, begun)
            + record.steps.indices.filter { record.steps[$0].isRequest }.flatMap { step in
                breach("\(record.steps[step].title), rows; outcomes", kept[step], counts[step].total)
            }
    }
}
