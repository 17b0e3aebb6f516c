public import Cryptography

/// TLS over a socket, on the loop: OpenSSL reads and writes the descriptor itself and says what it waits for.
final class TLSStream: ByteStream {
    private let descriptor: PolledDescriptor
    private let session: TLSSession
    let peer: Address
    /// TLS may have to write before it can read on, and the other way round (key updates).
    private var readNeedsRoom = false
    /// OpenSSL has taken more from the socket than it has given out, and may have a whole record of it.
    private var holdsBytes = false
    private var writeNeedsBytes = false
    /// The failure of a write that had taken some bytes before.
    private var brokenWrite: StreamError?
    /// Read while asking whether there is anything to read.
    private var early: UInt8?

    var loop: EventLoop { descriptor.loop }
    var applicationProtocol: String? { session.applicationProtocol }

    /// Takes the socket over; handshakes before it returns, and closes the socket when that fails.
    init(
        over socket: SocketStream, context: TLSContext, peerName: TLSPeer, until deadline: Instant
    ) async throws(StreamError) {
        descriptor = socket.descriptor
        peer = socket.peer
        do throws(TLSError) {
            session = try context.session(over: socket.descriptor.number, peer: peerName)
        } catch {
            socket.close()
            throw StreamError(.handshake, socket.peer.description, .tls(error))
        }
        do throws(StreamError) {
            try await handshake(until: deadline)
        } catch {
            descriptor.close()
            throw error
        }
    }

    private func handshake(until deadline: Instant) async throws(StreamError) {
        while true {
            // Whoever handed the socket over may have closed it meanwhile.
            if descriptor.isClosed { throw StreamError(.handshake, peer.description, .closed) }
            let progress: TLSSession.Progress
            do throws(TLSError) { progress = try session.handshake() } catch { throw failure(.handshake, error) }
            switch progress {
            case .done:
                holdsBytes = session.hasPending
                return
            case .wantsRead: try await waitForBytes(.handshake, until: deadline)
            case .wantsWrite: try await waitForRoom(.handshake, until: deadline)
            }
        }
    }

    // MARK: ByteStream

    /// OpenSSL holds bytes of its own, so it is asked whenever it or the socket may have some.
    func readNow(into buffer: ByteBuffer) throws(StreamError) -> Int? {
        precondition(buffer.freeRoom > 0, "reading into a full buffer")
        if descriptor.isClosed { throw StreamError(.read, peer.description, .closed) }
        if let byte = early {
            early = nil
            buffer.append([byte])
            return 1
        }
        guard holdsBytes || descriptor.isReadable || readNeedsRoom, descriptor.takesTurn() else { return nil }
        readNeedsRoom = false
        holdsBytes = false
        switch try receive(into: buffer) {
        case .bytes(let count):
            holdsBytes = session.hasPending
            return count
        case .closed(clean: true): return 0
        case .closed(clean: false): throw StreamError(.read, peer.description, .truncated)
        case .wantsRead: descriptor.drainedReads()
        case .wantsWrite: readNeedsRoom = true
        }
        return nil
    }

    func placeOfBytes() throws(StreamError) -> Parking? {
        if descriptor.isClosed { throw StreamError(.read, peer.description, .closed) }
        if readNeedsRoom { return try place(.read) { () throws(SystemError) in try descriptor.placeOfRoomForReader() } }
        if early != nil { return nil }
        if descriptor.isTurnOver { return descriptor.placeOfBytes() }
        if holdsBytes || descriptor.hasInput() { return nil }
        session.releaseIdleBuffers()
        return descriptor.placeOfBytes()
    }

    func placeOfRoom() throws(StreamError) -> Parking? {
        if descriptor.isClosed { throw StreamError(.write, peer.description, .closed) }
        if brokenWrite != nil { return nil }
        if writeNeedsBytes { return descriptor.placeOfBytesForWriter() }
        return try room(.write)
    }

    private func room(_ operation: StreamError.Operation) throws(StreamError) -> Parking {
        try place(operation) { () throws(SystemError) in try descriptor.placeOfRoom() }
    }

    private func place(
        _ operation: StreamError.Operation, _ find: () throws(SystemError) -> Parking
    ) throws(StreamError) -> Parking {
        do throws(SystemError) {
            return try find()
        } catch {
            throw StreamError(operation, peer.description, .system(error.code))
        }
    }

    private func receive(into buffer: ByteBuffer) throws(StreamError) -> TLSSession.ReadOutcome {
        var outcome = Result<TLSSession.ReadOutcome, TLSError>.success(.wantsRead)
        _ = unsafe buffer.fill { room in
            do throws(TLSError) {
                outcome = .success(try unsafe session.read(into: room))
            } catch {
                outcome = .failure(error)
            }
            if case .success(.bytes(let count)) = outcome { return count }
            return 0
        }
        switch outcome {
        case .success(let outcome): return outcome
        case .failure(let error): throw failure(.read, error)
        }
    }

    func writeNow(_ bytes: [UInt8], from offset: Int) throws(StreamError) -> Int {
        if descriptor.isClosed { throw StreamError(.write, peer.description, .closed) }
        if let brokenWrite { throw brokenWrite }
        writeNeedsBytes = false
        var sent = offset
        while sent < bytes.count {
            guard descriptor.takesTurn() else { return sent - offset }
            let outcome: TLSSession.WriteOutcome
            do throws(StreamError) {
                outcome = try seal(bytes, from: sent)
            } catch {
                if sent == offset { throw error }
                // What has left is told first.
                brokenWrite = error
                return sent - offset
            }
            switch outcome {
            case .bytes(let count): sent += count
            case .wantsRead:
                // It has looked: nothing is there, whatever was said before.
                descriptor.drainedReads()
                writeNeedsBytes = true
                return sent - offset
            case .wantsWrite: return sent - offset
            }
        }
        return sent - offset
    }

    private func seal(_ bytes: [UInt8], from offset: Int) throws(StreamError) -> TLSSession.WriteOutcome {
        do throws(TLSError) {
            return try unsafe session.write(bytes.span.extracting(offset...).bytes)
        } catch {
            throw failure(.write, error)
        }
    }

    func finishWriting(until deadline: Instant) async throws(StreamError) {
        while true {
            if descriptor.isClosed { throw StreamError(.write, peer.description, .closed) }
            let progress: TLSSession.Progress
            do throws(TLSError) { progress = try session.shutdown() } catch { throw failure(.write, error) }
            switch progress {
            case .done: return
            case .wantsRead: try await waitForBytes(.write, until: deadline)
            case .wantsWrite: try await waitForRoom(.write, until: deadline)
            }
        }
    }

    var hasUnexpectedInput: Bool {
        if descriptor.isClosed || early != nil || holdsBytes || descriptor.isPeerEnded { return true }
        return descriptor.hasInput() && hasMoreThanTickets()
    }

    /// A session ticket may arrive unasked on an idle connection. TLS takes it in when asked for a byte; if there is one,
    /// the next read begins with it.
    private func hasMoreThanTickets() -> Bool {
        var byte: UInt8 = 0
        let outcome = try? unsafe withUnsafeMutableBytes(of: &byte) { try unsafe session.read(into: $0) }
        switch outcome {
        case .wantsRead:
            descriptor.drainedReads()
            return false
        case .bytes:
            early = byte
            holdsBytes = session.hasPending
            return true
        case .wantsWrite, .closed, nil:
            return true
        }
    }

    func close() {
        guard !descriptor.isClosed else { return }
        // Best effort: close_notify goes out if the kernel takes it now; a full pipe is not waited for.
        if session.isEstablished { _ = try? session.shutdown() }
        descriptor.close()
    }

    func reset() {
        SocketStream(descriptor, peer: peer).reset()
    }

    // MARK: Waiting

    private func waitForBytes(_ operation: StreamError.Operation, until deadline: Instant) async throws(StreamError) {
        descriptor.drainedReads()
        let place = operation == .write ? descriptor.placeOfBytesForWriter() : descriptor.placeOfBytes()
        guard let place else { return }
        let wake = await place.wait(until: deadline)
        if wake != .ready { throw StreamError(operation, peer.description, wake: wake) }
    }

    private func waitForRoom(_ operation: StreamError.Operation, until deadline: Instant) async throws(StreamError) {
        let wake = await (try room(operation)).wait(until: deadline)
        if wake != .ready { throw StreamError(operation, peer.description, wake: wake) }
    }

    private func failure(_ operation: StreamError.Operation, _ error: TLSError) -> StreamError {
        StreamError(operation, peer.description, .tls(error))
    }
}

extension EventLoop {
    /// Connects and handshakes; `host` is who the certificate must be for.
    public func connect(
        to address: Address, securedBy context: TLSContext, as host: String, until deadline: Instant
    ) async throws(StreamError) -> any ByteStream {
        guard case .live = world else { throw StreamError.notSimulated(.connect, address) }
        let socket = try await connectSocket(to: address, until: deadline)
        let name = TLSPeer(host: host, port: address.port)
        return try await TLSStream(over: socket, context: context, peerName: name, until: deadline)
    }

    /// The server's side of the handshake, over a connection just accepted.
    public func secure(
        _ accepted: any ByteStream, by context: TLSContext, until deadline: Instant
    ) async throws(StreamError) -> any ByteStream {
        guard let socket = accepted as? SocketStream else { throw StreamError.notSimulated(.handshake, accepted.peer) }
        let name = TLSPeer(host: accepted.peer.description)
        return try await TLSStream(over: socket, context: context, peerName: name, until: deadline)
    }
}

extension StreamError {
    /// A simulated network has no TLS: nothing there can be read by others.
    static func notSimulated(_ operation: Operation, _ address: Address) -> StreamError {
        StreamError(operation, address.description, .explained("TLS is not simulated; use a plain address"))
    }
}
