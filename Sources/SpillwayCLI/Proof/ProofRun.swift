import Audit
import Diagnostics
import Drill
import EventLoop
import Evidence
import Peers
import PlanModel
import Reporting
import StackVocabulary
import Verdicts

/// One rehearsal of a plan of the matrix, sound or with one defect planted, and what turned red in it.
struct ProofRun: Sendable {
    struct Subject: Sendable, Hashable {
        /// Its name below the folder.
        let plan: String
        /// Nil: sound.
        let defect: Defect?
        let seed: UInt64
    }

    let subject: Subject
    /// Names of targets that failed, and of the audit's checks; `preflight` where that stood against it.
    var reds: Set<String> = []
    /// Everything that was asked was passed.
    var isGreen = false
    /// Why it is not, in words.
    var words = ""

    /// What shows it to whoever wants to look.
    static func replay(_ subject: Subject, in folder: String) -> String {
        "spillway rehearse \(folder)/\(subject.plan).yaml --seed \(subject.seed)"
            + (subject.defect.map { " --set 'stack.defects=[\($0.name)]'" } ?? "")
    }

    init(_ subject: Subject, reds: Set<String>, isGreen: Bool) {
        (self.subject, self.reds, self.isGreen) = (subject, reds, isGreen)
    }

    /// On any thread: it has a loop of its own.
    init(_ subject: Subject, in folder: String, _ console: Console) {
        self.subject = subject
        let overrides = subject.defect.map { ["stack.defects=[\($0.name)]"] } ?? []
        let path = "\(folder)/\(subject.plan).yaml"
        guard let run = PlannedRun(path, overrides: overrides, seed: subject.seed, console) else {
            words = "the plan has mistakes"
            return
        }
        var order = run.order(into: "", in: .rehearsed, PermissionList())
        order.leavesFiles = false
        let loop = EventLoop.simulated(seed: subject.seed)
        do {
            let outcome = try loop.run { [order] () async throws(DrillFault) in
                try await Drill(order, DrillConduct(), on: loop).run()
            }
            take(outcome)
        } catch {
            words = "\(error)"
        }
    }

    private mutating func take(_ outcome: Drill.Outcome) {
        switch outcome {
        case .refused(let diagnostics):
            reds = ["preflight"]
            words = diagnostics.first { $0.severity == .error }?.message ?? "refused"
        case .done(let report, _):
            isGreen = report.verdict == .met
            reds = Set(report.judgements.filter { $0.status == .fail }.map(\.name))
            reds.formUnion((report.audit?.findings ?? []).filter { $0.status == .fail }.map(\.name))
            words = report.judgements.filter { $0.status != .pass }.map {
                "\($0.name) \($0.status.words): \($0.observed)"
            }
            .joined(separator: "; ")
        }
    }
}
