import EventLoop
import Glibc

/// Signals that a task on a loop waits for.
final class SignalWatch: DescriptorUser {
    private let pipe: SignalPipe
    private let loop: EventLoop
    private let come: Parking
    private var hasCome = false

    init(on loop: EventLoop, for signals: [Int32]) throws(SystemError) {
        pipe = try SignalPipe(for: signals)
        self.loop = loop
        come = Parking(loop)
    }

    /// On the loop. Returns when the first signal has come.
    func wait() async throws(SystemError) {
        let watch = try WatchedDescriptor(pipe.reader, for: .reading, on: loop, by: self)
        while !hasCome { _ = await come.wait() }
        watch.forget()
    }

    func descriptorBecameReady(_ number: Int32, for interest: WatchedDescriptor.Interest, hasFailed: Bool) {
        guard !pipe.take().isEmpty else { return }
        hasCome = true
        come.wake()
    }
}
