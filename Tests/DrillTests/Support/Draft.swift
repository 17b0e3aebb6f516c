import Diagnostics
import EventLoop
import Glibc
import Peers
import PlanLanguage
import PlanModel
import PlanValues
import TestFolders
import Testing
import Traffic

@testable import Drill

/// A plan from what a test says of it; the rest is small.
struct Draft {
    var target = "url: http://127.0.0.1:1"
    var rest = ""
    var steps = "[GET /: {}]"
    var traffic = "[hold: {for: 1s, rate: 10/s}]"

    var text: String {
        "plan: p\ntarget: {\(target)}\njourneys: {pay: {steps: \(steps)}}\ntraffic: \(traffic)\n" + rest
    }

    func plan() throws -> Plan {
        let outcome = Plan.parse(SourceText(name: "p", text: text))
        return try #require(outcome.plan, "\(DiagnosticRenderer().render(outcome.diagnostics))")
    }

    /// What a run of it is asked for.
    func order(in folder: TestFolder) throws -> DrillOrder {
        DrillOrder.sample(try plan(), in: folder)
    }

    func run(
        on loop: EventLoop, in folder: TestFolder, environment: [String: String] = [:],
        permitted: [NetworkBlock] = [], patience: TimeSpan = .seconds(5), outFolder: String? = nil
    ) async throws -> PreflightReport {
        let plan = try plan()
        let surroundings = Preflight.Surroundings(
            planFolder: folder.path, outFolder: outFolder ?? "\(folder.path)/out", environment: environment,
            entropy: [UInt8](repeating: 9, count: 32))
        var preflight = Preflight(
            plan, traffic: try PlannedTraffic(plan, recordings: [:]),
            policy: PeerPolicy(of: plan, permitted: permitted),
            surroundings: surroundings, on: loop)
        preflight.patience = patience
        return await preflight.run()
    }
}

extension PreflightReport {
    func check(_ name: String) -> PreflightCheck? { checks.first { $0.name == name } }
    var failures: [String] { checks.filter { $0.outcome == .failed }.map(\.words) }
    var rendered: String { DiagnosticRenderer(width: 160).render(diagnostics) }
}
