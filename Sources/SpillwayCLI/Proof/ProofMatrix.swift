import JSON
import Numerals
import StackVocabulary

/// What was red in which rehearsals: a row for each plan without a defect, and for each defect.
///
/// It holds when every sound rehearsal was green, and every defect turned red one of its own verdicts in at least 98 of a
/// hundred seeds.
struct ProofMatrix {
    static let caughtMin = 0.98

    struct Row {
        let plan: String
        let proof: ProofCase?
        var runs: [ProofRun] = []

        var name: String { proof?.defect.name ?? "sound" }
        var caught: Int {
            runs.count { run in proof.map { !run.reds.isDisjoint(with: $0.own) } ?? run.isGreen }
        }
        var holds: Bool {
            guard !runs.isEmpty else { return true }
            return proof == nil
                ? caught == runs.count : Double(caught) >= ProofMatrix.caughtMin * Double(runs.count)
        }
        var misses: [ProofRun] {
            runs.filter { run in proof.map { run.reds.isDisjoint(with: $0.own) } ?? !run.isGreen }
        }

        /// How many runs turned each name red, the most frequent first.
        var reds: [(name: String, count: Int)] {
            var counts: [String: Int] = [:]
            for run in runs { for name in run.reds { counts[name, default: 0] += 1 } }
            return counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { ($0.key, $0.value) }
        }
    }

    let folder: String
    private(set) var rows: [Row]

    /// Rows in the order of the plans, each with its defects behind it.
    init(_ folder: String, plans: [String], _ cases: [ProofCase]) {
        self.folder = folder
        rows = plans.flatMap { plan in
            [Row(plan: plan, proof: nil)] + cases.filter { $0.plan == plan }.map { Row(plan: plan, proof: $0) }
        }
    }

    mutating func take(_ run: ProofRun) {
        guard
            let place = rows.firstIndex(where: { $0.plan == run.subject.plan && $0.proof?.defect == run.subject.defect }
            )
        else { return }
        rows[place].runs.append(run)
    }

    /// Threads end in any order.
    mutating func sort() {
        for place in rows.indices { rows[place].runs.sort { $0.subject.seed < $1.subject.seed } }
    }

    var holds: Bool { rows.allSatisfy(\.holds) }
    var rehearsals: Int { rows.reduce(0) { $0 + $1.runs.count } }

    // MARK: For people

    var lines: [String] {
        var table = Table(["plan", "planted", "must turn red", "did", "", "red as well"], left: 1...5)
        for row in rows where !row.runs.isEmpty {
            table.add([
                row.plan, row.name, row.proof.map { $0.own.joined(separator: ", ") } ?? "nothing: green", row.share,
                row.holds ? "" : "NOT ENOUGH", row.others(listed: 4),
            ])
        }
        return table.lines + unshownLines + missLines
    }

    private var unshownLines: [String] {
        ProofCase.unshown.map { "not shown: \($0.defect.name): \($0.why)" }
    }

    private static let missesListed = 20

    private var missLines: [String] {
        let misses = rows.flatMap(\.misses)
        guard !misses.isEmpty else { return [] }
        return [""]
            + misses.prefix(Self.missesListed).flatMap { run in
                [
                    "\(run.subject.plan), \(run.subject.defect?.name ?? "sound"), seed \(run.subject.seed): "
                        + (run.words.isEmpty ? "green" : run.words),
                    "    " + ProofRun.replay(run.subject, in: folder),
                ]
            } + (misses.count > Self.missesListed ? ["and \(misses.count - Self.missesListed) more"] : [])
    }

    // MARK: For documents

    var markdown: [String] {
        ["| Plan | Planted | Must turn red | Did | Red as well |", "|---|---|---|---|---|"]
            + rows.filter { !$0.runs.isEmpty }.map { row in
                "| `\(row.plan)` | \(row.proof.map { "`\($0.defect.name)`" } ?? "nothing") | "
                    + "\(row.proof.map { $0.own.joined(separator: ", ") } ?? "nothing: all green") | \(row.share) | "
                    + "\(row.others(listed: 8)) |"
            } + [""] + ProofCase.unshown.map { "Not shown: `\($0.defect.name)`: \($0.why)." }
    }

    var json: JSONValue {
        .object([
            ("holds", .boolean(holds)), ("rehearsals", .count(rehearsals)),
            (
                "rows",
                .array(
                    rows.filter { !$0.runs.isEmpty }.map { row in
                        .object([
                            ("plan", .text(row.plan)), ("defect", row.proof.map { .text($0.defect.name) } ?? .null),
                            ("own", .texts(row.proof?.own ?? [])), ("rehearsals", .count(row.runs.count)),
                            ("as_they_should", .count(row.caught)), ("holds", .boolean(row.holds)),
                            ("red", .object(row.reds.map { ($0.name, .count($0.count)) })),
                            ("misses", .array(row.misses.map { .count($0.subject.seed) })),
                        ])
                    })
            ),
        ])
    }
}

extension ProofMatrix.Row {
    /// `20 of 20`
    var share: String { "\(caught) of \(runs.count)" }

    /// What else turned red; all checks of money stand behind `money`.
    func others(listed: Int) -> String {
        let own = Set(proof?.own ?? [])
        let others = reds.filter { !own.contains($0.name) }
        let words = others.prefix(listed).map { $0.count == runs.count ? $0.name : "\($0.name) \($0.count)" }
        return (words + (others.count > listed ? ["\(others.count - listed) more"] : [])).joined(separator: ", ")
    }
}
