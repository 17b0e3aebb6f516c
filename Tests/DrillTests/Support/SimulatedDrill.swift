import ChannelProfile
import Diagnostics
import EventLoop
import Peers
import PlanLanguage
import PlanModel
import Reporting
import TestFolders
import Testing

@testable import Drill

/// A whole drill on one loop in simulation: the texts of a plan and of its mock banks, and what became of the run.
struct SimulatedDrill {
    var plan: String
    /// Of the mock banks, whatever file the plan names.
    var profile = ""
    var seed: UInt64 = 5
    /// Of the loop, and so of the network.
    var loopSeed: UInt64 = 3
    /// What the run's name is made of.
    var runEntropy: [UInt8] = Array(repeating: 2, count: 5)
    /// Leaves an evidence.db.
    var keepsEvidence = false

    func order(in folder: TestFolder) throws -> DrillOrder {
        let parsed = Plan.parse(SourceText(name: "drill.yaml", text: plan), readsChannels: true) { path in
            SourceText(name: path, text: profile)
        }
        let plan = try #require(parsed.plan, "\(DiagnosticRenderer().render(parsed.diagnostics))")
        var order = DrillOrder.sample(plan, in: folder)
        order.profile = parsed.profile
        (order.seed, order.runEntropy, order.keepsEvidence) = (seed, runEntropy, keepsEvidence)
        return order
    }

    /// - Parameter conduct: asked on the loop, before the drill begins.
    func outcome(
        in folder: TestFolder, _ conduct: @escaping (EventLoop) throws -> DrillConduct = { _ in DrillConduct() }
    ) throws -> Drill.Outcome {
        let order = try order(in: folder)
        let loop = EventLoop.simulated(seed: loopSeed)
        return try loop.run { () async throws in try await Drill(order, try conduct(loop), on: loop).run() }
    }
}

extension DrillOrder {
    static let bankTokenSample = "0123456789abcdef0123456789abcdef"
    static let stackTokenSample = "fedcba9876543210fedcba9876543210"

    /// What a drill of a plan is asked for when a test says no more.
    static func sample(_ plan: Plan, in folder: TestFolder) -> DrillOrder {
        var order = DrillOrder(
            plan: plan, planDigest: "00", seed: 5, planFolder: folder.path, outFolder: "\(folder.path)/out",
            policy: PeerPolicy(of: plan, permitted: []), permitted: [], environment: [:],
            entropy: Array(repeating: 1, count: 32), runEntropy: Array(repeating: 2, count: 5), version: "test")
        (order.bankToken, order.stackToken) = (bankTokenSample, stackTokenSample)
        return order
    }
}

extension Drill.Outcome {
    /// Of a run that took place; anything else is an issue of the test.
    func done(
        _ note: String = "", at place: SourceLocation = #_sourceLocation
    ) throws -> (report: Report, warnings: [Diagnostic]) {
        guard case .done(let report, let warnings) = self else {
            Issue.record("\(note) \(self)", sourceLocation: place)
            throw CancellationError()
        }
        return (report, warnings)
    }

    /// Of a run that did not take place.
    var refusals: [Diagnostic] {
        guard case .refused(let diagnostics) = self else { return [] }
        return diagnostics
    }
}
