import Testing
import Verdicts

@testable import SpillwayCLI

@Suite struct SpillwayCLITests {
    @Test(arguments: [
        ("dmeo", "there is no verb 'dmeo'; did you mean 'spillway demo'?"),
        ("xyzzy", "there is no verb 'xyzzy'; 'spillway --help' lists them"),
        ("demo --queu 3", "there is no option '--queu'; did you mean '--queue'?"),
        ("demo --xyzzy", "there is no option '--xyzzy'; 'spillway demo --help' lists them"),
        ("demo --service", "'--service' needs a value; write --service SPAN"),
        ("demo --service --seed 1", "'--service' needs a value; write --service SPAN"),
        ("demo --service 3", "'--service 3' needs a whole number with its unit; write '--service 10ms'"),
        ("demo --service=-3s", "'--service -3s' needs a whole number with its unit; write '--service 10ms'"),
        (
            "demo --service 99999999999999999999s",
            "'--service 99999999999999999999s' needs a whole number with its unit; write '--service 10ms'"
        ),
        ("demo --service 3h", "'--service 3h' needs a whole number with its unit; write '--service 10ms'"),
        ("demo --service 90m", "'--service 90m' is not between 1ms and 3600s"),
        ("demo --stall-every 1s --stall-for 2s", "'--stall-every 1s' is not longer than '--stall-for 2s'"),
        ("demo --listen here", "'--listen here' needs an address and a port; write '--listen 127.0.0.1:8080'"),
        ("demo --listen 127.0.0.1:99999", "the port of '--listen' is from 0 to 65535, not 99999"),
        ("versoin", "there is no verb 'versoin'; did you mean 'spillway version'?"),
        ("demo --concurrency many", "'--concurrency many' needs a whole number from 1 to 10000"),
        ("demo --queue 1 --queue 2", "'--queue' stands twice; write it once"),
        (
            "demo --plan none.yaml",
            "'none.yaml' cannot be read from here; run the demo in the checkout, or name a plan with --plan"
        ),
        ("run", "'spillway run' needs a plan to run; write 'spillway run PLAN'"),
        (
            "run a.yaml --format xml",
            "'--format' cannot be 'xml'; write 'text', 'json', 'junit', 'markdown', 'series' or 'latency'"
        ),
        ("run a.yaml --format jnuit", "'--format' cannot be 'jnuit'; did you mean 'junit'?"),
        ("report a --files html,sumary", "'--files' cannot be 'sumary'; did you mean 'summary'?"),
        (
            "rehearse a.yaml --files ,",
            "'--files' cannot be ''; write 'json', 'html', 'junit', 'summary', 'series' or 'latency'"
        ),
        (
            "run a.yaml b.yaml --format junit",
            "'--format junit' is one document; name one plan, or take the files of the reports"
        ),
        (
            "rehearse a.yaml --arrivals --format series",
            "'--format series' is of a report, and '--arrivals' makes none; write 'text' or 'json'"
        ),
        (
            "rehearse a.yaml --arrivals --files html",
            "'--files' is of rehearsals, and '--arrivals' makes none; leave one of them out"
        ),
        ("check", "'spillway check' needs a plan or mock profile to check; write 'spillway check PLAN'"),
        ("check a.yaml --format xml", "'--format' cannot be 'xml'; write 'text' or 'json'"),
        ("check a.yaml --set", "'--set' needs a value; write --set PATH=VALUE"),
        ("rehearse", "'spillway rehearse' needs a plan to rehearse; write 'spillway rehearse PLAN'"),
        ("rehearse a.yaml --seed -1", "'--seed -1' needs a whole number from 0 to 18446744073709551615"),
        ("schema now", "there is no schema of 'now'; write 'plan', 'profile' or 'report'"),
        (
            "run plans/demo.yaml --live 0.0.0.0:7070",
            "'--live 0.0.0.0:7070' is not on loopback, and whoever has its token steers the run; if that is meant, write "
                + "'--live-is-open-to NETWORK' with the network that may reach it"
        ),
        (
            "run plans/demo.yaml --live 127.0.0.1:0 --live-is-open-to 10.0.0.1/8",
            "'--live-is-open-to 10.0.0.1/8' is no network; write one as in '10.20.0.0/16'"
        ),
        (
            "run plans/demo.yaml --live-is-open-to 10.0.0.0/8",
            "'--live-is-open-to' is of the live page; write '--live HOST:PORT' as well"
        ),
        (
            "run plans/demo.yaml --control-is-real-payments yes",
            "'--control-is-real-payments yes' is no URL; write that of the plan's target"
        ),
        ("schema plan profile", "'profile' was not expected; 'spillway schema' takes one DOCUMENT"),
        ("demo now", "'now' was not expected; 'spillway demo' takes options only"),
    ])
    func `a command line that cannot be understood says what to write instead`(words: String, complaint: String) {
        let saying = Saying(words)
        #expect(saying.code == .usage)
        #expect(saying.talk == ["error: \(complaint)"])
        #expect(saying.results.isEmpty)
    }

    @Test(arguments: ["--help", "-h", "help", "demo --help", "demo -h", "demo --queue 5 --help", "run --help"])
    func `help is a result, with examples, in eighty columns`(words: String) {
        let saying = Saying(words)
        #expect(saying.code == .success)
        #expect(saying.results.contains("examples:"))
        #expect(saying.results.allSatisfy { $0.count <= 96 })
        #expect(saying.talk.isEmpty)
    }

    @Test(arguments: ["--version", "-V", "version"])
    func `the build says its name, the one that runs tell`(words: String) {
        let saying = Saying(words)
        #expect(saying.code == .success)
        #expect(saying.results == ["spillway \(SpillwayCLI.version)"])
    }

    @Test func `the help of the demo knows of one plan`() {
        let help = Saying("demo --help").results.joined(separator: "\n")
        for words in ["several plans", "a plan and line"] { #expect(!help.contains(words)) }
        #expect(help.contains("[--out DIR]") && help.contains("[--seed N]"))
    }

    @Test func `what was typed does not drive the terminal`() {
        let saying = Saying("\u{1b}[31mdemo")
        #expect(saying.talk.count == 1)
        #expect(saying.talk[0].contains("'\\u{1b}[31mdemo'"))
        #expect(!saying.talk[0].unicodeScalars.contains("\u{1b}"))
    }

    @Test func `results that could not be written are no success`() {
        let talk = Lines()
        let code = SpillwayCLI.run(
            ["--help"], console: Console(result: { _ in }, talk: { talk.add($0) }, loss: { "No space left on device" }))
        #expect(code == .inconclusive)
        #expect(talk.all == ["error: the results could not be written to standard output: No space left on device"])
    }

    @Test func `no words at all are a mistake, and the help goes where mistakes are told`() {
        let saying = Saying("")
        #expect(saying.code == .usage)
        #expect(saying.talk.first == "usage: spillway VERB [OPTIONS]")
        #expect(saying.results.isEmpty)
    }
}
