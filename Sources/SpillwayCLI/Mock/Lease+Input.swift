import EventLoop
import Glibc
import Lease

extension Lease {
    /// Of a child, whose standard input it is. Returns when the drill is over, or its process is gone.
    func followInput(on loop: EventLoop) async {
        do throws(StreamError) {
            await follow(try loop.adopt(socket: STDIN_FILENO))
        } catch {
            end()
        }
    }
}
