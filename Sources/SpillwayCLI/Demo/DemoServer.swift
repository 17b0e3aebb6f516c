import EventLoop
import Glibc
import HTTPService
import Synchronization
import Timebase

/// The demo's payments on a loop and a thread of their own, until they are stopped.
final class DemoServer: Sendable {
    /// The address with the port that was chosen.
    let address: Address
    private let site: DemoSite
    private let thread: ForeignThread

    init(_ settings: DemoPayments.Settings, on address: Address) throws {
        let loop = try EventLoop.live()
        let site = try DemoSite()
        thread = try ForeignThread("demo") { site.run(settings, on: loop, at: address) }
        self.site = site
        do throws(StreamError) {
            self.address = try site.opened()
        } catch {
            thread.join()
            throw error
        }
    }

    /// Ends it and waits for its thread; to be called once, and by no loop.
    func stop() {
        site.stop()
        thread.join()
    }
}

/// What the two threads tell each other.
private final class DemoSite: Sendable {
    private struct State {
        var opened: Result<Address, StreamError>?
        var stop: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())
    /// A byte says that `opened` is there.
    private let reader: Int32
    private let writer: Int32

    init() throws(SystemError) {
        var ends: [Int32] = [-1, -1]
        guard unsafe pipe(&ends) == 0 else { throw SystemError("pipe") }
        (reader, writer) = (ends[0], ends[1])
        for descriptor in ends { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
    }

    deinit {
        close(reader)
        close(writer)
    }

    func opened() throws(StreamError) -> Address {
        var byte: UInt8 = 0
        while unsafe read(reader, &byte, 1) < 0, errno == EINTR {}
        guard let opened = state.withLock({ $0.opened }) else { preconditionFailure("a byte without an address") }
        return try opened.get()
    }

    func stop() { state.withLock { $0.stop }?() }

    func run(_ settings: DemoPayments.Settings, on loop: EventLoop, at address: Address) {
        loop.run {
            let server = DemoPayments(on: loop, settings).server()
            do throws(StreamError) {
                let chosen = try server.listen(on: address)
                let closing = Closing(on: loop)
                let bound = LoopBound(closing, to: loop)
                self.announce(.success(chosen)) { loop.post { bound.value.close() } }
                await closing.wait()
            } catch {
                self.announce(.failure(error)) {}
            }
            await server.drain(until: loop.now + .seconds(1))
        }
    }

    private func announce(_ opened: Result<Address, StreamError>, stop: @escaping @Sendable () -> Void) {
        state.withLock { $0 = State(opened: opened, stop: stop) }
        var byte: UInt8 = 1
        _ = unsafe write(writer, &byte, 1)
    }
}

/// A wish to end that is kept until somebody waits for it.
private final class Closing {
    private let parking: Parking
    private var isWished = false

    init(on loop: EventLoop) { parking = Parking(loop) }

    func close() {
        isWished = true
        parking.wake()
    }

    func wait() async {
        while !isWished { _ = await parking.wait() }
    }
}
