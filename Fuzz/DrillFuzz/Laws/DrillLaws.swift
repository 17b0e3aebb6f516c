import Audit
import Diagnostics
import Drill
import Evidence
import PlanModel
import Reporting
import StackVocabulary
import Timebase
import Verdicts

/// What must hold of every drill, whatever was drawn.
///
/// **Goal.** The harness is held against one that knows more than it: what was planted, and what must come out the same by two
/// ways.
///
/// | law | |
/// |---|---|
/// | readable | the drawn texts have no mistakes |
/// | begun | the preflight refuses nothing, unless the plant is one that its canaries see |
/// | ended | in virtual time it is over soon after traffic and drain |
/// | whole | no party's evidence is torn or missing |
/// | sound | no check of money or isolation fails without a plant that may cause it, nor does the watch over the books cry; what a bank does behind the answer to a question that the plan has asked early is the plan's doing |
/// | told | a check is left open only where the drain says that something was left, or the traffic broke off |
/// | made | the generator fails nothing that the plan's own caps and wants do not explain |
/// | counted | arrivals, steps and rows of evidence add up, by every way there is |
/// | stored | report.json read back is the same to the byte, and is judged alike |
/// | repeatable | the same texts and seed give the same report.json |
struct DrillLaws {
    let drill: DrawnDrill
    let run: DrillTrial.Run

    init(_ drill: DrawnDrill, _ run: DrillTrial.Run) {
        (self.drill, self.run) = (drill, run)
    }

    var breaches: [Breach] {
        switch run.outcome {
        case .refused(let diagnostics):
            return drill.plant.mayFail(.isolation) ? [] : [Breach("begun", words(diagnostics))]
        case .done(let report, let warnings):
            return ended(report) + whole(warnings) + IntegrityLaws(drill, report, run.plan).breaches + made(report)
                + CountLaws(report.record, run.rows).breaches + StoredLaws(report, run.plan).breaches
        }
    }

    private func words(_ diagnostics: [Diagnostic]) -> String { diagnostics.map(\.message).joined(separator: "; ") }

    /// Behind traffic and drain come the answers that are still waited for, of arrivals with four tries of some ten seconds each
    /// and what lies between them, and the evidence.
    private static let slack = TimeSpan.seconds(90)

    private func ended(_ report: Report) -> [Breach] {
        let traffic = report.record.stages.last?.span.upperBound ?? .zero
        let most = traffic + run.plan.drain + Self.slack
        return run.took <= most ? [] : [Breach("ended", "it took \(run.took), where \(most) is the most")]
    }

    private func whole(_ warnings: [Diagnostic]) -> [Breach] {
        run.gaps.isEmpty ? [] : [Breach("whole", run.gaps.joined(separator: "; "))]
    }

    /// Arrivals that the plan's own cap dropped, or that wanted what nobody had kept, and those that waited for the few
    /// connections it allows, are the plan's doing.
    private func made(_ report: Report) -> [Breach] {
        guard let generator = report.judgements.first(where: { $0.kind == .generator }), generator.status == .fail
        else { return [] }
        let arrivals = report.record.slices.reduce(into: ArrivalCounts()) { $0 += $1.arrivals }
        let isExplained = arrivals.dropped + arrivals.skipped + report.record.generator.poolWaits > 0
        return isExplained ? [] : [Breach("made", generator.reasons.joined(separator: "; "))]
    }
}

extension DrawnDrill.Plant {
    /// Whether it is made for a check of this kind. What mixes live and shadow traffic costs money as well.
    func mayFail(_ kind: AuditCheck.Kind) -> Bool {
        switch self {
        case .nothing: return false
        case .statement: return kind == .money
        case .defect(let defect):
            let leaks = defect.caughtBy.contains("isolation")
            return kind == .isolation ? leaks : leaks || defect.caughtBy.contains("money")
        }
    }
}
