import Diagnostics
import EventLoop
import Evidence
import PlanModel
import Timebase
import Traffic

extension LoadDriver {
    /// Every 10 ms: what belongs to seconds and stages rather than to arrivals.
    func tick(at now: TimeSpan) {
        tally.sample(inFlight: inFlight, at: now.nanoseconds)
        noteStages()
        watchClock()
        if !isLeaseHeld() { stop(.failed(at: now, reason: "the controller was lost, and with it the leave to send")) }
        prepareEvidence()
        if watch.advance(to: now) { secondEnded(at: now) }
        if now >= progressDue {
            progressDue = now + Self.progressPeriod
            onProgress(progress(at: now))
        }
    }

    /// At rates that leave the time, the last bit before an arrival is waited for awake: a sleep ends some tens of
    /// microseconds late, now more and now less. It must cover all of that or none: a part would only make arrivals
    /// less even. It takes an eighth of a core at most.
    private func watchClock() {
        let instant = min(max(timeline.planTime(at: loop.now), .zero), traffic.length)
        let rate = isStopping || timeline.isPaused ? 0 : traffic.curve.rate(at: instant) * scale.factor
        let isWorthIt = rate > 0 && rate * Self.watched.seconds <= 1.0 / 8
        loop.watchClock(before: isWorthIt ? Self.watched : .zero)
    }

    private static let watched = TimeSpan.microseconds(120)

    private static let progressPeriod = TimeSpan.milliseconds(200)

    private func secondEnded(at now: TimeSpan) {
        let finding = watch.look(
            tally.live, inFlight: inFlight, starved: counts.poolStarved, moneyViolations: moneyViolations()
        ) { [self] name in
            observed(name)
        }
        tally.live.reset()
        tellSecond(at: now)
        sendRunnersHome()
        tally.close(before: min(now, timeline.earliest(ofPlan: horizon, at: loop.now)).nanoseconds)
        packStages()
        switch finding {
        case .tripped(let guardian):
            guard !isStopping else { return }
            events.append(RunEvent(at: now, kind: .guardTripped, text: guardian.text.value))
            stop(.aborted(at: now, guardText: guardian.text.value))
        case .silence(let seconds):
            let last = lastRefusal ?? "nobody answers"
            stop(.failed(at: now, reason: "for \(seconds)s every attempt was refused or reset: \(last)"))
        case nil: return
        }
    }

    /// Segments are made ahead of need, on a thread of their own. A disk that stands still keeps the run's end waiting
    /// this long and no longer.
    private static let preparationMax = TimeSpan.seconds(5)

    private func prepareEvidence() {
        guard let order = evidence.orderNext() else { return }
        preparation = loop.spawn { [self] in
            let prepared = try? await loop.offload("evidence", until: loop.now + Self.preparationMax) {
                try? order.make()
            }
            evidence.adopt(prepared ?? nil)
        }
    }

    // MARK: Stages

    private func noteStages() {
        let instant = timeline.planTime(at: loop.now)
        while stagesBegun < traffic.stages.count, traffic.stages[stagesBegun].span.lowerBound <= instant {
            let stage = traffic.stages[stagesBegun]
            let at = timeline.runTime(ofPlan: stage.span.lowerBound)
            stageBegins.append(at)
            events.append(RunEvent(at: at, kind: .stage, text: stage.name))
            stagesBegun += 1
        }
    }

    /// A stage is over for everyone when the second of its end is packed.
    private func packStages() {
        while stagesPacked + 1 < stageBegins.count,
            Int64(tally.packedCount) * tally.sliceLength.nanoseconds >= stageBegins[stagesPacked + 1].nanoseconds
        {
            tally.pack(stage: stagesPacked)
            stagesPacked += 1
        }
    }

    // MARK: Those who watch

    private func tellSecond(at now: TimeSpan) {
        guard let onSecond, let watched = tally.watch else { return }
        let end = TimeSpan.seconds(watch.second)
        var second = watched.second(endingAt: end, progress(at: now), events)
        second.observed = observers.flatMap { $0.values(at: loop.now) }
        second.guards = watch.readings
        onSecond(second)
    }

    // MARK: Progress

    private func progress(at now: TimeSpan) -> DriverProgress {
        var progress = DriverProgress()
        let instant = min(max(timeline.planTime(at: loop.now), .zero), traffic.length)
        progress.phase = isStopping || instant == traffic.length ? .draining : .traffic
        (progress.elapsed, progress.length) = (instant, traffic.length)
        progress.stage = max(stagesBegun - 1, 0)
        progress.stageName = traffic.stages[progress.stage].name
        progress.stageSpan = traffic.stages[progress.stage].span
        progress.offered = isStopping ? 0 : traffic.curve.rate(at: instant) * scale.factor
        progress.achieved = Double(watch.last.arrivals)
        (progress.p50, progress.p99) = (watch.last.p50, watch.last.p99)
        let seen = Double(max(watch.last.outcomes.total, 1))
        progress.errorRatio = Double(watch.last.outcomes.errors) / seen
        progress.shedRatio = Double(watch.last.outcomes[.shed]) / seen
        progress.inFlight = inFlight
        progress.arrivals = watch.arrivals
        progress.steps = watch.totals.total
        progress.errors = watch.totals.errors
        progress.shed = watch.totals[.shed]
        progress.dropped = watch.dropped
        progress.rateFactor = scale.factor
        progress.isPaused = timeline.isPaused
        progress.moneyViolations = moneyViolations() ?? 0
        return progress
    }
}
