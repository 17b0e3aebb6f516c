import Diagnostics
import Glibc
import JSON
import StackVocabulary

/// `spillway prove`: that each verdict turns red where it should, and stays green where nothing is wrong.
enum ProveCommand {
    static let command = Command(
        name: "prove",
        summary: "plant every defect, and see its own verdict turn red",
        about: [
            "Rehearses the plans of the matrix without a defect, and with each defect of the embedded",
            "stack planted, over several seeds, and prints what turned red. What cannot be seen to fail",
            "proves nothing when it passes. Failures come with the seed and the line that shows them.",
            "",
            "Exit 0: every sound rehearsal was green, and every defect turned red one of its own verdicts",
            "in 98 of a hundred seeds or more. 1: not so. 2: wrong arguments, or no plans there.",
        ],
        operands: .init("DIR", "with the plans (plans/matrix)", count: 0...1),
        options: [
            .init("--seeds", "N", "for each defect (1)"),
            .init("--sound", "N", "for each plan without a defect (as --seeds)"),
            .init("--first", "SEED", "the first of them (1)"),
            .init("--defect", "NAME", "this one only", repeats: true),
            .init("--plan", "NAME", "this one only, as in overload", repeats: true),
            .init("--jobs", "N", "rehearsals at a time (one for each core)"),
            .init("--quiet", nil, "no line for each rehearsal"),
            .init("--format", "text|json|markdown", "the matrix, for people, programs or documents (text)"),
        ],
        examples: [
            "spillway prove",
            "spillway prove --seeds 20 --sound 30 --quiet",
            "spillway prove --defect no-limiter --seeds 5",
        ],
        run: run)

    private static let seedsMax: UInt64 = 10_000
    private static let jobsMax: UInt64 = 256

    private static func run(_ arguments: Arguments, _ console: Console) throws(UsageError) -> ExitCode {
        let format = try arguments.choice("--format", of: ["text", "json", "markdown"], default: "text")
        var options = ProofSession.Options()
        if let folder = arguments.operands.first { options.folder = folder }
        options.seeds = try count(arguments, "--seeds", upTo: seedsMax) ?? 1
        options.soundSeeds = try count(arguments, "--sound", upTo: seedsMax)
        options.first = try arguments.seed("--first") ?? 1
        options.jobs = try count(arguments, "--jobs", upTo: jobsMax) ?? max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
        options.isQuiet = arguments.has("--quiet")
        try choose(arguments, &options)
        for plan in options.plans where unsafe access("\(options.folder)/\(plan).yaml", R_OK) != 0 {
            console.talk("error: there is no plan '\(options.folder)/\(plan).yaml'; name the folder of the matrix")
            return .usage
        }
        do {
            let matrix = try ProofSession(options, console).matrix()
            switch format {
            case "json": console.result(matrix.json.written())
            case "markdown": for line in matrix.markdown { console.result(line) }
            default: for line in matrix.lines { console.result(line) }
            }
            let outcome = matrix.holds ? "the matrix holds" : "the matrix does NOT hold"
            console.talk("\(outcome): \(matrix.rehearsals) rehearsals")
            return matrix.holds ? .success : .failed
        } catch {
            console.talk("error: \(error)")
            return .inconclusive
        }
    }

    private static func choose(_ arguments: Arguments, _ options: inout ProofSession.Options) throws(UsageError) {
        let plans = arguments.all("--plan")
        for name in plans where !ProofCase.plans.contains(name) {
            throw UsageError(hint("there is no plan '\(name)' in the matrix", name, ProofCase.plans))
        }
        let names = arguments.all("--defect")
        let known = ProofCase.all.map(\.defect.name)
        for name in names where !known.contains(name) {
            if let unshown = ProofCase.unshown.first(where: { $0.defect.name == name }) {
                throw UsageError("'\(name)' cannot be shown: \(unshown.why)")
            }
            throw UsageError(hint("there is no defect '\(name)'", name, known))
        }
        if !names.isEmpty {
            options.cases = ProofCase.all.filter { names.contains($0.defect.name) }
            options.plans = ProofCase.plans.filter { plan in options.cases.contains { $0.plan == plan } }
        }
        if !plans.isEmpty { options.plans = options.plans.filter(plans.contains) }
    }

    private static func hint(_ words: String, _ name: String, _ known: [String]) -> String {
        words
            + (Spelling.closest(to: name, among: known).map { "; did you mean '\($0)'?" }
                ?? "; there are \(known.joined(separator: ", "))")
    }

    private static func count(_ arguments: Arguments, _ option: String, upTo most: UInt64) throws(UsageError) -> Int? {
        guard let text = arguments.text(option) else { return nil }
        guard let number = UInt64(text), (1...most).contains(number) else {
            throw UsageError("'\(option) \(text)' is no whole number from 1 to \(most)")
        }
        return Int(number)
    }
}
