import ChannelProfile
import Diagnostics
import EventLoop
import Evidence
import JSON
import PlanLanguage
import PlanValues
import Timebase

/// Faults that are put on the run's banks, and taken off them, by hand.
///
/// One order is carried out after the other. What was done is noted in the run's events, marks the run as changed by hand,
/// and stands among its faults: a judge and a chart see it as they see the plan's own. Banks that took an order and did not
/// say so may have done it all the same: then the run is marked, and notes that.
final class BankSwitches {
    /// As they were, those that were ended by hand.
    private(set) var planned: PlannedFaults
    private(set) var byHand: [FaultRecord] = []
    /// As notes, since report.html draws faults as bands and tells nothing else of them.
    var note: (String) -> Void = { _ in }
    var onFaults: ([FaultRecord]) -> Void = { _ in }
    private let banks: RunBanks
    private let loop: EventLoop
    private var begin: Instant?
    private var last: SpawnedTask?
    private var openOrders = 0

    /// More that wait for their turn are refused.
    private static let openOrdersMax = 8
    /// Of a whole run.
    static let byHandMax = 200
    private(set) var isChangedByHand = false

    init(_ planned: PlannedFaults, of banks: RunBanks, on loop: EventLoop) {
        self.planned = planned
        self.banks = banks
        self.loop = loop
    }

    func begin(at begin: Instant) { self.begin = begin }

    /// The plan's and those by hand, in the order of time.
    var records: [FaultRecord] { (planned.all + byHand).sorted { $0.span.lowerBound < $1.span.lowerBound } }

    func take(_ order: FaultOrder, _ reply: @escaping (FaultReply) -> Void) {
        guard begin != nil else { return reply(.unavailable("the traffic has not begun")) }
        guard openOrders < Self.openOrdersMax else { return reply(.unavailable("too many orders wait for their turn")) }
        openOrders += 1
        let before = last
        last = loop.spawn { [self] in
            await before?.join()
            let answer = await carryOut(order)
            openOrders -= 1
            reply(answer)
        }
    }

    func rest() async {
        await last?.join()
        last = nil
        (note, onFaults) = ({ _ in }, { _ in })
    }

    private func carryOut(_ order: FaultOrder) async -> FaultReply {
        do throws(PartFault) {
            switch order {
            case .post(let text): return try await post(text)
            case .clear(let channel): return try await clear(channel)
            }
        } catch {
            return .unavailable("\(error)")
        }
    }

    private var now: TimeSpan { begin.map { max(loop.now - $0, .zero) } ?? .zero }

    private func post(_ text: [UInt8]) async throws(PartFault) -> FaultReply {
        let outcome = Fault.parse(
            list: SourceText(name: "faults", bytes: text), channels: banks.host.channels.map(\.name))
        guard let faults = outcome.faults else {
            return .refused(outcome.diagnostics.prefix(3).map(\.message).joined(separator: "; "))
        }
        guard byHand.count + faults.count <= Self.byHandMax else {
            return .refused("a run takes at most \(Self.byHandMax) faults by hand")
        }
        let wasChangedByHand = isChangedByHand
        isChangedByHand = true
        do throws(PartFault) {
            try await banks.post(.array(faults.map(\.json)))
        } catch {
            isChangedByHand = wasChangedByHand || !error.isRefusal
            for fault in faults where !error.isRefusal {
                note("by hand: \(fault.words) for \(fault.span) may have been put up: \(error)")
            }
            throw error
        }
        for fault in faults {
            let from = now + fault.at.value.offset
            byHand.append(FaultRecord(channel: fault.channel.value, what: fault.what, span: from..<from + fault.span))
            note("by hand: \(fault.words) for \(fault.span)")
        }
        onFaults(records)
        return .done
    }

    private func clear(_ channel: String?) async throws(PartFault) -> FaultReply {
        if let channel, banks.address(of: channel) == nil { return .refused("there is no bank '\(channel)'") }
        let standing = try await banks.faults()
        let over = standing.filter { $0.isUp && (channel == nil || $0.channel == channel) }
        guard !over.isEmpty else { return .done }
        let kept = standing.filter { fault in !(fault.isUp && (channel == nil || fault.channel == channel)) }
        let words = channel.map { "the faults of \($0)" } ?? "all faults"
        let wasChangedByHand = isChangedByHand
        isChangedByHand = true
        do throws(PartFault) {
            try await banks.replaceFaults(by: .array(kept.map(\.json)))
        } catch {
            isChangedByHand = wasChangedByHand || !error.isRefusal
            if !error.isRefusal { note("by hand: \(words) may be over: \(error)") }
            throw error
        }
        let now = now
        planned.end(at: now, channel)
        for index in byHand.indices where channel == nil || byHand[index].channel == channel {
            byHand[index].span = byHand[index].span.ended(at: now)
        }
        note("by hand: \(words) are over")
        onFaults(records)
        return .done
    }
}
