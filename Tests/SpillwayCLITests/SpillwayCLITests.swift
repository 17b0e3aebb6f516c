import EventLoop
import Histogram
import Testing
import Verdicts

@testable import SpillwayCLI

@Suite struct SpillwayCLITests {
    @Test(arguments: [
        ("ecco", "there is no verb 'ecco'; did you mean 'spillway echo'?"),
        ("xyzzy", "there is no verb 'xyzzy'; 'spillway --help' lists them"),
        ("echo --fro 3s", "there is no option '--fro'; did you mean '--for'?"),
        ("echo --quux", "there is no option '--quux'; 'spillway echo --help' lists them"),
        ("echo --for", "'--for' needs a value; write --for SPAN"),
        ("echo --for --seed 1", "'--for' needs a value; write --for SPAN"),
        ("echo --for 3", "'--for 3' needs a whole number with its unit; write '--for 3s'"),
        ("echo --for=-3s", "'--for -3s' needs a whole number with its unit; write '--for 3s'"),
        (
            "echo --for 99999999999999999999s",
            "'--for 99999999999999999999s' needs a whole number with its unit; write '--for 3s'"
        ),
        ("echo --for 3h", "'--for 3h' needs a whole number with its unit; write '--for 3s'"),
        ("echo --for 2m", "'--for 2m' is not between 1s and 60s"),
        ("echo --rate many", "'--rate many' needs a whole number from 1 to 50000"),
        ("echo --rate 1 --rate 2", "'--rate' stands twice; write it once"),
        ("check", "'spillway check' needs a plan to check; write 'spillway check PLAN'"),
        ("check a.yaml --format xml", "'--format' cannot be 'xml'; write 'text' or 'json'"),
        ("check a.yaml --set", "'--set' needs a value; write --set PATH=VALUE"),
        ("rehearse", "'spillway rehearse' needs a plan to rehearse; write 'spillway rehearse PLAN'"),
        (
            "rehearse a.yaml",
            "rehearsing a whole drill in simulation comes later; write --arrivals for its traffic"
        ),
        ("rehearse a.yaml --seed -1", "'--seed -1' needs a whole number from 0 to 18446744073709551615"),
        ("schema now", "'now' was not expected; 'spillway schema' takes options only"),
        ("echo now", "'now' was not expected; 'spillway echo' takes options only"),
    ])
    func `a command line that cannot be understood says what to write instead`(words: String, complaint: String) {
        let saying = Saying(words)
        #expect(saying.code == .usage)
        #expect(saying.talk == ["error: \(complaint)"])
        #expect(saying.results.isEmpty)
    }

    @Test(arguments: ["--help", "-h", "help", "echo --help", "echo -h", "echo --rate 5 --help"])
    func `help is a result, with examples, in eighty columns`(words: String) {
        let saying = Saying(words)
        #expect(saying.code == .success)
        #expect(saying.results.contains("examples:"))
        #expect(saying.results.allSatisfy { $0.count <= 96 })
        #expect(saying.talk.isEmpty)
    }

    @Test func `what was typed does not drive the terminal`() {
        let saying = Saying("\u{1b}[31mecho")
        #expect(saying.talk.count == 1)
        #expect(saying.talk[0].contains("'\\u{1b}[31mecho'"))
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

    @Test func `the simulated echo answers nearly all, and its seed gives it again`() throws {
        let demo = EchoDemo(rate: 500, span: .seconds(4))
        let once = try demo.runSimulated(seed: 7)
        let again = try demo.runSimulated(seed: 7)
        let other = try demo.runSimulated(seed: 8)
        #expect(once.due == 2_000)
        #expect(once.answered + once.unknown == once.due)
        #expect(once.unknown < 20, "a reset costs a few requests, not many (seed 7)")
        #expect(once.latency == again.latency)
        #expect(once.trace?.value == again.trace?.value)
        #expect(once.trace?.value != other.trace?.value)
    }

    @Test func `what never found a connection is unsent, not unknown`() throws {
        // A connection each way takes 0.4 to 4 ms, so 256 of them cannot carry this rate, and the line is bounded.
        let outcome = try EchoDemo(rate: 1_000_000, span: .milliseconds(100)).runSimulated(seed: 7)
        #expect(outcome.unsent > 50_000)
        #expect(outcome.answered > 5_000)
        #expect(outcome.answered + outcome.unknown + outcome.unsent == outcome.due)
    }

    @Test func `the live echo answers all`() throws {
        let outcome = try EchoDemo(rate: 200, span: .milliseconds(250)).runLive()
        #expect(outcome.due == 50)
        #expect(outcome.answered == 50)
        #expect(outcome.latency.total == 50)
    }
}

@Suite struct ExitCodeTests {
    @Test(
        arguments: [
            (.integrityFailed, 1), (.interrupted(signal: 2), 130), (.interrupted(signal: 15), 143),
            (.interrupted(signal: 1), 130), (.aborted, 4), (.inconclusive, 3), (.missed, 1), (.met, 0),
        ] as [(RunVerdict, Int32)])
    func `what a run came to is the documented number`(verdict: RunVerdict, number: Int32) {
        #expect(ExitCode(verdict).rawValue == number)
    }
}
