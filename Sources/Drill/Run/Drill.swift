import Audit
import Cryptography
import CurlTransport
package import Diagnostics
package import EventLoop
import Evidence
import Journeys
import LoadDriver
import Peers
import PlanModel
import PlanValues
package import Reporting
import ShadowTag
import StackVocabulary
import Timebase
import Traffic
import Verdicts

/// One run of one plan, from the first look to the last file.
///
///     traffic -> preflight (banks, stack started) -> set-up -> traffic stages -> teardown -> drain -> evidence collected
///             -> sources fetched -> stack ended -> banks asked, and ended -> evidence closed -> audited -> judged -> reports
///
/// **Goal.** Whatever happens on the way, nothing is sent before everything was looked at, and nothing that was seen is
/// lost: a run that breaks off still has its evidence and its reports, and says what broke it off.
///
/// **Method.** Each step is somebody else's; this one holds the order. All of it runs on one loop, in either world.
/// The controller is elsewhere, and speaks through `DrillConduct`.
///
/// **Not here.** Reading plans, drawing progress, exit codes: the command line's.
package struct Drill {
    private let order: DrillOrder
    private let conduct: DrillConduct
    private let loop: EventLoop
    private let folder: PlanFolder

    package enum Outcome: Sendable {
        /// The preflight or the plan itself stood against it: nothing was sent.
        case refused([Diagnostic])
        case done(Report, warnings: [Diagnostic])
    }

    package init(_ order: DrillOrder, _ conduct: DrillConduct, on loop: EventLoop) {
        self.order = order
        self.conduct = conduct
        self.loop = loop
        folder = PlanFolder(order.planFolder)
    }

    /// Throws what keeps a report from being written; the evidence stands then all the same.
    package func run() async throws(DrillFault) -> Outcome {
        let profiles: [String: RecordingProfile]
        let traffic: PlannedTraffic
        do throws(DiagnosticError) {
            profiles = try await recordingProfiles()
            traffic = try plannedTraffic(profiles)
        } catch {
            return .refused([error.diagnostic])
        }
        conduct.onPhase(.preflight)
        let runID = RunID(secondsSince1970: loop.secondsSince1970, entropy: order.runEntropy)
        let expires = expiry(traffic)
        var look = Preflight(
            order.plan, traffic: traffic, recordings: profiles, policy: order.policy,
            surroundings: Preflight.Surroundings(
                planFolder: order.planFolder, outFolder: order.leavesFiles ? order.outFolder : nil,
                environment: order.environment,
                entropy: order.entropy), on: loop)
        look.banks = BankOrder(order, runID: runID, expires: expires)
        look.stack = StackLaunch(order, runID: runID)
        // Beside a stack of our own live payments have somewhere to go, and nobody else's bank hears of them.
        if look.stack != nil { look.live = BankOrder(order, runID: runID, expires: expires, isLive: true) }
        look.realPayments = order.realPayments
        look.seed = order.seed
        let preflight = await look.run()
        guard preflight.isClear, let key = preflight.shadowKey else {
            await preflight.endParts()
            look.stack?.discard()
            look.banks?.discardJournals()
            look.live?.discardJournals()
            if order.leavesFiles { ReportFolder(order.outFolder).removeIfEmpty() }
            return .refused(preflight.diagnostics)
        }
        do throws(DrillFault) {
            let outcome = try await run(traffic, preflight, key.tag(runID, expires: expires))
            return outcome
        } catch {
            await preflight.endParts()
            throw error
        }
    }

    // MARK: Traffic

    private func recordingProfiles() async throws(DiagnosticError) -> [String: RecordingProfile] {
        var profiles: [String: RecordingProfile] = [:]
        for stage in order.plan.traffic {
            guard case .replay(let path, _, _) = stage.load, profiles[path.value] == nil else { continue }
            let input = folder.recording(path.value)
            let found = try? await loop.offload("recording") { () -> Result<RecordingProfile, PlanFolder.Unreadable> in
                do {
                    return .success(try RecordingProfile(Replay(input.recording())))
                } catch {
                    return .failure(PlanFolder.Unreadable(reason: "\(error)"))
                }
            }
            switch found {
            case .success(let profile)?: profiles[path.value] = profile
            case .failure(let error)?:
                throw DiagnosticError(.error("the recording '\(path.value)': \(error.reason)", at: path.span))
            case nil: throw DiagnosticError(.error("the recording '\(path.value)' was not read", at: path.span))
            }
        }
        return profiles
    }

    private func plannedTraffic(
        _ profiles: [String: RecordingProfile]
    ) throws(DiagnosticError) -> PlannedTraffic {
        do throws(PlannedTraffic.Fault) {
            return try PlannedTraffic(order.plan, seed: order.seed, recordings: profiles)
        } catch {
            throw DiagnosticError(error.diagnostic(in: order.plan))
        }
    }

    // MARK: The run itself

    private func run(
        _ traffic: PlannedTraffic, _ preflight: PreflightReport, _ tag: ShadowTag
    ) async throws(DrillFault) -> Outcome {
        let plan = order.plan
        let sink = try await RunWebhooks.open(order, tag.runID, marks: shadowFields(tag), on: loop)
        let setting = runSetting(traffic, preflight, tag, sink?.address)
        let compiled = JourneyBook.compile(plan, setting)
        guard let book = compiled.book else {
            await sink?.discard()
            await preflight.endParts()
            return .refused(compiled.diagnostics)
        }
        let evidence = try makeEvidence(tag.runID)
        var driverSetting = DriverSetting(
            plan: plan, traffic: traffic, book: book, targets: try targets(preflight, book), evidence: evidence,
            identity: identity(tag.runID, preflight))
        driverSetting.recordings = recordings
        driverSetting.webhooks = sink?.receiver
        driverSetting.observers = try observers(preflight, traffic)
        driverSetting.onProgress = conduct.onProgress
        driverSetting.onSecond = conduct.onSecond
        driverSetting.isLeaseHeld = conduct.isLeaseHeld
        let attendance = preflight.banks.map {
            BankAttendance($0, live: preflight.live, PlannedFaults(plan, traffic), on: loop)
        }
        let lookout = try lookout(preflight)
        let opening = RunOpening(facts(preflight, sink), on: loop)
        driverSetting.onBegin = { begin in
            opening.begin(at: begin)
            attendance?.begin(at: begin)
            lookout?.begin(at: begin)
        }
        driverSetting.moneyViolations = { lookout?.violations }
        driverSetting.control = try control(traffic, preflight, setting)
        let settling = try settling(preflight, tag)
        await settling.noteBegin()
        let driver = LoadDriver(on: loop, driverSetting)
        conduct.onPrelude(
            DrillPrelude(
                record: driver.opening, faults: attendance?.switches.records ?? [],
                banks: preflight.banks?.host.channels.map(\.name) ?? [], series: driver.seriesNames))
        opening.prepare(driver.opening, preflight.stack?.record, into: openingFolder(tag.runID))
        conduct.inlet.open { command in
            driver.take(command)
            settling.take(command)
        }
        let watch = preflight.stack.map { PartWatch($0.host, on: loop) { RunStack.words(ofLoss: $0) } }
        var record = await drive(driver, attendance, watch, lookout)
        var collected = CollectedEvidence(requests: requests(evidence, tag.runID))
        if settling.waits { conduct.onPhase(.draining) }
        await settling.drain(&record)
        conduct.inlet.close()
        driver.close()
        await settling.collect(into: &collected)
        settling.close()
        collected.sources = await sources(preflight, tag)
        await preflight.stack?.end(&record)
        await attendance?.end(&record)
        collected.channels = attendance?.evidence ?? []
        record.egress = Egress(preflight, webhooks: sink?.address).records(of: record)
        var warnings = preflight.diagnostics + compiled.diagnostics
        warnings += attendance?.talk.map { .warning("mock banks: \($0)") } ?? []
        warnings += preflight.stack?.host.talk.map { .warning("stack: \($0)") } ?? []
        warnings += collected.sources.compactMap { source in
            guard case .missing(let reason) = source.state else { return nil }
            return .warning("the source '\(source.source.table.name)' is missing: \(reason)", at: source.source.span)
        }
        // A segment that could not be cut to size can be read all the same; it costs nobody the report.
        do throws(EvidenceError) { try evidence.close() } catch { warnings.append(.warning("\(error)")) }
        if let fault = await sink?.end() { warnings.append(.warning("\(fault)")) }
        collected.webhooks = sink?.evidence
        collected.webhooksState = sink?.state ?? .whole
        if let fault = opening.fault { warnings.append(.warning("\(fault)")) }
        warnings += collected.gaps.map { .warning("evidence: \($0)") }
        conduct.onCollected(collected)
        conduct.onPhase(.auditing)
        var audit: AuditReport?
        // A disk that is full costs the audit, and nobody the report.
        do throws(DrillFault) {
            let found = try await RunAudit(
                record: record, collected: collected, facts: opening.facts, needs: plan.targets.flowsNeeded,
                folder: loop.simulation == nil || order.keepsEvidence ? order.outFolder : nil, loop: loop
            ).run()
            (audit, record.channels) = (found.audit, found.channels)
        } catch {
            warnings.append(.warning("\(error)"))
        }
        return try write(Report(record, audit: audit, targets: plan.targets), warnings: warnings)
    }

    /// A set-up that fails is the end before the beginning: the record says so, and has no arrivals.
    private func drive(
        _ driver: LoadDriver, _ attendance: BankAttendance?, _ stack: PartWatch?, _ lookout: LedgerLookout?
    ) async -> RunRecord {
        conduct.onPhase(.setup)
        if let fault = await driver.setUp() { driver.refuse("the set-up failed: \(fault)") }
        conduct.onPhase(.traffic)
        attendance?.watch { driver.fail($0) }
        if let switches = attendance?.switches {
            switches.note = { driver.noteByHand($0) }
            switches.onFaults = conduct.onFaults
            conduct.faults.open { switches.take($0, $1) }
        }
        stack?.begin { driver.fail($0) }
        var record = await driver.run()
        conduct.faults.close()
        // An order that is still under way ends behind the traffic, and the driver's part of the record is written.
        let end = record.sliceLength * Int64(record.slices.count)
        attendance?.switches.note = { record.events.append(RunEvent(at: end, kind: .note, text: $0)) }
        await attendance?.rest()
        await stack?.rest()
        await lookout?.rest()
        lookout?.note(in: &record)
        conduct.onPhase(.teardown)
        if let fault = await driver.tearDown() {
            record.events.append(RunEvent(at: end, kind: .note, text: "the teardown failed: \(fault)"))
        }
        return record
    }

    private func write(_ report: Report, warnings: [Diagnostic]) throws(DrillFault) -> Outcome {
        guard order.leavesFiles else { return .done(report, warnings: warnings) }
        conduct.onPhase(.reporting)
        do throws(ReportingError) {
            try report.write(order.files, into: order.outFolder)
        } catch {
            throw DrillFault("\(error)")
        }
        return .done(report, warnings: warnings)
    }

    private func lookout(_ preflight: PreflightReport) throws(DrillFault) -> LedgerLookout? {
        guard let stack = preflight.stack else { return nil }
        do throws(PartFault) { return try LedgerLookout(of: stack, on: loop) } catch { throw DrillFault("\(error)") }
    }

    private func settling(_ preflight: PreflightReport, _ tag: ShadowTag) throws(DrillFault) -> Settling {
        let banks = [preflight.banks, preflight.live].compactMap { $0 }
        do throws(PartFault) {
            return try Settling(
                preflight.stack, banks, marks: marks(tag), within: order.plan.drain, isLeaseHeld: conduct.isLeaseHeld,
                on: loop)
        } catch {
            throw DrillFault("\(error)")
        }
    }

    // MARK: Where the evidence is

    private func facts(_ preflight: PreflightReport, _ sink: RunWebhooks?) -> ImportFacts {
        var facts = ImportFacts(
            beginMilliseconds: 0, webhookURL: sink?.address, isEmbedded: preflight.stack != nil,
            planText: order.planText)
        facts.planOverrides = order.planOverrides
        return facts
    }

    /// Nil in simulation.
    private func openingFolder(_ runID: RunID) -> String? {
        loop.simulation == nil ? ReportFolder(order.outFolder).evidence(ofRun: runID.text) : nil
    }

    private func requests(_ writer: EvidenceWriter, _ runID: RunID) -> CollectedEvidence.Journal {
        loop.simulation == nil
            ? .folder(ReportFolder(order.outFolder).evidence(ofRun: runID.text)) : .memory(writer.inMemory)
    }

    /// What a stack that is not the run's own says of itself. In simulation it leaves no files.
    private func sources(_ preflight: PreflightReport, _ tag: ShadowTag) async -> [CollectedSource] {
        await SourceCollection(
            sources: order.plan.evidence, origins: preflight.sources, planFolder: order.planFolder,
            folder: loop.simulation == nil ? ReportFolder(order.outFolder).sources(ofRun: tag.runID.text) : nil,
            words: RunWords(tag: tag, plan: order.plan.name, seed: order.seed, environment: order.environment),
            loop: loop
        ).collect()
    }

    // MARK: What the driver is given

    private func makeEvidence(_ runID: RunID) throws(DrillFault) -> EvidenceWriter {
        // A simulated run leaves no files of its own: what it would have sent was never sent.
        if loop.simulation != nil { return EvidenceWriter(inMemoryFor: 0) }
        do throws(EvidenceError) {
            return try EvidenceWriter(
                folder: ReportFolder(order.outFolder).evidence(ofRun: runID.text), worker: 0, runID: runID.text,
                planDigest: order.planDigest)
        } catch {
            throw DrillFault("\(error)")
        }
    }

    private func targets(_ preflight: PreflightReport, _ book: JourneyBook) throws(DrillFault) -> [ServiceTarget] {
        var targets: [ServiceTarget] = []
        for (_, origin) in preflight.origins { targets.append(try target(origin, through: preflight.proxy)) }
        precondition(
            targets.count == book.services.count, "\(targets.count) origins of \(book.services.count) services")
        return targets
    }

    /// Untagged twins have connections of their own.
    private func control(
        _ traffic: PlannedTraffic, _ preflight: PreflightReport, _ setting: RunSetting
    ) throws(DrillFault) -> ControlSetting? {
        guard traffic.control != nil else { return nil }
        var setting = setting
        setting.isShadow = false
        setting.shadowToken = ""
        // The plan's own book was compiled from the same, and without faults.
        guard let book = JourneyBook.compile(order.plan, setting).book else { return nil }
        var targets: [ServiceTarget] = []
        for (_, origin) in preflight.origins {
            targets.append(try target(origin, through: preflight.proxy, of: order.plan.target.forControl))
        }
        return ControlSetting(book: book, targets: targets)
    }

    private func target(
        _ origin: PermittedOrigin, through proxy: PermittedProxy?, of other: Target? = nil
    ) throws(DrillFault) -> ServiceTarget {
        let target = other ?? order.plan.target
        if target.transport == .curl {
            do throws(CurlTransportError) {
                return try ServiceTarget(curl: origin, through: proxy, of: target, on: loop)
            } catch {
                throw DrillFault("\(error)")
            }
        }
        do throws(TLSError) {
            return try ServiceTarget(origin, of: target, on: loop)
        } catch {
            throw DrillFault("\(origin.authority): \(error)")
        }
    }

    private func observers(_ preflight: PreflightReport, _ traffic: PlannedTraffic) throws(DrillFault) -> [Observer] {
        var observers: [Observer] = []
        for (observation, origin) in zip(order.plan.observe, preflight.observed) {
            guard let origin else { continue }
            // The proxy is the target's; what is observed was reached without one.
            let source = try target(origin, through: nil)
            observers.append(Observer(observation, from: source, length: traffic.length))
        }
        if let vitals = try vitals(preflight, traffic) { observers.append(vitals) }
        return observers
    }

    /// Limits, queues and breakers of a stack of our own are read whether the plan asks or not: judges need them.
    private func vitals(_ preflight: PreflightReport, _ traffic: PlannedTraffic) throws(DrillFault) -> Observer? {
        guard case .embedded(let span) = order.plan.target.entry, let front = preflight.origins.first else {
            return nil
        }
        let banks = preflight.banks?.host.channels.map(\.name) ?? []
        let series = StackVital.all(channels: banks).map { (name: Located($0.name, at: span), selector: $0.selector) }
        let observation = Observation(
            prometheus: Located(.stack, at: span), every: .seconds(1), series: series)
        return Observer(
            observation, from: try target(front.origin, through: nil, of: order.plan.target.forWatching),
            length: traffic.length)
    }

    private var recordings: [RecordingInput] {
        order.plan.traffic.compactMap { stage in
            if case .replay(let path, _, _) = stage.load { folder.recording(path.value) } else { nil }
        }
    }

    /// The tag outlives the run and what drains behind it, and not much more.
    private func expiry(_ traffic: PlannedTraffic) -> Int64 {
        loop.secondsSince1970 + Int64(traffic.length.seconds) + 3_600
    }

    private func runSetting(
        _ traffic: PlannedTraffic, _ preflight: PreflightReport, _ tag: ShadowTag, _ webhooks: String?
    ) -> RunSetting {
        var hosts: [String: String] = [:]
        for (service, origin) in preflight.origins { hosts[service ?? ""] = origin.authority }
        let folder = folder
        return RunSetting(
            runID: tag.runID.text, epochMilliseconds: loop.secondsSince1970 * 1_000, shadowToken: tag.token,
            shadowFields: shadowFields(tag), webhookURL: webhooks, environment: order.environment, hosts: hosts,
            file: { path in try? folder.bytes(of: path) })
    }

    private func marks(_ tag: ShadowTag) -> [(name: [UInt8], value: [UInt8])] {
        order.plan.shadow.fields(tag: tag, plan: order.plan.name, seed: order.seed, environment: order.environment)
    }

    private func shadowFields(_ tag: ShadowTag) -> [(name: String, value: String)] {
        marks(tag).map {
            (name: String(decoding: $0.name, as: UTF8.self), value: String(decoding: $0.value, as: UTF8.self))
        }
    }

    private func identity(_ runID: RunID, _ preflight: PreflightReport) -> RunIdentity {
        RunIdentity(
            runID: runID.text, plan: order.plan.name, about: order.plan.about, planDigest: order.planDigest,
            seed: order.seed, version: order.version,
            targets: preflight.origins.map {
                ($0.origin.security == nil ? "http://" : "https://") + $0.origin.authority
            },
            allowed: order.policy.planned, permitted: order.permitted,
            world: loop.simulation == nil ? .live : .rehearsed)
    }
}

extension Target {
    private static let controlConnections = 16

    /// As its metrics are read.
    fileprivate var forWatching: Target {
        Target(
            entry: entry, transport: .http1, proxy: nil, connections: 1, inFlight: 1, tls: tls, allow: allow,
            timeout: timeout)
    }

    /// As the untagged twins reach it.
    fileprivate var forControl: Target {
        Target(
            entry: entry, transport: transport, proxy: proxy, connections: Self.controlConnections,
            inFlight: 512, tls: tls, allow: allow, timeout: timeout)
    }
}
