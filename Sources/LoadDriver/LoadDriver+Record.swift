import EventLoop
package import Evidence
import HTTPService
import Journeys
import PlanModel
import Timebase
import Traffic

extension LoadDriver {
    /// What the judge will read.
    func record(endedAt end: TimeSpan) -> RunRecord {
        var generator = GeneratorRecord(
            lag: traffic.stages.indices.map { tally.lag(ofStage: $0) }, gaps: canary.gaps)
        for target in targets {
            let counters = target.counters
            generator.poolWaits += counters.waits
            generator.poolWaited = generator.poolWaited + counters.waited
            generator.connectionsOpened += counters.connectionsOpened
        }
        generator.connectionsMax = UInt64(plan.target.connections)
        generator.poolStarved = counts.poolStarved
        generator.descriptorsMissing = counts.descriptorsMissing
        generator.evidenceRecords = evidence.records
        generator.arrivalsCut = counts.arrivalsCut
        generator.isChangedByHand = counts.isChangedByHand
        generator.control = controlCounts
        var record = RunRecord(
            identity: identity, stages: stageRecords(endedAt: end), steps: stepRecords, sliceLength: tally.sliceLength,
            slices: tally.slices(), generator: generator, observed: observedSeries, events: events + limitsHit(at: end),
            ending: ending ?? .completed)
        record.groups = groups?.records ?? []
        return record
    }

    /// What can be said of the run before anything has happened in it.
    package var opening: RunRecord {
        var generator = GeneratorRecord(lag: traffic.stages.map { _ in .empty }, gaps: GapRecord())
        generator.connectionsMax = UInt64(plan.target.connections)
        return RunRecord(
            identity: identity, stages: stageRecords(endedAt: .zero), steps: stepRecords,
            sliceLength: tally.sliceLength, slices: [], generator: generator, ending: .completed)
    }

    /// What was lost or late behind a bound is told, once for each bound.
    private func limitsHit(at end: TimeSpan) -> [RunEvent] {
        [
            (
                counts.readsInPlace,
                "pieces of recordings were read by the loop itself, since they were not there in time"
            ),
            (evidence.segmentsMadeLate, "segments of evidence were made by the loop itself"),
            (evidence.endingsLost, "endings could not be written to the evidence; these requests stand there as open"),
            (webhooks?.malformed ?? 0, "webhooks were no JSON object with an event, or too long"),
            (webhooks?.unwritten ?? 0, "webhooks were refused, since there was no room to write them down"),
            (webhooks?.forgotten ?? 0, "early webhooks made room for others before anyone waited for them"),
        ].filter { $0.0 > 0 }.map { RunEvent(at: end, kind: .note, text: "\($0.0) \($0.1)") }
    }

    private func stageRecords(endedAt end: TimeSpan) -> [StageRecord] {
        traffic.stages.enumerated().map { index, stage in
            // A stage that was never reached has its planned place, and no arrivals.
            let begin = index < stageBegins.count ? stageBegins[index] : stage.span.lowerBound
            let planned = begin + (stage.span.upperBound - stage.span.lowerBound)
            let next = index + 1 < stageBegins.count ? stageBegins[index + 1] : planned
            let isOpen = if case .schedule = stage.source { true } else { false }
            return StageRecord(
                name: stage.name, kind: stage.kind, span: begin..<max(next, begin),
                countsForVerdicts: stage.countsForVerdicts,
                scheduled: isOpen ? UInt64(scheduled(inStage: index)) : nil, cells: tally.cells(ofStage: index))
        }
    }

    private func scheduled(inStage stage: Int) -> Int {
        let span = traffic.stages[stage].span
        // What was never due is not missing.
        let end = max(min(span.upperBound, stoppedAt ?? span.upperBound), span.lowerBound)
        return traffic.schedule.shard(shard, of: shards).count(in: span.lowerBound..<end)
    }

    /// The steps of journeys, then one for each replay.
    var stepRecords: [StepRecord] {
        journeySteps
            + traffic.replayStages.map { stage in
                StepRecord(
                    journey: traffic.stages[stage].name, title: "recorded requests", priority: "normal", isFirst: true)
            }
    }

    func replayStep(ofStage stage: Int) -> Int {
        book.stepCount + (traffic.replayStages.firstIndex(of: stage) ?? 0)
    }

    var observedSeries: [ObservedSeries] {
        let processor = ObservedSeries(
            name: ObservedSeries.driverProcessor, every: tally.sliceLength, values: canary.processorShares)
        return observers.flatMap(\.records) + (loop.simulation == nil ? [processor] : [])
    }

    func observed(_ name: String) -> Double? {
        observers.lazy.compactMap { $0.value(of: name, at: self.loop.now) }.first
    }

    private var journeySteps: [StepRecord] {
        book.journeys.flatMap { journey in
            journey.steps.map { step in
                StepRecord(
                    journey: journey.name, title: step.title, priority: journey.priority.rawValue,
                    isFirst: step.position == 0, isRequest: step.kind == .request)
            }
        }
    }
}
