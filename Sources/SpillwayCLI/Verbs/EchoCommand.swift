import EventLoop
import HTTPService
import Histogram
import Numerals

/// `spillway echo`: the runtime shows itself. The same server and the same open-loop client exchange requests live on
/// loopback, and then simulated, where minutes pass in moments and a seed repeats them to the bit.
enum EchoCommand {
    static let command = Command(
        name: "echo",
        summary: "demo: one echo client and server, on loopback and simulated",
        about: [
            "Sends requests to an echo server of its own, first live over loopback, then for twenty",
            "times as long in a simulated world whose seed decides every latency (0.2 to 2 ms a way),",
            "loss (1 segment in 10,000, sent again 200 ms later) and reset (1 in 100,000).",
            "",
            "Latency counts from the instant at which a request was due. Unknown: no answer, though",
            "the request may have been carried out. Unsent: no connection was free in time; the exit",
            "status is then 3, since a generator that falls behind says nothing about the server.",
        ],
        options: [
            .init("--for", "SPAN", "how long the live part sends, 1s to 60s (3s); units ms, s, m"),
            .init("--rate", "N", "requests a second, up to 50000 (2000)"),
            .init("--seed", "N", "of the simulated world (20261111)"),
        ],
        examples: ["spillway echo", "spillway echo --for 10s --rate 10000", "spillway echo --seed 7"],
        run: run)

    private static func run(_ arguments: Arguments, _ console: Console) throws(UsageError) -> ExitCode {
        let span = try arguments.span("--for", within: .seconds(1) ... .seconds(60), default: .seconds(3))
        let rate = try arguments.number("--rate", within: 1...50_000, default: 2_000)
        let seed = UInt64(try arguments.number("--seed", within: 0...Int.max, default: 20_261_111))
        do {
            let pace = "\(Figures.grouped(rate)) request\(rate == 1 ? "" : "s")/s"
            console.talk("live: \(pace) for \(span) over loopback ...")
            let live = try EchoDemo(rate: rate, span: span).runLive()
            let virtual = TimeSpan(nanoseconds: span.nanoseconds * 20)
            console.talk("simulated: \(pace) for \(virtual) of virtual time, seed \(seed) ...")
            let simulated = try EchoDemo(rate: rate, span: virtual).runSimulated(seed: seed)
            report(live, simulated, seed, console)
            guard live.unsent == 0 else {
                console.talk("error: the generator fell behind at \(pace); write a lower --rate")
                return .inconclusive
            }
            return .success
        } catch {
            console.talk("error: \(error)")
            return .inconclusive
        }
    }

    private static func report(
        _ live: EchoDemo.Outcome, _ simulated: EchoDemo.Outcome, _ seed: UInt64, _ console: Console
    ) {
        var table = Table(["world", "due", "answered", "unknown", "unsent", "p50", "p99", "p99.9", "took"])
        table.add(["live"] + cells(live))
        table.add(["simulated"] + cells(simulated))
        for line in table.lines { console.result(line) }
        guard let trace = simulated.trace else { return }
        console.result("")
        console.result(
            "fingerprint \(Figures.hexadecimal(trace.value)) of \(Figures.grouped(Int(trace.count))) events: "
                + "the same options and seed \(seed) give it again, on any machine")
    }

    private static func cells(_ outcome: EchoDemo.Outcome) -> [String] {
        [outcome.due, outcome.answered, outcome.unknown, outcome.unsent].map(Figures.grouped)
            + [50, 99, 99.9].map { percentile in
                outcome.latency.value(atPercentile: percentile).map { Figures.span(nanoseconds: $0) } ?? "-"
            } + [Figures.span(outcome.wallTime)]
    }
}
