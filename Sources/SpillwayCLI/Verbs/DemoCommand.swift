import EventLoop
import Glibc
import Numerals
import Timebase

/// `spillway demo`: a first drill, against a payment service of its own that sheds, stalls and recovers.
enum DemoCommand {
    static let command = Command(
        name: "demo",
        summary: "run a first drill against a payment service of its own",
        about: [
            "Serves POST /v1/payments and GET /v1/payments/ID on a thread of its own, and runs a plan",
            "against it. A payment takes its time; so many are served at once, so many wait, and the",
            "rest are shed with 503 and Retry-After. Stalls count from the first request after five",
            "quiet seconds; without --stall-at or --stall-every there is one at 7s.",
        ],
        options: [
            .init("--plan", "FILE", "to run instead of \(standardPlan)"),
            .init("--serve-only", nil, "run nothing; serve until Ctrl-C"),
            .init("--listen", "HOST:PORT", "an address, port 0 for any (127.0.0.1:0)"),
            .init("--concurrency", "N", "payments served at once (8)"),
            .init("--service", "SPAN", "how long one takes, on average (10ms)"),
            .init("--queue", "N", "payments that may wait (256)"),
            .init("--stall-at", "SPAN", "stand still then", repeats: true),
            .init("--stall-every", "SPAN", "stand still again and again"),
            .init("--stall-for", "SPAN", "how long (700ms)"),
            .init("--out", "DIR", "for the report (reports/PLAN-TIME)"),
        ] + RunCommand.options.filter { ["--seed", "--quiet", "--format", "--files"].contains($0.name) },
        examples: [
            "spillway demo",
            "spillway demo --serve-only --listen 127.0.0.1:8080 --stall-every 10s",
        ],
        run: run)

    private static let standardPlan = "plans/demo.yaml"

    private static func run(_ arguments: Arguments, _ console: Console) throws(UsageError) -> ExitCode {
        let settings = try settings(arguments)
        let address = try arguments.address("--listen", default: .loopback())
        let plan = arguments.text("--plan") ?? standardPlan
        if arguments.has("--serve-only") { return serve(settings, at: address, console) }
        guard unsafe access(plan, R_OK) == 0 else {
            throw UsageError(
                "'\(plan)' cannot be read from here; run the demo in the checkout, or name a plan with --plan")
        }
        let server: DemoServer
        do {
            server = try DemoServer(settings, on: address)
        } catch {
            console.talk("error: \(error)")
            return .inconclusive
        }
        defer { server.stop() }
        console.talk(words(for: settings))
        return try RunCommand.run([plan], arguments, overrides: ["target.url=http://\(server.address)"], console)
    }

    private static func settings(_ arguments: Arguments) throws(UsageError) -> DemoPayments.Settings {
        var settings = DemoPayments.Settings()
        let spans = .milliseconds(1)...TimeSpan.seconds(3_600)
        settings.concurrency = try arguments.number("--concurrency", within: 1...10_000, default: settings.concurrency)
        settings.queueMax = try arguments.number("--queue", within: 0...100_000, default: settings.queueMax)
        settings.service = try arguments.span("--service", within: spans, default: settings.service)
        settings.stalls.instants = try arguments.spans("--stall-at", within: .zero ... .seconds(86_400))
        settings.stalls.every = try arguments.spans("--stall-every", within: spans).first
        if settings.stalls == DemoStalls() { settings.stalls.instants = [.seconds(7)] }
        settings.stalls.length = try arguments.span("--stall-for", within: spans, default: settings.stalls.length)
        if let every = settings.stalls.every, every <= settings.stalls.length {
            throw UsageError("'--stall-every \(every)' is not longer than '--stall-for \(settings.stalls.length)'")
        }
        return settings
    }

    private static func serve(
        _ settings: DemoPayments.Settings, at address: Address, _ console: Console
    ) -> ExitCode {
        do {
            let signals = try SignalPipe(for: [SIGINT, SIGTERM, SIGHUP])
            let server = try DemoServer(settings, on: address)
            console.result("http://\(server.address)")
            console.talk(words(for: settings) + "; Ctrl-C ends it")
            signals.wait()
            server.stop()
            return .success
        } catch {
            console.talk("error: \(error)")
            return .inconclusive
        }
    }

    private static func words(for settings: DemoPayments.Settings) -> String {
        "payments: \(settings.concurrency) at once, \(settings.service) each: \(Figures.rate(settings.capacity)); "
            + "\(settings.queueMax) may wait"
    }
}
