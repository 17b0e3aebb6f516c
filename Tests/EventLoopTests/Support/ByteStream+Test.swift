import EventLoop

extension ByteStream {
    /// What one read gives; empty at the end.
    func readSome(until deadline: Instant, room: Int = 16 * 1024) async throws(StreamError) -> [UInt8] {
        let buffer = ByteBuffer(capacity: room)
        let count = try await read(into: buffer, until: deadline)
        return buffer.copy(count: count)
    }

    func read(exactly count: Int, room: Int = 16 * 1024) async throws(StreamError) -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count {
            let more = try await readSome(until: loop.patience, room: min(room, count - bytes.count))
            if more.isEmpty { throw StreamError(.read, peer.description, .truncated) }
            bytes += more
        }
        return bytes
    }

    func readToEnd() async throws(StreamError) -> [UInt8] {
        var bytes: [UInt8] = []
        while true {
            let more = try await readSome(until: loop.patience)
            if more.isEmpty { return bytes }
            bytes += more
        }
    }

    func write(_ bytes: [UInt8]) async throws(StreamError) { try await write(bytes, until: loop.patience) }

    func finishWriting() async throws(StreamError) { try await finishWriting(until: loop.patience) }
}

/// What the operation failed with; nil when it went well.
func failure(of operation: () async throws(StreamError) -> Void) async -> StreamError? {
    do throws(StreamError) {
        try await operation()
        return nil
    } catch {
        return error
    }
}

extension EventLoop {
    /// Starts the operation as a task; ask the result for what it failed with once it is joined.
    func attempt(_ operation: @escaping () async throws(StreamError) -> Void) -> Attempt {
        let attempt = Attempt()
        attempt.task = spawn { attempt.failure = await EventLoopTests.failure(of: operation) }
        return attempt
    }

    /// Waits until the kernel has had time to say what happened to a connection.
    func untilTrue(_ condition: () -> Bool) async throws {
        let deadline = patience
        while !condition(), now < deadline { try await sleep(for: .microseconds(50)) }
    }
}

/// An operation under way, and what it failed with.
final class Attempt {
    fileprivate(set) var failure: StreamError?
    fileprivate(set) var task: SpawnedTask?

    func outcome() async -> StreamError? {
        await task?.join()
        return failure
    }
}

/// Bytes that differ from place to place, so that a swapped or repeated piece shows.
func pattern(_ count: Int, from first: Int = 0) -> [UInt8] {
    let period = (0..<4099).map { UInt8(truncatingIfNeeded: ($0 &+ first) &* 167 ^ ($0 >> 4)) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count + period.count)
    while bytes.count < count { bytes += period }
    bytes.removeLast(bytes.count - count)
    return bytes
}
