import Diagnostics
import PaymentStack
import Peers
import StackVocabulary

/// `spillway stack`: serves the reference payment stack, for a drill or for a person who plays.
enum StackCommand {
    static let command = Command(
        name: "stack",
        summary: "serve the reference payment stack",
        about: [
            "A small but real payment system: it keeps what it acknowledged, posts by double entry, and",
            "sheds what it cannot do in time. It sends payments to the banks that --channels names,",
            "takes their callbacks, and tells merchants what became of payments. Ctrl-C ends it.",
            "",
            "The operator's token is that of SPILLWAY_STACK_TOKEN; without one it is made and told.",
            "Marks of shadow traffic are verified with SPILLWAY_SHADOW_KEY; without it a key is made, and",
            "a mark to play with is told. Notifications are signed with SPILLWAY_STACK_NOTIFY_KEY.",
        ],
        options: [
            .init("--database", "PATH", "a SQLite file; in memory, and gone with the process, without it"),
            .init("--channels", "NAME=URL,...", "the banks of shadow payments", repeats: true),
            .init("--live-channels", "NAME=URL,...", "the banks of live payments; never the same", repeats: true),
            .init("--idempotency", "NAME=FIELD", "a bank's field for keys (Idempotency-Key), or none", repeats: true),
            .init("--keeps-declines", "NAME", "under one key this bank declines all sends, or none", repeats: true),
            .init("--callback-key", "NAME=VARIABLE", "the variable with the key of its callbacks", repeats: true),
            .init("--cores", "N", "places at which payments are worked on at a time (2)"),
            .init("--pay-cost", "SPAN", "what a payment takes of a core, as 500us (what it takes in truth)"),
            .init("--merchants", "N", "merchant-1 to merchant-N have an account (10000)"),
            .init("--merchant-rate", "RATE", "of one merchant, as 100/s; no limit without it"),
            .init("--isolation", "tables|databases", "how live and shadow rows are kept apart (tables)"),
            .init("--defect", "NAME", "planted on purpose", repeats: true),
            .init("--list-defects", nil, "what can be planted, and who must see it"),
            .init("--listen", "HOST:PORT", "for merchants and banks (127.0.0.1:0)"),
            .init("--operator", "HOST:PORT", "for exports and defects, on loopback (127.0.0.1:0)"),
            .init("--public-url", "URL", "how banks reach it, where that is not where it listens"),
            .init("--notify-allow", "NETWORK", "where notifications may go (loopback)", repeats: true),
            .init("--allow", "NETWORK", "permits banks that are not on loopback", repeats: true),
            .init("--policy", "FILE", "permits the networks in it (\(PermissionList.variable))"),
            .init("--seed", "N", "of everything that it draws (1)"),
            .init("--setting", "JSON", "all that can be set, as a report tells it"),
            .init("--child", nil, "for a drill: ends with standard input, tells addresses as JSON"),
        ],
        examples: [
            "spillway stack --channels icbc=http://127.0.0.1:9101 --database ledger.db",
            "spillway stack --channels icbc=http://127.0.0.1:9101 --pay-cost 2ms --defect no-limiter",
            "spillway stack --list-defects",
        ],
        run: run)

    private static func run(_ arguments: Arguments, _ console: Console) throws(UsageError) -> ExitCode {
        if arguments.has("--list-defects") {
            for line in defects.lines { console.result(line) }
            return .success
        }
        let start = try StackStart(arguments)
        guard let permissions = PermissionList(arguments, console) else { return .usage }
        do {
            return try StackSession(start, permitted: permissions.blocks, console).run()
        } catch let error as UsageError {
            throw error
        } catch {
            console.talk("error: \(error)")
            return .inconclusive
        }
    }

    private static var defects: Table {
        var table = Table(["defect", "what is wrong then", "who must say so"], left: 0...2)
        for defect in Defect.allCases { table.add([defect.name, defect.wrong, defect.caughtBy]) }
        return table
    }
}
