/// Why a wait ended.
@frozen public enum Wake: Sendable {
    case ready
    case timedOut
    case cancelled
    /// What was waited for is gone (the stream was closed under the waiter).
    case closed

    /// `== .ready` without a call into another module.
    @inlinable @inline(__always) public var isReady: Bool { if case .ready = self { true } else { false } }
}

/// The one place where a task of a loop stands still: until it is woken, its deadline passes, or it is cancelled.
///
///     free --wait--> taken --wake | deadline | cancel--> free
///
/// At most one task waits here at a time. A wake that finds nobody is lost, so the waker keeps its own state (a
/// readable flag, a queue) and the waiter looks at that first.
@safe public final class Parking: TimerTarget {
    private let loop: EventLoop
    private var waiter: UnsafeContinuation<Wake, Never>?
    private var timer = TimerID.none
    private var deadline = Instant.never
    /// When `timer` fires; with `keepsTimer` that may be before the deadline.
    private var timerDue = Instant.never
    private let keepsTimer: Bool

    /// `keepsTimer`: for a place that is waited at again and again, each time a little longer. A wait that ended leaves
    /// its timer armed, and one that fires early is set to the deadline of that time: two heap operations less for
    /// every wait. Such a place must be retired.
    public init(_ loop: EventLoop, keepsTimer: Bool = false) {
        self.loop = loop
        self.keepsTimer = keepsTimer
    }

    public var isTaken: Bool { unsafe waiter != nil }

    public func wait(until deadline: Instant = .never) async -> Wake {
        if Task.isCancelled { return .cancelled }
        let this = LoopBound(self, to: loop)
        return await withTaskCancellationHandler {
            await unsafe withUnsafeContinuation { continuation in unsafe take(continuation, until: deadline) }
        } onCancel: {
            this.value.wake(.cancelled)
        }
    }

    /// A wait that goes on also for a task that was cancelled: registering for cancellation costs more than the rest of
    /// a wait. For those whom somebody wakes for sure.
    @discardableResult
    public func rest(until deadline: Instant = .never) async -> Wake {
        await unsafe withUnsafeContinuation { continuation in unsafe take(continuation, until: deadline) }
    }

    /// Half of a wait, for the hot loop of a task whose every canceller also wakes this place, by closing the stream
    /// that it belongs to. Registering for cancellation costs more than the rest of a wait.
    public func take(_ continuation: UnsafeContinuation<Wake, Never>, until deadline: Instant) {
        unsafe precondition(waiter == nil, "two tasks wait at the same place")
        unsafe waiter = continuation
        self.deadline = deadline
        if deadline < timerDue { arm(deadline) }
    }

    private func arm(_ due: Instant) {
        if timer != .none { loop.cancel(timer) }
        timer = loop.arm(due, self)
        timerDue = due
    }

    private func disarm() {
        guard timer != .none else { return }
        loop.cancel(timer)
        timer = .none
        timerDue = .never
    }

    /// Nobody will wait here any more.
    public func retire() {
        wake(.closed)
        disarm()
    }

    /// False when nobody was waiting.
    @discardableResult
    public func wake(_ reason: Wake = .ready) -> Bool {
        guard let waiter = unsafe waiter else { return false }
        unsafe self.waiter = nil
        if !keepsTimer { disarm() }
        unsafe waiter.resume(returning: reason)
        return true
    }

    public func timerFired(_ timer: TimerID) {
        let due = timerDue
        self.timer = .none
        timerDue = .never
        guard isTaken else { return }
        if deadline > due {
            if deadline != .never { arm(deadline) }
        } else {
            wake(.timedOut)
        }
    }
}
