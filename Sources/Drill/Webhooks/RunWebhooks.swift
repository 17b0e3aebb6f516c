import Cryptography
import EventLoop
import Evidence
import Glibc
import LoadDriver
import PlanModel
import PlanValues
import Reporting
import ShadowTag
import Timebase

/// The sink of a run's webhooks: where they come in, how the stack reaches it, and where they are written down.
struct RunWebhooks {
    let receiver: WebhookReceiver
    let address: String
    /// Nil for memory.
    private let folder: String?
    private let writer: WebhookJournalWriter
    private let journal: WebhookJournal
    private let loop: EventLoop

    /// Nil for a plan without one.
    ///
    /// - Parameter marks: of the run's requests.
    static func open(
        _ order: DrillOrder, _ runID: RunID, marks: [(name: String, value: String)], on loop: EventLoop
    ) async throws(DrillFault) -> RunWebhooks? {
        guard let sink = order.plan.webhooks else { return nil }
        let folder = loop.simulation == nil ? ReportFolder(order.outFolder).webhooks(ofRun: runID.text) : nil
        let writer = try writer(folder, runID, order)
        let journal = WebhookJournal(writer, key: notifyKey(order), marks: marks, on: loop)
        let looksInside = order.plan.journeys.flatMap(\.steps).contains { $0.matchesInside }
        let receiver = WebhookReceiver(on: loop, looksInside: looksInside, journal: journal)
        do throws(StreamError) {
            let found = try await loop.resolve(
                sink.listen.host, port: UInt16(sink.listen.port), until: loop.now + .seconds(5))
            guard let address = found.first else {
                throw StreamError(.resolve, sink.listen.host, .explained("it has no address"))
            }
            let chosen = try receiver.listen(on: address)
            // A simulated network has nothing in front of the sink.
            return RunWebhooks(
                receiver: receiver,
                address: loop.simulation == nil ? sink.publicURL.text(reaching: chosen.port) : "http://\(chosen)",
                folder: folder, writer: writer, journal: journal, loop: loop)
        } catch {
            throw DrillFault("the sink of webhooks cannot listen: \(error)")
        }
    }

    private static func writer(
        _ folder: String?, _ runID: RunID, _ order: DrillOrder
    ) throws(DrillFault) -> WebhookJournalWriter {
        guard let folder else { return WebhookJournalWriter(inMemoryFor: 0) }
        do throws(EvidenceError) {
            return try WebhookJournalWriter(folder: folder, runID: runID.text, planDigest: order.planDigest)
        } catch {
            throw DrillFault("\(error)")
        }
    }

    /// A stack of others has told nobody.
    private static func notifyKey(_ order: DrillOrder) -> HMACKey? {
        guard case .embedded = order.plan.target.entry else { return nil }
        return HMACKey(Array(StackLaunch.notifyKey(in: order.environment).utf8))
    }

    /// What came, once it has ended.
    var evidence: CollectedEvidence.Journal {
        folder.map { .folder($0) } ?? .memory(writer.inMemory)
    }

    var state: CollectedEvidence.State {
        journal.failures == 0 ? .whole : .torn("there was no room for \(journal.failures) deliveries")
    }

    /// Of a run that was refused: nobody has told it anything.
    func discard() async {
        _ = await end()
        guard let folder else { return }
        for name in (try? FolderListing(of: folder))?.names ?? [] where name.hasSuffix(".seg") {
            unsafe _ = unlink("\(folder)/\(name)")
        }
        ReportFolder(folder).removeIfEmpty()
    }

    /// What was wrong about it. What is left of its journal can be read all the same.
    func end() async -> EvidenceError? {
        await receiver.drain(until: loop.now + .seconds(2))
        do throws(EvidenceError) {
            try await journal.close()
            return nil
        } catch {
            return error
        }
    }
}

extension Step {
    fileprivate var matchesInside: Bool {
        if case .awaitWebhook(let wait) = action { wait.match != nil } else { false }
    }
}

extension HTTPAddress {
    /// A port that the plan names is that of something in front of the sink, and stays.
    fileprivate func text(reaching chosen: UInt16) -> String {
        let isStandard = port == (isSecure ? 443 : 80)
        let shown = host.contains(":") ? "[\(host)]" : host
        return (isSecure ? "https://" : "http://") + "\(shown):\(isStandard ? Int(chosen) : port)" + path
    }
}
