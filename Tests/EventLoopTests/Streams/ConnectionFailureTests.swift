import EventLoop
import Glibc
import Testing

/// A connection or a listener that cannot be had: the error names the address and the cause.
@Suite struct ConnectionFailureTests {
    @Test(arguments: [Transport.tcp, .simulated])
    func `nobody listens`(transport: Transport) throws {
        try transport.run { loop in
            let listener = try loop.listen(on: .loopback())
            let address = listener.address
            listener.close()
            let error = await failure { () async throws(StreamError) in
                _ = try await loop.connect(to: address, until: loop.patience)
            }
            #expect(error?.isRefused == true)
            #expect(error?.description == "connect \(address): Connection refused (ECONNREFUSED)")
        }
    }

    @Test func `no socket file`() throws {
        try Transport.unix.run { loop in
            let address = Transport.unix.freeAddress
            let error = await failure { () async throws(StreamError) in
                _ = try await loop.connect(to: address, until: loop.patience)
            }
            #expect(error?.description == "connect \(address): No such file or directory (ENOENT)")
        }
    }

    @Test(arguments: [Transport.tcp, .unix, .simulated])
    func `an address in use`(transport: Transport) throws {
        try transport.run { loop in
            let first = try loop.listen(on: transport.freeAddress)
            let error = #expect(throws: StreamError.self) { try loop.listen(on: first.address) }
            #expect(error?.description == "listen \(first.address): Address already in use (EADDRINUSE)")
            // The first is unharmed by the attempt.
            let client = try await loop.connect(to: first.address, until: loop.patience)
            client.close()
            first.close()
            try loop.listen(on: first.address).close()
        }
    }

    @Test func `a TCP port that another program holds is in use, and loops that say so share one`() throws {
        try Transport.tcp.run { loop in
            let first = try loop.listen(on: .loopback(), isShared: true)
            let second = try loop.listen(on: first.address, isShared: true)
            #expect(throws: StreamError.self) { try loop.listen(on: first.address) }
            #expect(second.address == first.address)
            first.close()
            second.close()

            let holder = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            defer { close(holder) }
            try #require(bindLoopback(holder, port: first.address.port) != nil && listen(holder, 1) == 0)
            let error = #expect(throws: StreamError.self) { try loop.listen(on: first.address) }
            #expect(error?.description == "listen \(first.address): Address already in use (EADDRINUSE)")
        }
    }

    @Test func `a socket file that a killed process left behind is not in the way`() throws {
        try Transport.unix.run { loop in
            let address = Transport.unix.freeAddress
            guard case .unix(let path) = address else { return }
            // Ends without unlinking its file.
            let left = try loop.listen(on: address)
            unsafe rename(path, path + ".kept")
            left.close()
            unsafe rename(path + ".kept", path)
            #expect(isThere(path))

            let listener = try loop.listen(on: address)
            let client = try await loop.connect(to: address, until: loop.patience)
            client.close()
            listener.close()
            #expect(!isThere(path), "a closed listener takes its file away")
        }
    }

    @Test func `a file that is no socket is not taken away`() throws {
        try Transport.unix.run { loop in
            let address = Transport.unix.freeAddress
            guard case .unix(let path) = address else { return }
            close(unsafe open(path, O_CREAT | O_WRONLY, 0o600))
            defer { unsafe unlink(path) }
            #expect(throws: StreamError(.listen, address.description, .system(EADDRINUSE))) {
                try loop.listen(on: address)
            }
            #expect(isThere(path))
        }
    }

    @Test func `a folder that does not exist`() throws {
        try Transport.unix.run { loop in
            let address = Address.unix(path: "/nonexistent/pay.sock")
            let error = #expect(throws: StreamError.self) { try loop.listen(on: address) }
            #expect(error?.description == "listen unix:/nonexistent/pay.sock: No such file or directory (ENOENT)")
        }
    }

    @Test func `a simulated connection attempt ends when it is cancelled`() throws {
        try World.simulated.run { loop in
            var conditions = NetworkConditions()
            conditions.isCutOff = true
            loop.simulation?.setConditions(conditions, at: .loopback(port: 9))
            let connecting = loop.attempt { () async throws(StreamError) in
                _ = try await loop.connect(to: .loopback(port: 9), until: .never)
            }
            await loop.settle()
            connecting.task?.cancel()
            #expect(await connecting.outcome()?.cause == .cancelled)
            #expect(loop.armedTimerCount == 0)
        }
    }

    @Test func `connection attempts that nobody answers end by deadline and by cancellation`() throws {
        try World.live.run { loop in
            // A listener without room: the kernel lets the first ones in and leaves the others waiting.
            let full = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            defer { close(full) }
            let address = try #require(bindLoopback(full, port: 0))
            try #require(listen(full, 0) == 0)
            let attempts = (0..<6).map { index in
                loop.attempt { () async throws(StreamError) in
                    let deadline = index == 5 ? loop.after(.milliseconds(2)) : .never
                    try await loop.connect(to: address, until: deadline).close()
                }
            }
            try await loop.sleep(for: .milliseconds(4))
            for attempt in attempts.prefix(5) { attempt.task?.cancel() }
            var causes: [StreamError.Cause?] = []
            for attempt in attempts { causes.append(await attempt.outcome()?.cause) }
            #expect(causes[4] == .cancelled)
            #expect(causes[5] == .timedOut)
            #expect(loop.armedTimerCount == 0)
        }
    }

    @Test func `without a descriptor left accepting fails by name and goes on once there is one`() async {
        await #expect(processExitsWith: .success) {
            try World.live.run { loop in
                let listener = try loop.listen(on: .loopback())
                var limit = rlimit()
                unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
                // What the process was born with may be more than a few.
                let taken = (0..<4_096).last { fcntl($0, F_GETFD) != -1 } ?? 2
                limit.rlim_cur = rlim_t(taken) + 60
                unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)

                var clients: [any ByteStream] = []
                var refusal: StreamError?
                while refusal == nil, clients.count < 4_096 {
                    refusal = await failure { () async throws(StreamError) in
                        clients.append(try await loop.connect(to: listener.address, until: loop.patience))
                    }
                }
                #expect(refusal?.isOutOfDescriptors == true)
                #expect(refusal?.description == "connect \(listener.address): Too many open files (EMFILE)")

                for _ in 0..<3 {
                    let error = await failure { () async throws(StreamError) in _ = try await listener.accept() }
                    #expect(error?.isOutOfDescriptors == true)
                    #expect(error?.description == "accept \(listener.address): Too many open files (EMFILE)")
                }
                #expect(throws: StreamError.self) { try loop.listen(on: .loopback()) }

                // The process may have opened one or two for itself meanwhile.
                for _ in 0..<4 { clients.removeLast().close() }
                let accepted = try await listener.accept()
                try await clients[0].write([7])
                #expect(try await accepted.readSome(until: loop.patience) == [7])
                accepted.close()
                for client in clients { client.close() }
                listener.close()
            }
        }
    }

    @Test func `a descriptor number used again hears nothing of its predecessor`() throws {
        try Transport.unix.run { loop in
            // The old connection has bytes and an end waiting when it goes, in the turn in which its number comes back.
            for _ in 0..<20 {
                let (old, oldPeer) = try await Transport.unix.pair(on: loop)
                let listener = try loop.listen(on: Transport.unix.freeAddress)
                try await oldPeer.write([1, 2, 3])
                oldPeer.close()
                old.close()
                let client = try await loop.connect(to: listener.address, until: loop.patience)
                let server = try await listener.accept()
                await loop.settle()
                #expect(!client.hasUnexpectedInput)
                #expect(!server.hasUnexpectedInput)
                let error = await failure { () async throws(StreamError) in
                    _ = try await client.readSome(until: loop.after(.microseconds(50)))
                }
                #expect(error?.cause == .timedOut)
                for stream in [client, server] { stream.close() }
                listener.close()
            }
        }
    }

    @Test func `a run that fails leaves no descriptor open`() async {
        await #expect(processExitsWith: .success) {
            // Sockets only: the test library opens files of its own meanwhile.
            func sockets() -> Int {
                (3..<256).count { number in
                    var type: Int32 = 0
                    var length = socklen_t(MemoryLayout<Int32>.size)
                    return unsafe getsockopt(Int32(number), SOL_SOCKET, SO_TYPE, &type, &length) == 0
                }
            }
            func fail() throws {
                try World.live.run { loop in
                    let listener = try loop.listen(on: .loopback())
                    _ = try await loop.connect(to: listener.address, until: loop.patience)
                    throw CancellationError()
                }
            }
            try? fail()
            let before = sockets()
            for _ in 0..<5 { try? fail() }
            #expect(sockets() == before)
        }
    }

    /// Binds as a program would that knows nothing of our loops; nil when it cannot.
    private func bindLoopback(_ number: Int32, port: UInt16) -> Address? {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr = in_addr(s_addr: UInt32(0x7f00_0001).bigEndian)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(number, $0, length) == 0 && getsockname(number, $0, &length) == 0
            }
        }
        return isBound ? .loopback(port: UInt16(bigEndian: address.sin_port)) : nil
    }

    private func isThere(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }
}
