import Diagnostics
import EventLoop
import Evidence
import HTTPService
import HTTPWire
import Journeys
import Peers
import PlanLanguage
import PlanModel
import Testing
import Timebase
import Traffic

@testable import LoadDriver

/// A whole run in simulation: a plan, a target that answers as the test says, the driver, and what it left.
final class Rig {
    let loop: EventLoop
    let plan: Plan
    private(set) var driver: LoadDriver?
    private(set) var record: RunRecord?
    private(set) var evidence = EvidenceWriter(inMemoryFor: 0)
    private(set) var requests = 0
    private(set) var address = Address.loopback(port: 1)
    private(set) var setUpFault: String?
    var onProgress: (DriverProgress, LoadDriver) -> Void = { _, _ in }
    var onSecond: ((DriverSecond) -> Void)?
    var isLeaseHeld: () -> Bool = { true }
    var recordings: [RecordingInput] = []
    var shard = (0, 1)
    /// Of marked requests.
    var shadowFields: [(name: String, value: String)] = []
    private let seed: UInt64

    init(_ text: String, seed: UInt64 = 1, conditions: NetworkConditions = NetworkConditions()) throws {
        let outcome = Plan.parse(SourceText(name: "sample.yaml", text: text))
        plan = try #require(outcome.plan, "\(outcome.diagnostics.map(\.message))")
        self.seed = seed
        loop = EventLoop.simulated(seed: seed, conditions: conditions)
    }

    /// Runs the plan against `handler`, which is told how many requests came before and the instant since the start.
    @discardableResult
    func run(
        _ profiles: [String: RecordingProfile] = [:],
        _ handler: @escaping (HTTPExchange, Int, Rig) async throws -> Void
    ) throws -> RunRecord {
        try loop.run { [self] in
            let server = HTTPServer(on: loop) { [self] exchange in
                requests += 1
                try await handler(exchange, requests - 1, self)
            }
            address = try server.listen(on: .loopback())
            try await drive(at: address, PlannedTraffic(plan, seed: plan.seed, recordings: profiles))
            await server.drain(until: loop.now + .seconds(60))
        }
        return try #require(record)
    }

    private func drive(at address: Address, _ traffic: PlannedTraffic) async throws {
        let receiver = plan.webhooks.map { _ in WebhookReceiver(on: loop, looksInside: true) }
        let hook = try receiver?.listen(on: .loopback())
        let origin = try PeerPolicy(planAllow: [], permitted: []).permit(local: address)
        let setting = RunSetting(
            runID: "run-1", epochMilliseconds: 1_767_225_600_000, shadowToken: "token", shadowFields: shadowFields,
            webhookURL: hook.map { "http://\($0)/hooks" }, hosts: ["": origin.authority])
        let compiled = JourneyBook.compile(plan, setting)
        let book = try #require(compiled.book, "\(compiled.diagnostics.map(\.message))")
        let targets = try book.services.map { _ in try ServiceTarget(origin, of: plan.target, on: loop) }
        var driverSetting = DriverSetting(
            plan: plan, traffic: traffic, book: book, targets: targets, evidence: evidence,
            identity: RunIdentity(
                runID: "run-1", plan: plan.name, about: plan.about, planDigest: "", seed: plan.seed, version: "test",
                targets: [address.description], allowed: []))
        (driverSetting.shard, driverSetting.shards) = shard
        driverSetting.control = try control(origin, setting)
        driverSetting.recordings = recordings
        driverSetting.webhooks = receiver
        driverSetting.isLeaseHeld = isLeaseHeld
        driverSetting.onSecond = onSecond
        driverSetting.onProgress = { [self] progress in
            if let driver = self.driver { onProgress(progress, driver) }
        }
        let driver = LoadDriver(on: loop, driverSetting)
        self.driver = driver
        setUpFault = await driver.setUp()
        record = await driver.run()
        _ = await driver.tearDown()
        for target in targets { target.close() }
        await receiver?.drain(until: loop.now + .seconds(5))
    }

    /// As a drill gives it to a driver whose plan asks for one.
    private func control(_ origin: PermittedOrigin, _ setting: RunSetting) throws -> ControlSetting? {
        if plan.shadow.control == nil { return nil }
        var setting = setting
        (setting.isShadow, setting.shadowToken) = (false, "")
        let book = try #require(JourneyBook.compile(plan, setting).book)
        return ControlSetting(
            book: book, targets: try book.services.map { _ in try ServiceTarget(origin, of: plan.target, on: loop) })
    }

    /// The driver of the run that is over, when something else still holds it.
    func leftover() -> LoadDriver? {
        weak let last = driver
        driver = nil
        return last
    }

    /// Sums over all slices.
    func total(_ outcome: Outcome) -> UInt64 {
        record?.slices.flatMap(\.cells).reduce(0) { $0 + $1.cell.outcomes[outcome] } ?? 0
    }

    static func plan(
        _ traffic: String, target: String = "", steps: String = "[GET /pay: {}]", arrivals: String = "uniform",
        rest: String = ""
    ) -> String {
        """
        plan: sample
        seed: 7
        target: {url: "http://127.0.0.1:1"\(target)}
        journeys:
          pay: {steps: \(steps)}
        arrivals: \(arrivals)
        traffic:
        \(traffic)
        \(rest)
        """
    }
}
