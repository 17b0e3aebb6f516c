import Diagnostics
import Drill
import PlanLanguage
import PlanModel
import Reporting

/// `spillway report`: judges a stored run, and writes its reports again.
enum ReportCommand {
    static let command = Command(
        name: "report",
        summary: "judge a stored run again, and write its reports",
        about: [
            "Makes the files of a run's report again, from its evidence.db alone: judged by the",
            "plan that it was run with, or by the targets of another one. A run whose driver was killed",
            "has no evidence.db: then all that is there is brought together in one, and what is missing",
            "is told. Such a run is never green.",
            "",
            "Exit codes are those of 'spillway run'. 2: no such run, or a plan that cannot be read.",
            "3: the evidence is damaged, or the run is still under way; then nothing is written.",
        ],
        operands: .init("RUN", "a report's folder", count: 1...1),
        options: [
            .init("--judge-with", "PLAN", "its targets instead of those of the run's own plan"),
            ResultForm.option, ResultForm.filesOption,
        ],
        examples: [
            "spillway report reports/quickstart-20261121-093000",
            "spillway report reports/quickstart-20261121-093000 --judge-with plans/stricter.yaml",
            "spillway report reports/quickstart-20261121-093000 --files junit --format markdown",
        ],
        run: run)

    private static func run(_ arguments: Arguments, _ console: Console) throws(UsageError) -> ExitCode {
        let (form, files) = (try ResultForm(arguments), try ResultForm.files(arguments))
        let folder = arguments.operands[0]
        // A plan that cannot be read is told before any work.
        let judge = arguments.text("--judge-with").map { PlanFile($0).outcome(overrides: []) }
        if let judge {
            judge.tell(console)
            if judge.plan == nil { return .usage }
        }
        do throws(StoredRunFault) {
            let stored = try StoredRun(folder)
            for gap in stored.missing { console.talk("warning: evidence: \(gap)") }
            guard let targets = judge?.plan?.targets ?? targets(of: stored, console) else { return .usage }
            let report = Report(stored.record, audit: stored.audit, targets: targets)
            return write(RunSummary(report: report, folder: folder, files: files), form, console)
        } catch {
            console.talk(
                "error: \(error)" + (error.isThere ? "" : "; name the folder that a run has told as its report's"))
            return error.isThere ? .inconclusive : .usage
        }
    }

    /// Nil where the plan's text alone is no plan; that is told.
    private static func targets(of stored: StoredRun, _ console: Console) -> [Verdict]? {
        let source = SourceText(name: "the plan of the run", bytes: Array(stored.planText.utf8))
        let outcome = Plan.parse(source, overrides: stored.planOverrides)
        if let plan = outcome.plan { return plan.targets }
        outcome.tell(console)
        console.talk("error: what the plan includes is not kept with a run; name its file with --judge-with")
        return nil
    }

    private static func write(_ summary: RunSummary, _ form: ResultForm, _ console: Console) -> ExitCode {
        do throws(ReportingError) {
            try summary.report.write(summary.files, into: summary.folder)
            if summary.files.contains(.html), let environment = Report.environment(in: summary.folder) {
                try summary.report.writePage(into: summary.folder, environment: environment)
            }
            try form.tell(summary, console)
        } catch {
            console.talk("error: \(error)")
            return .inconclusive
        }
        return ExitCode(summary.report.verdict)
    }
}
