import ChannelProfile
import Containers
import EventLoop
import HTTPWire
import Timebase

/// Payments that were answered `pending`, in the order in which they will be settled: one heap and one timer for all.
final class SettlementLine: TimerTarget {
    struct Pending {
        let reference: PaymentReference
        let charge: Charge
        let fate: Fate
        let notice: CallbackNotice?
    }

    /// As many as a bank remembers payments; beyond it the one that is due first is settled early, and counted.
    private let pendingMax: Int
    private let loop: EventLoop
    private let settle: (Pending) -> Void
    private var slots = AgedSlots<Pending>(room: 0)
    private var due = DueHeap()
    private var number: UInt64 = 0
    private var timer = TimerID.none
    private var timerDue = Instant.never
    private(set) var early: UInt64 = 0
    /// All that waited for an opening may be due at once; a loop has others to serve.
    private static let settledInARowMax = 1_024

    init(on loop: EventLoop, pendingMax: Int, settle: @escaping (Pending) -> Void) {
        self.loop = loop
        self.pendingMax = pendingMax
        self.settle = settle
    }

    var count: Int { due.count }

    func enter(_ pending: Pending, until instant: Instant) {
        if due.count == pendingMax {
            early += 1
            settleFirst()
        }
        let place = slots.put(pending)
        number += 1
        due.insert(place, due: instant, number: number)
        arm()
    }

    /// What is left when a bank closes stays pending.
    func stop() {
        loop.cancel(timer)
        timer = .none
    }

    func timerFired(_ timer: TimerID) {
        self.timer = .none
        timerDue = .never
        for _ in 0..<Self.settledInARowMax {
            guard let first = due.first, first.due <= loop.now else { break }
            settleFirst()
        }
        arm()
    }

    private func settleFirst() {
        guard let first = due.first else { return }
        due.remove(first.place)
        let pending = slots[first.place]
        slots.giveBack(first.place)
        settle(pending)
    }

    private func arm() {
        guard let first = due.first, first.due < timerDue else { return }
        if timer != .none { loop.cancel(timer) }
        timerDue = first.due
        timer = loop.arm(first.due, self)
    }
}

/// Whom to tell about a payment, and how it was marked.
struct CallbackNotice {
    let destination: String
    let marks: FieldBlock
}

extension CutOff {
    /// How long a transfer that comes now waits for the next opening; zero while it is open.
    func wait(at sinceBegin: TimeSpan) -> TimeSpan {
        let time = TimeSpan(nanoseconds: sinceBegin.nanoseconds % day.nanoseconds)
        if time < opens { return opens - time }
        return time < closes ? .zero : day - time + opens
    }
}
