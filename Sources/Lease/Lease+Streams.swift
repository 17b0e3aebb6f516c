// A lease between processes: the controller writes a byte each half second to a stream that both share (`SocketPair` for
// a child, TCP for a worker elsewhere). The end of the stream is the end of the lease: a controller that is killed ends
// it at once.

package import EventLoop

extension Lease {
    /// The holder's side: every byte renews. Returns when the lease is lost, which it is when the stream ends or fails,
    /// or when this task is cancelled.
    package func follow(_ stream: any ByteStream) async {
        let loop = stream.loop
        let buffer = loop.buffers.take()
        defer { loop.buffers.give(buffer) }
        defer { end() }
        while let deadline = heldUntil {
            do throws(StreamError) {
                let count = try await stream.read(into: buffer, until: deadline)
                guard count > 0, renew(at: loop.now) else { return }
                buffer.consume(count)
            } catch {
                return
            }
        }
    }

    /// The controller's side: says at once, and then at every interval, that the holder may go on. Returns when this
    /// task is cancelled; the holder then goes on for the lease's span, or until the stream is closed.
    package static func grant(over stream: any ByteStream) async throws(StreamError) {
        while true {
            try await stream.write([1], until: stream.loop.now + span)
            do { try await stream.loop.sleep(until: stream.loop.now + interval) } catch { return }
        }
    }

    /// For holders on other threads of the controller's own process: renews until this task is cancelled, or the lease
    /// is lost because this loop stood still for too long.
    package func keepRenewed(on loop: EventLoop) async {
        while renew(at: loop.now) {
            do { try await loop.sleep(until: loop.now + Self.interval) } catch { return }
        }
    }
}
