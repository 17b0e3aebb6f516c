import Numerals
import PlanValues
import Timebase
import Verdicts

/// What a report says in sentences, the same on a terminal and on the page.
extension CapacityReport {
    package var headline: String {
        if let stop { return stop.words }
        switch end {
        case .found(let knee): return "the knee is at \(knee.words)"
        case .notMade(let perSecond, let held):
            let until = held.map { "; \(Figures.rate($0)) was held" } ?? ""
            return
                "no knee: the load of \(Figures.rate(perSecond)) could not be made, so the limit is with who makes it\(until)"
        case .neverBroke(let perSecond):
            return "no knee up to \(Figures.rate(perSecond)), the most that is asked for"
        case .neverHeld(let perSecond):
            return "no rate keeps the objective, not even \(Figures.rate(perSecond))"
        case .notConfirmed(let perSecond):
            return "no rate was held for long: even \(Figures.rate(perSecond)) broke in its confirmation"
        case .exhausted(let good, let bad):
            let ends = [good.map { "\(Figures.rate($0)) was held" }, bad.map { "\(Figures.rate($0)) was not" }]
            return "no knee within \(KneeSearch.probesMax) probes"
                + ends.compactMap(\.self).map { "; " + $0 }.joined()
        case nil: return "the search was not finished"
        }
    }

    /// What the plan declares against what was found; nil where it declares nothing.
    package var declaredWords: String? {
        guard let declared, knee != nil else { return nil }
        let word =
            switch verdict {
            case .met: "it holds"
            case .missed: "it does not hold"
            default: "which cannot be told"
            }
        return "the plan declares \(declared): \(word)"
    }

    package var objectiveWords: String {
        switch objective.source {
        case .plan: "\(objective.words) (the plan's)"
        case .option: "\(objective.words) (as asked for)"
        case .standard: "\(objective.words) (the plan has no capacity target, and nobody asked for another)"
        }
    }

    package var beyondWords: [String] {
        guard let peak else { return [] }
        var words = [
            "goodput peaks at \(Figures.rate(peak.goodput)) with \(Figures.rate(peak.probe.perSecond)) offered"
        ]
        let shares = CapacityCourse.multiples.filter { $0 > 1 }.compactMap { multiple in
            goodput(times: multiple).map { "\(Figures.percent($0.ofPeak)) at \(Int(multiple))x" }
        }
        if !shares.isEmpty { words.append("of that peak is left: " + shares.joined(separator: ", ")) }
        if let collapse {
            words.append(
                "it collapses at \(Figures.rate(collapse.perSecond)): surely less than \(Figures.percent(Self.collapseShare)) of "
                    + "the peak is left, \(Figures.rate(collapse.goodput))")
        } else if let last = curve.last, knee != nil {
            words.append("no collapse was seen up to \(Figures.rate(last.probe.perSecond))")
        }
        return words
    }

    package var hysteresisWords: String? {
        guard let hysteresis, let worst = hysteresis.worst, let ratio = worst.ratio else { return nil }
        let told =
            "at \(Figures.rate(worst.perSecond)) \(Figures.percent(worst.down)) of what was offered came good on the way "
            + "down, \(Figures.percent(worst.up)) on the way up"
        switch hysteresis.status {
        case .pass: return "it comes back from 1.5x as it went there: \(told)"
        case .fail:
            return "hysteresis: \(told), \(Figures.percent(ratio.value)) of it "
                + "(95% sure of \(Figures.percent(ratio.low)) to \(Figures.percent(ratio.high)))"
        case .inconclusive, .notJudged: return "whether it comes back from 1.5x cannot be told: \(told)"
        }
    }

    package var fitWords: [String] {
        guard let fit else { return ["too few probes for a law of scalability"] }
        let law = fit.law
        func three(_ value: Double) -> String {
            value < 0.01 && value > 0 ? "\(Figures.threeDigits(value * 1_000))e-3" : Figures.threeDigits(value)
        }
        func range(_ range: ClosedRange<Double>) -> String {
            "\(three(range.lowerBound)) to \(range.upperBound.isFinite ? three(range.upperBound) : "any")"
        }
        var words = [
            "throughput over requests under way (USL): lambda \(three(law.lambda))/s (\(range(fit.lambda))), "
                + "sigma \(three(law.sigma)) (\(range(fit.sigma))), kappa \(three(law.kappa)) (\(range(fit.kappa))), "
                + "R2 \(Figures.threeDigits(max(0, fit.rSquared)))"
        ]
        if let most = law.throughputMax, most.isFinite {
            let peak = law.peakConcurrency.map { ", with \(Figures.threeDigits($0)) under way" } ?? ""
            words.append("by that law one instance comes to \(Figures.rate(most)) requests at most\(peak)")
        }
        if !fit.doubts.isEmpty { words.append("not to be relied on: " + fit.doubts.joined(separator: "; ")) }
        return words
    }

    package var hopWords: String? {
        hop.map { hop in
            "limiting hop: \(hop.part.words)" + hop.evidence.map { "; \($0)" }.joined()
        }
    }

    package var instanceWords: [String] {
        guard let instances else { return [] }
        let range =
            switch (instances.least, instances.most) {
            case (let least?, let most?): "between \(Figures.grouped(least)) and \(Figures.grouped(most))"
            case (let least?, nil): "at least \(Figures.grouped(least))"
            case (nil, let most?): "at most \(Figures.grouped(most))"
            case (nil, nil): "without any bound"
            }
        return [
            "\(Figures.rate(instances.target)) would need \(Figures.grouped(instances.count)) instances, \(range) by the knee's "
                + "interval: \(instances.certainty.words)",
            "assumed: each is used to \(Figures.percent(instances.utilisation)) of its knee, and they share nothing, "
                + "so that the next one adds as much as the first; sigma and kappa above are inside one instance, "
                + "and say nothing about that" + (isRehearsed ? "; a rehearsal knows the declared stack only" : ""),
        ]
    }

    package var violationWords: [String] {
        violations.map { "probe \($0.probe.number) at \(Figures.rate($0.probe.probe.perSecond)): \($0.words)" }
    }

    /// All of it but the headline, in the order of telling.
    package var sentences: [String] {
        [declaredWords].compactMap(\.self) + beyondWords + [hysteresisWords, hopWords].compactMap(\.self)
            + (knee == nil ? [] : fitWords) + instanceWords
    }
}

extension Knee {
    /// `430/s, which was held beyond doubt; 452/s was not`
    package var words: String {
        let held =
            low == perSecond
            ? ", which was held beyond doubt" : low.map { "; \(Figures.rate($0)) was held beyond doubt" } ?? ""
        return Figures.rate(perSecond) + held
            + (high.map { "; \(Figures.rate($0)) was not" } ?? "; no rate broke it beyond doubt")
    }
}

extension CapacityReport.Stop {
    package var words: String {
        switch self {
        case .interrupted(let signal): "interrupted by signal \(signal); this is what there is"
        case .aborted(let text): "the guard '\(text)' ended it"
        case .refused(let reason): "a drill could not be run: \(reason)"
        }
    }
}

extension InstanceEstimate.Certainty {
    package var words: String {
        switch self {
        case .good: "as sure as the assumption below"
        case .fair: "fairly sure, if the assumption below holds"
        case .poor: "not sure, since the knee is not"
        }
    }
}
