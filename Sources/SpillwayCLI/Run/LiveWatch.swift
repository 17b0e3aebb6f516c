import ChannelProfile
import Dashboard
import Diagnostics
import Drill
import EventLoop
import Glibc
import Reporting
import Verdicts

/// The live page of one command's runs, as the session sees it.
final class LiveWatch {
    private let desk: LiveDesk
    private var hasNext = false

    init(_ order: LiveOrder, _ console: Console) throws(LiveFault) {
        desk = try LiveDesk(at: order.address, token: order.token, openTo: order.networks)
        console.talk(order.words(at: desk.address))
    }

    func prepare(hasNext: Bool) {
        self.hasNext = hasNext
        desk.prepare()
    }

    /// The page hears what the operator's desk hears, and asks what that may ask.
    func watch(_ conduct: inout DrillConduct, on loop: EventLoop) {
        let desk = desk
        let onPhase = conduct.onPhase
        conduct.onPhase = { phase in
            onPhase(phase)
            desk.enter(phase: phase.words)
        }
        conduct.onPrelude = { prelude in
            desk.begin(
                LiveRun(record: prelude.record, faults: prelude.faults, banks: prelude.banks, series: prelude.series))
        }
        conduct.onSecond = { desk.end($0) }
        conduct.onFaults = { desk.change(faults: $0) }
        let (inlet, faults) = (LoopBound(conduct.inlet, to: loop), LoopBound(conduct.faults, to: loop))
        desk.attach(command: { command in loop.post { inlet.value.send(command) } }) { order, reply in
            if !loop.post({ faults.value.send(order, reply) }) { reply(.unavailable("the run is over")) }
        }
    }

    func detach() { desk.detach() }

    func end(_ report: Report, in folder: String) {
        var ending = ending(report.verdict)
        ending.judgements = report.judgements.map {
            LiveEnding.Judgement(name: $0.name, status: $0.status.rawValue, claim: $0.claim, observed: $0.observed)
        }
        ending.report = Self.absolute("\(folder)/\(Report.pageName)")
        desk.end(ending)
    }

    func refuse(_ diagnostics: [Diagnostic]) {
        var ending = ending(.inconclusive)
        ending.headline = "Not run"
        ending.judgements = diagnostics.map {
            LiveEnding.Judgement(name: "preflight", status: "inconclusive", claim: $0.message, observed: "not run")
        }
        desk.end(ending)
    }

    func close() { desk.close() }

    private func ending(_ verdict: RunVerdict) -> LiveEnding {
        var ending = LiveEnding(
            verdict: verdict.name, headline: verdict.headline, exitCode: Int(verdict.exitCode))
        if case .interrupted = verdict { hasNext = false }
        ending.hasNext = hasNext
        return ending
    }

    /// Whoever reads it in a browser stands in no folder.
    private static func absolute(_ path: String) -> String {
        guard let whole = unsafe realpath(path, nil) else { return path }
        defer { unsafe free(whole) }
        return unsafe String(cString: whole)
    }
}

extension DrillConduct.Phase {
    fileprivate var words: String {
        switch self {
        case .preflight: "preflight"
        case .setup: "setup"
        case .traffic: "traffic"
        case .teardown: "teardown"
        case .draining: "draining"
        case .auditing: "auditing"
        case .reporting: "reporting"
        }
    }
}
