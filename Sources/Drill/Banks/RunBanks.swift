// Goal: a run has the banks that its plan names: they are there before it looks at its entry points, they go wrong when
// the plan says, and what they saw and booked is beside the driver's own evidence when they are gone.
// Method: a host starts and ends them (a child process, or this loop); everything else is asked over their admin API, the
// same in both worlds.
// Not here: what the banks do (`ChannelMock`), and what their evidence means (the judge).

import ChannelProfile
import EventLoop
import Evidence
import JSON
import PlanModel
import Reporting
import ShadowTag
import StackVocabulary
import Timebase

final class RunBanks {
    let order: BankOrder
    let host: any BankHost
    private let desk: BankDesk
    private let loop: EventLoop
    /// What they had counted before the traffic: probes are no part of it.
    private var before: [String: [String: Int64]] = [:]
    /// And behind it.
    private var after: [String: [String: Int64]] = [:]
    /// The statements that were fetched, and the banks whose journal had no room for something.
    private var statements: [String: CollectedEvidence.Place] = [:]
    private var cramped: Set<String> = []

    init(_ order: BankOrder, _ host: any BankHost, on loop: EventLoop) throws(PartFault) {
        self.order = order
        self.host = host
        self.loop = loop
        desk = try BankDesk(at: host.admin, token: order.token, on: loop)
    }

    static func start(_ order: BankOrder, _ key: ShadowKey, on loop: EventLoop) async throws(PartFault) -> RunBanks {
        do throws(ReportingError) {
            if let folder = order.folder { try ReportFolder(folder).make() }
        } catch {
            throw PartFault("\(error)")
        }
        let host: any BankHost =
            loop.simulation == nil
            ? try await BankProcess(order, key, on: loop) : try await BanksInPlace(order, key, on: loop)
        do throws(PartFault) {
            return try RunBanks(order, host, on: loop)
        } catch {
            _ = await host.stop()
            throw error
        }
    }

    func address(of channel: String) -> Address? { host.channels.first { $0.name == channel }?.address }

    // MARK: The run

    /// What one bank has seen so far, or all of them.
    func seen(at channel: String? = nil) async throws(PartFault) -> BankSightings {
        BankSightings(try await desk.health().filter { channel == nil || $0.channel == channel }.flatMap(\.counts))
    }

    func noteBegin() async throws(PartFault) { before = Self.byName(try await desk.health()) }

    private static func byName(
        _ health: [(channel: String, counts: [(name: String, count: Int64)])]
    ) -> [String: [String: Int64]] {
        Dictionary(
            health.map { channel, counts in
                (channel, Dictionary(counts.map { ($0.name, $0.count) }) { $1 })
            }
        ) { $1 }
    }

    /// Since the probes, by the bank's own count; nil while it has not told.
    func own(_ figure: String, of channel: String) -> UInt64? {
        after[channel]?[figure].map { UInt64(max(0, $0 - (before[channel]?[figure] ?? 0))) }
    }

    func health() async throws(PartFault) -> [(channel: String, counts: [(name: String, count: Int64)])] {
        try await desk.health()
    }

    func post(_ faults: PlannedFaults, begin: Instant) async throws(PartFault) {
        if faults.isEmpty { return }
        try await desk.post(faults.json(from: begin - loop.now))
    }

    func post(_ faults: JSONValue) async throws(PartFault) { try await desk.post(faults) }

    func faults() async throws(PartFault) -> [StandingFault] { try await desk.faults() }

    func replaceFaults(by faults: JSONValue) async throws(PartFault) { try await desk.replaceFaults(by: faults) }

    var lossInWords: String? { host.loss.map { words(ofLoss: $0) } }
    func words(ofLoss loss: String) -> String { "\(order.title) are gone: \(loss)" }

    // MARK: Behind the traffic

    /// Fetches what the banks have to tell, as events at `end`. A bank that is gone has left its journal.
    func collect(at end: TimeSpan) async -> (events: [RunEvent], fault: String?) {
        func note(_ text: String) -> RunEvent { RunEvent(at: end, kind: .note, text: text) }
        if let loss = lossInWords { return ([], loss) }
        do throws(PartFault) {
            var events: [RunEvent] = []
            let health = try await desk.health()
            after = Self.byName(health)
            for (channel, counts) in health {
                events.append(note(words(counts, of: channel)))
                if counts.contains(where: { $0.name == "journal_failures" && $0.count > 0 }) { cramped.insert(channel) }
            }
            for (channel, _) in host.channels {
                do throws(ReportingError) {
                    if let folder = order.folder { try ReportFolder("\(folder)/\(channel)").make() }
                } catch {
                    throw PartFault("\(error)")
                }
                statements[channel] = try await desk.save(
                    statementOf: channel, order.profile.statement.form, into: statement(of: channel))
            }
            return (events, nil)
        } catch {
            return ([], lossInWords ?? "\(order.title) did not tell what they saw: \(error)")
        }
    }

    /// Counts that are zero say something only where they should be.
    private static let alwaysTold = ["requests", "verified", "untagged", "mistagged", "booked_twice"]
    /// What holds for this instant, and is nothing that the traffic came to.
    private static let neverTold = [
        "working", "waiting", "faults_up", "connections", "callbacks_waiting", "callbacks_under_way",
    ]

    private func words(_ counts: [(name: String, count: Int64)], of channel: String) -> String {
        // What nobody asked for must be seen to be nothing.
        if order.isLive, own("requests", of: channel) == 0 { return "nobody contacted the live twin of '\(channel)'" }
        let told = counts.compactMap { name, count -> String? in
            let own = count - (before[channel]?[name] ?? 0)
            guard own > 0 || Self.alwaysTold.contains(name), !Self.neverTold.contains(name) else { return nil }
            return "\(own) \(name.replacing("_", with: " "))"
        }
        return (order.isLive ? "the live twin of" : "the bank") + " '\(channel)' counted "
            + told.joined(separator: ", ")
    }

    private func statement(of channel: String) -> String? {
        order.folder.map { "\($0)/\(channel)/statement.\(order.profile.statement.form.rawValue)" }
    }

    /// Once it was collected.
    var evidence: [CollectedEvidence.Channel] {
        host.channels.map { channel, _ in
            CollectedEvidence.Channel(
                channel, order.isLive ? .live : .shadow,
                journal: host.journal(of: channel).map { .memory($0.inMemory) }
                    ?? .folder("\(order.folder ?? "")/\(channel)"),
                journalState: cramped.contains(channel) ? .torn("the bank had no room for all of it") : .whole,
                statement: statements[channel] ?? .memory([]), statementForm: order.profile.statement.form,
                statementState: statements[channel] != nil
                    ? .whole : .missing(lossInWords ?? "the bank did not tell it"))
        }
    }

    /// What was wrong about their end, in words.
    func stop() async -> String? {
        desk.close()
        return await host.stop()
    }
}

/// How many requests the banks of one side have seen, by their marks.
struct BankSightings: Equatable {
    let requests: Int64
    /// With a mark of this run.
    let verified: Int64
    let untagged: Int64
    /// Forged, or too old.
    let mistagged: Int64

    init(_ counts: [(name: String, count: Int64)]) {
        func sum(_ name: String) -> Int64 { counts.reduce(0) { $0 + ($1.name == name ? $1.count : 0) } }
        requests = sum("requests")
        verified = sum("verified")
        untagged = sum("untagged")
        mistagged = sum("mistagged")
    }
}
