import CCurl
import EventLoop
import Glibc

/// libcurl's multi handle on the loop's own epoll: it says which descriptors and which instant it waits for, and is
/// told when they come.
///
/// libcurl opens, closes and reuses descriptors behind the loop's back. Each closes through `closeSocket`, which
/// forgets the watch first; so a descriptor number never carries another's events.
@safe final class MultiHandle {
    private let loop: EventLoop
    private var pointer: UnsafeMutableRawPointer?
    private var watches: [Int32: WatchedDescriptor] = [:]
    private var timer = TimerID.none
    /// libcurl must not be called from inside its own callbacks; some of its calls would be refused.
    private var isInside = false
    private(set) var openSockets = 0
    /// Connections that were used, by their local ports and back.
    private var socketOfPort: [Int32: Int32] = [:]
    private var portOfSocket: [Int32: Int32] = [:]

    init?(on loop: EventLoop, connectionsMax: Int) {
        guard MultiHandle.isLibraryReady, let pointer = unsafe curl_multi_init() else { return nil }
        self.loop = loop
        unsafe self.pointer = pointer
        unsafe spillway_curl_multi_set_long(pointer, CURLMOPT_MAX_TOTAL_CONNECTIONS, connectionsMax)
        unsafe spillway_curl_multi_set_long(pointer, CURLMOPT_MAX_HOST_CONNECTIONS, connectionsMax)
        // Kept connections.
        unsafe spillway_curl_multi_set_long(pointer, CURLMOPT_MAXCONNECTS, connectionsMax)
        // Held by libcurl until `close`.
        let user = unsafe Unmanaged.passRetained(self).toOpaque()
        unsafe spillway_curl_multi_set_callbacks(
            pointer, user, MultiHandle.socketChanged, MultiHandle.timerChanged)
    }

    deinit {
        unsafe precondition(pointer == nil, "a multi handle was let go without being closed")
    }

    /// libcurl's own setup; the first call must be alone, which a static sees to.
    private static let isLibraryReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    // MARK: Transfers

    /// False when libcurl will not have it.
    func add(_ easy: EasyHandle) -> Bool {
        guard let pointer = unsafe pointer, unsafe curl_multi_add_handle(pointer, easy.pointer) == CURLM_OK else {
            return false
        }
        act(on: -1, 0)
        return true
    }

    /// Ends the transfer if it is under way, and its connection with it.
    func remove(_ easy: EasyHandle) {
        guard let pointer = unsafe pointer else { return }
        unsafe _ = curl_multi_remove_handle(pointer, easy.pointer)
    }

    /// Closes every connection. Every transfer has been removed.
    func close() {
        guard let pointer = unsafe pointer else { return }
        unsafe self.pointer = nil
        unsafe _ = curl_multi_cleanup(pointer)
        setTimer(nil)
        for watch in watches.values { watch.forget() }
        watches = [:]
        unsafe Unmanaged.passUnretained(self).release()
    }

    func socketOpened() { openSockets += 1 }

    // MARK: Kept connections

    /// A UNIX socket has no port, and is left to libcurl's own check.
    func know(_ descriptor: Int32, by port: Int32) {
        guard descriptor >= 0, port > 0 else { return }
        socketOfPort[port] = descriptor
        portOfSocket[descriptor] = port
    }

    /// Whether a kept connection has ended or has something to say, while nothing was asked on it. libcurl looks too,
    /// but would take an answer that nobody asked for as that of the next request.
    func hasUnexpectedInput(_ port: Int32) -> Bool {
        guard let descriptor = socketOfPort[port] else { return false }
        var byte: UInt8 = 0
        let count = unsafe recv(descriptor, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT))
        return count >= 0 || errno != EAGAIN
    }

    /// Lets libcurl go on with a descriptor, or with what its timer is for, and wakes whoever is done.
    private func act(on descriptor: Int32, _ events: Int32) {
        guard let pointer = unsafe pointer else { return }
        precondition(!isInside, "libcurl was called from one of its callbacks")
        isInside = true
        var running: Int32 = 0
        unsafe _ = curl_multi_socket_action(pointer, descriptor, events, &running)
        isInside = false
        var result = CURLE_OK
        while let easy = unsafe spillway_curl_next_done(pointer, &result), let user = unsafe spillway_curl_user(easy) {
            unsafe Unmanaged<Transfer>.fromOpaque(user).takeUnretainedValue().ended(result)
        }
    }

    // MARK: Callbacks

    private static func handle(_ user: UnsafeMutableRawPointer?) -> MultiHandle {
        guard let user = unsafe user else { preconditionFailure("libcurl calls without its multi handle") }
        return unsafe Unmanaged<MultiHandle>.fromOpaque(user).takeUnretainedValue()
    }

    private static let socketChanged: curl_socket_callback = { _, descriptor, what, user, _ in
        let handle = unsafe MultiHandle.handle(user)
        switch what {
        case CURL_POLL_IN: handle.watch(descriptor, for: .reading)
        case CURL_POLL_OUT: handle.watch(descriptor, for: .writing)
        case CURL_POLL_INOUT: handle.watch(descriptor, for: [.reading, .writing])
        default: handle.forget(descriptor)
        }
        return 0
    }

    private static let timerChanged: curl_multi_timer_callback = { _, span_ms, user in
        let handle = unsafe MultiHandle.handle(user)
        handle.setTimer(span_ms < 0 ? nil : handle.loop.now + .milliseconds(Int64(span_ms)))
        return 0
    }

    static let closeSocket: spillway_curl_close_function = { user, descriptor in
        let handle = unsafe MultiHandle.handle(user)
        handle.forget(descriptor)
        handle.openSockets -= 1
        if let port = handle.portOfSocket.removeValue(forKey: descriptor) { handle.socketOfPort[port] = nil }
        return Glibc.close(descriptor)
    }

    /// A descriptor that epoll will not have is not heard of again; the deadline of its request ends it.
    private func watch(_ descriptor: Int32, for interest: WatchedDescriptor.Interest) {
        if let watch = watches[descriptor] {
            try? watch.change(to: interest)
        } else {
            watches[descriptor] = try? WatchedDescriptor(descriptor, for: interest, on: loop, by: self)
        }
    }

    private func forget(_ descriptor: Int32) {
        watches.removeValue(forKey: descriptor)?.forget()
    }

    private func setTimer(_ due: Instant?) {
        if timer != .none { loop.cancel(timer) }
        timer = .none
        if let due, unsafe pointer != nil { timer = loop.arm(due, self) }
    }
}

extension MultiHandle: DescriptorUser {
    func descriptorBecameReady(_ number: Int32, for interest: WatchedDescriptor.Interest, hasFailed: Bool) {
        let events =
            (interest.contains(.reading) ? CURL_CSELECT_IN : 0) | (interest.contains(.writing) ? CURL_CSELECT_OUT : 0)
            | (hasFailed ? CURL_CSELECT_ERR : 0)
        act(on: number, events)
    }
}

extension MultiHandle: TimerTarget {
    func timerFired(_ timer: TimerID) {
        self.timer = .none
        act(on: -1, 0)
    }
}
