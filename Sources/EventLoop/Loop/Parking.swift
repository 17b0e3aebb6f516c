/// Why a wait ended.
package enum Wake: Sendable {
    case ready
    case timedOut
    case cancelled
    /// What was waited for is gone (the stream was closed under the waiter).
    case closed
}

/// The one place where a task of a loop stands still: until it is woken, its deadline passes, or it is cancelled.
///
///     free --wait--> taken --wake | deadline | cancel--> free
///
/// At most one task waits here at a time. A wake that finds nobody is lost, so the waker keeps its own state (a
/// readable flag, a queue) and the waiter looks at that first.
@safe package final class Parking: TimerTarget {
    private let loop: EventLoop
    private var waiter: UnsafeContinuation<Wake, Never>?
    private var timer = TimerID.none

    package init(_ loop: EventLoop) {
        self.loop = loop
    }

    package var isTaken: Bool { unsafe waiter != nil }

    package func wait(until deadline: Instant = .never) async -> Wake {
        if Task.isCancelled { return .cancelled }
        let this = LoopBound(self, to: loop)
        return await withTaskCancellationHandler {
            await unsafe withUnsafeContinuation { continuation in unsafe take(continuation, until: deadline) }
        } onCancel: {
            this.value.wake(.cancelled)
        }
    }

    private func take(_ continuation: UnsafeContinuation<Wake, Never>, until deadline: Instant) {
        unsafe precondition(waiter == nil, "two tasks wait at the same place")
        unsafe waiter = continuation
        timer = deadline == .never ? .none : loop.arm(deadline, self)
    }

    /// False when nobody was waiting.
    @discardableResult
    package func wake(_ reason: Wake = .ready) -> Bool {
        guard let waiter = unsafe waiter else { return false }
        unsafe self.waiter = nil
        if timer != .none {
            loop.cancel(timer)
            timer = .none
        }
        unsafe waiter.resume(returning: reason)
        return true
    }

    package func timerFired(_ timer: TimerID) {
        self.timer = .none
        wake(.timedOut)
    }
}
