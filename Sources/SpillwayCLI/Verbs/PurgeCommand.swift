import Evidence
import Glibc
import JSON
import Numerals
import PaymentStack
import Reporting

/// `spillway purge`: takes what a drill wrote into a stack's shadow tables away again.
enum PurgeCommand {
    static let command = Command(
        name: "purge",
        summary: "take what a run wrote into a ledger's shadow tables away again",
        about: [
            "Counts what a run wrote into the shadow tables of a payment stack's ledger: payments and",
            "refunds under the keys in the run's evidence, and what hangs on them. Without --yes it",
            "changes nothing. With it, these rows go in one transaction, balances are put right, and the",
            "ledger is asked again; where other rows would go, all is rolled back. Live tables are never",
            "touched, and nothing is done while another process has the ledger.",
            "",
            "Exit 0: counted, or gone. 1: it was rolled back, or not all of it is gone. 2: no such run or",
            "ledger. 3: the evidence or the ledger is damaged, or in use; nothing was changed.",
        ],
        operands: .init("RUN", "a report's folder", count: 1...1),
        options: [
            .init("--database", "PATH", "of a stack that outlives its runs (the run's own)"),
            .init("--yes", nil, "really take it away"),
            .init("--format", "text|json", "one JSON object with json (text)"),
        ],
        examples: [
            "spillway purge reports/quickstart-20261121-093000",
            "spillway purge reports/shop-20261121-093000 --database ledger.db --yes",
        ],
        run: run)

    private static func run(_ arguments: Arguments, _ console: Console) throws(UsageError) -> ExitCode {
        let isJSON = try arguments.choice("--format", of: ["text", "json"], default: "text") == "json"
        let folder = arguments.operands[0]
        do {
            let evidence = try EvidenceDatabase.open("\(folder)/\(EvidenceDatabase.fileName)")
            let runID = try evidence.record().identity.runID
            let path = ledger(arguments.text("--database") ?? ReportFolder(folder).ledger(ofRun: runID))
            guard unsafe access(path, F_OK) == 0 else {
                console.talk("error: there is no ledger '\(path)'; name that of the stack with --database")
                return .usage
            }
            let purge = try LedgerPurge(path, changes: arguments.has("--yes"))
            try purge.name(inner: SentKey.found) { add in
                try evidence.sentKeys(add)
                for key in CanaryKeys(runID: runID).all { add(key) }
            }
            let sheet = PurgeSheet(runID: runID, path: path, manifest: try purge.manifest(), isDone: false)
            guard arguments.has("--yes") else { return tell(sheet, isJSON, console) }
            return tell(try done(sheet, purge, console), isJSON, console)
        } catch let error as EvidenceError {
            let isMissing = error.code == ENOENT || error.code == ENOTDIR
            console.talk(
                "error: \(error)" + (isMissing ? "; of a run that was killed, 'spillway report' makes it" : ""))
            return isMissing ? .usage : .inconclusive
        } catch {
            console.talk("error: \(error)")
            return .inconclusive
        }
    }

    /// With separate databases the shadow's own file is beside the ledger.
    private static func ledger(_ path: String) -> String {
        unsafe access("\(path).shadow", F_OK) == 0 ? "\(path).shadow" : path
    }

    private static func done(_ sheet: PurgeSheet, _ purge: LedgerPurge, _ console: Console) throws -> PurgeSheet? {
        do throws(LedgerFault) {
            try purge.purge(sheet.manifest)
        } catch {
            console.talk("error: \(error)")
            return nil
        }
        let left = try purge.manifest()
        guard left.isEmpty else {
            console.talk("error: not all of it is gone: \(left.counts)")
            return nil
        }
        var sheet = sheet
        sheet.isDone = true
        return sheet
    }

    private static func tell(_ sheet: PurgeSheet?, _ isJSON: Bool, _ console: Console) -> ExitCode {
        guard let sheet else { return .failed }
        if isJSON {
            console.result(sheet.json.written(.compact))
        } else {
            for line in sheet.lines { console.result(line) }
        }
        return .success
    }
}

/// What there is of a run in a ledger, or was.
private struct PurgeSheet {
    let runID: String
    let path: String
    let manifest: LedgerPurge.Manifest
    var isDone: Bool

    var lines: [String] {
        var table = Table(["table", "rows"], left: 0...0)
        for count in manifest.counts { table.add([count.table, Figures.grouped(UInt64(max(0, count.rows)))]) }
        let words =
            manifest.isEmpty
            ? "nothing of it is there"
            : isDone ? "gone; the ledger was asked again" : "nothing was changed; --yes takes it away"
        return ["run \(runID) in \(path)", ""] + table.lines + ["", words]
    }

    var json: JSONValue {
        .object([
            ("run_id", .text(runID)), ("ledger", .text(path)), ("done", .boolean(isDone)),
            ("rows", .object(manifest.counts.map { ($0.table, .integer($0.rows)) })),
        ])
    }
}
