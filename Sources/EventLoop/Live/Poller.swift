import CLinux
import Glibc

/// The live world's source of events: epoll, edge-triggered, with sleeps precise to the nanosecond.
///
/// Descriptor and registration number travel in the event, so one that was queued for a descriptor closed in the same
/// batch, and perhaps opened again since, is recognised as stale and dropped.
@safe final class Poller {
    let doorbell: Doorbell
    private let epoll: Int32
    /// How long before a deadline it stops sleeping and watches the clock.
    var spin: Int64
    private let events: UnsafeMutableBufferPointer<epoll_event>
    private var registered: [PolledDescriptor?] = []
    /// Descriptors of others; asked only where the loop has none of its own under that number.
    private var watched: [Int32: WatchedDescriptor] = [:]
    private var nextRegistration: UInt32 = 1
    private var isClosed = false

    private static let batch = 256
    private static let doorbellData = UInt64.max

    init(spin: TimeSpan) throws(SystemError) {
        epoll = spillway_epoll_create()
        if epoll < 0 { throw SystemError("epoll_create1") }
        do {
            doorbell = try Doorbell()
        } catch {
            Glibc.close(epoll)
            throw error
        }
        self.spin = spin.nanoseconds
        unsafe events = .allocate(capacity: Poller.batch)
        let edge = EPOLLIN.rawValue | EPOLLET.rawValue
        if spillway_epoll_control(epoll, EPOLL_CTL_ADD, doorbell.descriptor, edge, Poller.doorbellData) != 0 {
            throw SystemError("epoll_ctl")
        }
        // Asked here, where it can be said, and not in the first turn.
        if unsafe spillway_epoll_wait(epoll, events.baseAddress, 1, 0) < 0 {
            throw SystemError("epoll_pwait2, which Linux has had since 5.11")
        }
    }

    deinit {
        close()
        unsafe events.deallocate()
    }

    /// Timers of the calling thread become exact to the nanosecond: the slack belongs to the thread, not to the poller.
    func enterThread() { spillway_set_timer_slack(1) }

    /// Also closes what was left open, such as the connections of a run that failed.
    func close() {
        guard !isClosed else { return }
        isClosed = true
        // Zero brings the thread's default back.
        spillway_set_timer_slack(0)
        for descriptor in registered { descriptor?.abandon() }
        registered = []
        for descriptor in watched.values { descriptor.abandon() }
        watched = [:]
        Glibc.close(epoll)
    }

    /// From 1970 to the monotonic clock's zero.
    static var epoch: TimeSpan { .nanoseconds(spillway_realtime_ns() - spillway_monotonic_ns()) }

    /// The machine's monotonic clock, which every live loop shares.
    static var now: Instant { Instant(nanoseconds: spillway_monotonic_ns()) }

    /// What the calling thread has had of a processor.
    static var processorTime: TimeSpan { TimeSpan(nanoseconds: spillway_thread_processor_ns()) }

    // MARK: Registrations

    /// The number that tells this registration from earlier ones of the same descriptor.
    func register(_ descriptor: PolledDescriptor, writing: Bool) throws(SystemError) -> UInt32 {
        let number = nextRegistration
        nextRegistration &+= 1
        try control(EPOLL_CTL_ADD, descriptor.number, number, writing: writing)
        let index = Int(descriptor.number)
        while registered.count <= index { registered.append(nil) }
        registered[index] = descriptor
        return number
    }

    func watchWriting(_ descriptor: PolledDescriptor, registration: UInt32) throws(SystemError) {
        try control(EPOLL_CTL_MOD, descriptor.number, registration, writing: true)
    }

    /// Closing the descriptor takes it out of epoll.
    func forget(_ descriptor: PolledDescriptor) {
        guard Int(descriptor.number) < registered.count else { return }
        registered[Int(descriptor.number)] = nil
    }

    private func control(
        _ operation: Int32, _ descriptor: Int32, _ registration: UInt32, writing: Bool
    ) throws(SystemError) {
        let interest = EPOLLIN.rawValue | EPOLLRDHUP.rawValue | EPOLLET.rawValue | (writing ? EPOLLOUT.rawValue : 0)
        try control(operation, descriptor, registration, interest)
    }

    private func control(
        _ operation: Int32, _ descriptor: Int32, _ registration: UInt32, _ interest: UInt32
    ) throws(SystemError) {
        let data = UInt64(registration) << 32 | UInt64(UInt32(bitPattern: descriptor))
        if spillway_epoll_control(epoll, operation, descriptor, interest, data) != 0 { throw SystemError("epoll_ctl") }
    }

    // MARK: Descriptors of others

    func register(_ descriptor: WatchedDescriptor) throws(SystemError) -> UInt32 {
        precondition(watched[descriptor.number] == nil, "descriptor \(descriptor.number) is watched already")
        let number = nextRegistration
        nextRegistration &+= 1
        try control(EPOLL_CTL_ADD, descriptor.number, number, Poller.mask(descriptor.interest))
        watched[descriptor.number] = descriptor
        return number
    }

    func update(_ descriptor: WatchedDescriptor) throws(SystemError) {
        try control(
            EPOLL_CTL_MOD, descriptor.number, descriptor.registration, Poller.mask(descriptor.interest))
    }

    /// It stays open, so epoll must be told; one that its owner has closed too early is out of epoll already.
    func forget(_ descriptor: WatchedDescriptor) {
        watched[descriptor.number] = nil
        try? control(EPOLL_CTL_DEL, descriptor.number, descriptor.registration, 0)
    }

    private static func mask(_ interest: WatchedDescriptor.Interest) -> UInt32 {
        (interest.contains(.reading) ? EPOLLIN.rawValue | EPOLLRDHUP.rawValue : 0)
            | (interest.contains(.writing) ? EPOLLOUT.rawValue : 0)
    }

    // MARK: Waiting

    /// Sleeps until an event, or until `spin` before the deadline; from there on it watches the clock.
    func wait(until deadline: Instant?) {
        guard let deadline, deadline != .never else {
            collect(timeout: -1)
            return
        }
        let remaining = (deadline - Poller.now).nanoseconds
        if remaining > spin {
            collect(timeout: remaining - spin)
        } else if !poll() {
            watchClock(until: deadline)
        }
    }

    /// What is there already; true when there was something.
    @discardableResult
    func poll() -> Bool { collect(timeout: 0) }

    /// Looking at descriptors is a system call, which would blur the instant that is waited for: one look a slice.
    private func watchClock(until deadline: Instant) {
        let slice = min(deadline, Poller.now + Poller.spinSlice)
        while Poller.now < slice {}
    }

    private static let spinSlice = TimeSpan.microseconds(5)

    @discardableResult
    private func collect(timeout: Int64) -> Bool {
        let count = unsafe spillway_epoll_wait(epoll, events.baseAddress, Int32(Poller.batch), timeout)
        guard count > 0 else {
            precondition(count == 0 || errno == EINTR, "epoll_pwait2: \(SystemError.words(for: errno))")
            return false
        }
        for index in 0..<Int(count) {
            let (data, mask) = unsafe (spillway_event_data(&events[index]), spillway_event_mask(&events[index]))
            dispatch(data, mask)
        }
        return true
    }

    private func dispatch(_ data: UInt64, _ mask: UInt32) {
        if data == Poller.doorbellData { return doorbell.silence() }
        let index = Int(UInt32(truncatingIfNeeded: data))
        let registration = UInt32(truncatingIfNeeded: data >> 32)
        if index < registered.count, let descriptor = registered[index], descriptor.registration == registration {
            descriptor.became(Readiness(mask: mask))
        } else if let descriptor = watched[Int32(truncatingIfNeeded: index)], descriptor.registration == registration {
            descriptor.became(Readiness(mask: mask))
        }
    }
}

/// What the kernel said of a descriptor.
struct Readiness {
    let mask: UInt32

    private func has(_ event: EPOLL_EVENTS) -> Bool { mask & event.rawValue != 0 }

    var isReadable: Bool { has(EPOLLIN) || isEnded }
    var isWritable: Bool { has(EPOLLOUT) || has(EPOLLERR) || has(EPOLLHUP) }
    /// The peer sends nothing more, or the connection failed: reading will say which.
    var isEnded: Bool { has(EPOLLRDHUP) || has(EPOLLHUP) || has(EPOLLERR) }
    var hasFailed: Bool { has(EPOLLERR) }
}
