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
/// and stands among its faults: a judge and a chart see it as they see the plan's own.
final class BankSwitches {
    /// The plan's and those by hand, in the order of time.
    private(set) var records: [FaultRecord]
    var note: (RunEvent.Kind, String) -> Void = { _, _ in }
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
    private var byHand = 0
    private(set) var isChangedByHand = false

    init(_ planned: [FaultRecord], of banks: RunBanks, on loop: EventLoop) {
        records = planned
        self.banks = banks
        self.loop = loop
    }

    func begin(at begin: Instant) { self.begin = begin }

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
        (note, onFaults) = ({ _, _ in }, { _ in })
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
        guard byHand + faults.count <= Self.byHandMax else {
            return .refused("a run takes at most \(Self.byHandMax) faults by hand")
        }
        try await banks.post(.array(faults.map(\.json)))
        isChangedByHand = true
        byHand += faults.count
        for fault in faults {
            let from = now + fault.at.value.offset
            records.append(FaultRecord(channel: fault.channel.value, what: fault.what, span: from..<from + fault.span))
            note(.fault, "by hand: \(fault.words) for \(fault.span)")
        }
        records.sort { $0.span.lowerBound < $1.span.lowerBound }
        onFaults(records)
        return .done
    }

    private func clear(_ channel: String?) async throws(PartFault) -> FaultReply {
        if let channel, banks.address(of: channel) == nil { return .refused("there is no bank '\(channel)'") }
        let standing = try await banks.faults()
        let over = standing.filter { $0.isUp && (channel == nil || $0.channel == channel) }
        guard !over.isEmpty else { return .done }
        let kept = standing.filter { fault in !(fault.isUp && (channel == nil || fault.channel == channel)) }
        try await banks.replaceFaults(by: .array(kept.map(\.json)))
        isChangedByHand = true
        let now = now
        for index in records.indices where records[index].span.contains(now) {
            guard channel == nil || records[index].channel == channel else { continue }
            records[index].span = records[index].span.lowerBound..<now
        }
        note(.fault, "by hand: \(channel.map { "the faults of \($0)" } ?? "all faults") are over")
        onFaults(records)
        return .done
    }
}
