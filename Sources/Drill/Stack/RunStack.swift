// Goal: a run whose plan asks for the embedded stack has one: declared as the plan says, in front of the plan's banks, and
// gone with the run. Whoever reads the report knows what it was, and what was planted in it.
// Method: a host starts and ends it (a child process, or this loop); it is reached over HTTP, the same in both worlds.
// Not here: what the stack does (`PaymentStack`), and what its evidence means (the judge).

import EventLoop
import Evidence
import HTTPService
import HTTPWire
import Peers
import PlanModel
import Reporting
import ShadowTag
import StackVocabulary
import Timebase

final class RunStack {
    let launch: StackLaunch
    let host: any StackHost
    private let loop: EventLoop
    private let desk: StackDesk
    /// When the probes had ended.
    private(set) var before: StoreSnapshot?

    init(_ launch: StackLaunch, _ host: any StackHost, on loop: EventLoop) async throws(PartFault) {
        self.launch = launch
        self.host = host
        self.loop = loop
        do throws(PartFault) {
            desk = try StackDesk(at: host.operatorDesk, token: launch.token, on: loop)
        } catch {
            _ = await host.stop()
            throw error
        }
    }

    static func start(
        _ launch: StackLaunch, _ key: ShadowKey, before banks: RunBanks, live: RunBanks? = nil, on loop: EventLoop
    ) async throws(PartFault) -> RunStack {
        let banks = launch.banks(banks.host.channels, live: live?.host.channels ?? [])
        guard loop.simulation == nil else {
            return try await RunStack(launch, StackInPlace(launch, key, banks, on: loop), on: loop)
        }
        if launch.database != nil {
            do throws(ReportingError) {
                try ReportFolder(launch.folder).make()
            } catch {
                throw PartFault("\(error)")
            }
        }
        return try await RunStack(launch, StackProcess(launch, key, banks, on: loop), on: loop)
    }

    static func words(ofLoss loss: String) -> String { "the embedded stack is gone: \(loss)" }

    /// For the report: what it was, and where its figures and exports were to be had.
    var record: StackRecord {
        StackRecord(
            setting: launch.setting, store: loop.simulation == nil ? launch.stack.store : .memory,
            front: "http://\(host.front)", operatorDesk: "http://\(host.operatorDesk)")
    }

    // MARK: Its stores

    /// The probes' rows are no part of the run.
    func noteBegin() async throws(PartFault) { before = try await desk.snapshot(.before) }

    /// How many rows its stores have now.
    func count() async throws(PartFault) -> StoreSnapshot { try await desk.snapshot(.after) }

    /// Both, or what there is; why one is missing is told.
    private func snapshots(_ record: inout RunRecord, at end: TimeSpan) async {
        if let before { record.snapshots.append(before) }
        do throws(PartFault) {
            record.snapshots.append(try await count())
        } catch {
            let text = "the stack's stores were not counted behind the traffic: \(error)"
            record.events.append(RunEvent(at: end, kind: .note, text: text))
        }
    }

    // MARK: Its end

    /// Without asking it anything.
    func stop() async -> String? {
        desk.close()
        return await host.stop()
    }

    /// Behind the traffic: it is counted and ended, and a run that has lost it is no whole one, however its traffic ended.
    func end(_ record: inout RunRecord) async {
        let end = record.sliceLength * Int64(record.slices.count)
        record.stack = self.record
        let loss = host.loss
        if loss == nil { await snapshots(&record, at: end) }
        // Also of one that is gone: what listened to it must have ended before the run.
        let fault = await stop()
        if let loss {
            if record.ending == .completed { record.ending = .failed(at: end, reason: Self.words(ofLoss: loss)) }
        } else if let fault {
            record.events.append(RunEvent(at: end, kind: .note, text: fault))
        }
    }
}
