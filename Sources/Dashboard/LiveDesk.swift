package import ChannelProfile
package import EventLoop
package import Evidence
import Glibc
package import LoadDriver
package import PlanValues
import Timebase

/// The live page of a command's runs: a loop and a thread of its own, which give way to the driver's.
///
/// The run leaves here what has happened and goes on: what that costs it is a letter a second, however many look.
package final class LiveDesk: Sendable {
    /// With the port that was chosen.
    package let address: Address
    private let loop: EventLoop
    private let room: LoopBound<LiveRoom>
    private let thread: ForeignThread

    private static let niceness: Int32 = 5

    /// - Parameters:
    ///   - token: at least 16 visible characters of ASCII.
    ///   - networks: from which it may be looked at beside this machine.
    package init(at address: Address, token: String, openTo networks: [NetworkBlock] = []) throws(LiveFault) {
        let outcome: Result<Address, StreamError>?
        do throws(SystemError) {
            let loop = try EventLoop.live()
            let opened = try ThreadQueue<Result<Address, StreamError>>()
            let board = LiveBoard(on: loop)
            let server = LiveServer(of: board, token: token, openTo: networks)
            let room = LoopBound(LiveRoom(board, server), to: loop)
            (self.loop, self.room) = (loop, room)
            thread = try ForeignThread("live") {
                // Of this thread alone. Where it is not granted, the page is as urgent as the run.
                _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, Self.niceness)
                loop.run { await room.value.keep(at: address) { opened.put([$0]) } }
            }
            outcome = opened.next()?.first
        } catch {
            throw LiveFault("the live page cannot be served at \(address): \(error)")
        }
        switch outcome {
        case .success(let bound)?: self.address = bound
        case .failure(let error)?:
            thread.join()
            throw LiveFault("the live page cannot be served: \(error)")
        case nil: preconditionFailure("the page's thread has said nothing")
        }
    }

    // MARK: What happens, from any thread

    package func prepare() { post { $0.board.prepare() } }

    package func begin(_ run: LiveRun) { post { $0.board.begin(run) } }

    package func enter(phase: String) { post { $0.board.enter(phase: phase) } }

    package func end(_ second: DriverSecond) { post { $0.board.end(second) } }

    package func change(faults: [FaultRecord]) { post { $0.board.change(faults: faults) } }

    package func end(_ ending: LiveEnding) { post { $0.board.end(ending) } }

    /// From now on orders go there; the closures are called on the page's own thread.
    package func attach(
        command: @escaping @Sendable (DriverCommand) -> Void,
        faults: @escaping @Sendable (FaultOrder, _ reply: @escaping @Sendable (FaultReply) -> Void) -> Void
    ) {
        post { [loop] room in
            room.server.controls = LiveControls(command: command) { order, reply in
                let bound = LoopBound(reply, to: loop)
                faults(order) { answer in loop.post { bound.value(answer) } }
            }
        }
    }

    package func detach() { post { $0.server.controls = nil } }

    /// Whoever looks is told all there is and let go, in two seconds at most. To be called once, and by no loop.
    package func close() {
        post { $0.leave() }
        thread.join()
    }

    private func post(_ work: @escaping @Sendable (LiveRoom) -> Void) { loop.post { [room] in work(room.value) } }
}

package struct LiveFault: Error, CustomStringConvertible {
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// What stands on the page's loop.
private final class LiveRoom {
    let board: LiveBoard
    let server: LiveServer
    private let door: Parking
    private var isLeft = false

    private static let closingMax = TimeSpan.seconds(2)

    init(_ board: LiveBoard, _ server: LiveServer) {
        (self.board, self.server) = (board, server)
        door = Parking(board.loop)
    }

    func keep(at address: Address, _ opened: (Result<Address, StreamError>) -> Void) async {
        do throws(StreamError) {
            opened(.success(try server.open(at: address)))
        } catch {
            return opened(.failure(error))
        }
        if !isLeft { _ = await door.wait() }
        await server.close(until: board.loop.now + Self.closingMax)
    }

    func leave() {
        isLeft = true
        door.wake()
    }
}
