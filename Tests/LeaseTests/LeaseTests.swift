import EventLoop
import Glibc
import Lease
import Testing
import Timebase

@Suite struct LeaseTests {
    private static let begin = Instant(nanoseconds: 5_000_000_000)
    private func after(_ milliseconds: Int64) -> Instant { Self.begin + .milliseconds(milliseconds) }

    @Test func `a lease is held for two seconds after its controller was heard`() {
        let lease = Lease(from: Self.begin)
        #expect(lease.isHeld(at: after(0)) && lease.isHeld(at: after(2_000)) && !lease.isHeld(at: after(2_001)))
        #expect(lease.renew(at: after(1_500)))
        #expect(lease.isHeld(at: after(3_500)) && !lease.isHeld(at: after(3_501)))
        #expect(lease.heldUntil == after(3_500))
        // A clock that another thread read earlier takes nothing back.
        #expect(lease.renew(at: after(1_000)))
        #expect(lease.heldUntil == after(3_500))
    }

    @Test func `a lost lease stays lost, whoever is heard afterwards`() {
        let lease = Lease(from: Self.begin)
        #expect(!lease.renew(at: after(2_001)))
        #expect(!lease.renew(at: after(100)) && !lease.isHeld(at: after(100)) && lease.heldUntil == nil)
        let ended = Lease(from: Self.begin)
        ended.end()
        #expect(!ended.renew(at: after(1)) && !ended.isHeld(at: after(1)) && !ended.isHeld(at: .never))
    }

    @Test func `a holder under grant goes on, and stops two seconds after its controller fell silent`() throws {
        let loop = EventLoop.simulated(seed: 11)
        try loop.run { () async throws in
            let (controller, holder) = try await pair(on: loop)
            let lease = Lease(from: loop.now)
            let following = loop.spawn { await lease.follow(holder) }
            let granting = loop.spawn { try? await Lease.grant(over: controller) }
            try await loop.sleep(until: loop.now + .seconds(60))
            #expect(lease.isHeld(at: loop.now))
            granting.cancel()
            await granting.join()
            let silent = loop.now
            await following.join()
            #expect(!lease.isHeld(at: loop.now))
            #expect(loop.now - silent > .milliseconds(1_400) && loop.now - silent <= .milliseconds(2_001))
            for stream in [controller, holder] { stream.close() }
        }
    }

    @Test func `a network that is cut ends the lease within its span`() throws {
        let loop = EventLoop.simulated(seed: 12)
        try loop.run { () async throws in
            let (controller, holder) = try await pair(on: loop)
            let lease = Lease(from: loop.now)
            let following = loop.spawn { await lease.follow(holder) }
            let granting = loop.spawn { try? await Lease.grant(over: controller) }
            try await loop.sleep(until: loop.now + .seconds(10))
            let simulation = try #require(loop.simulation)
            var conditions = simulation.conditions(at: controller.peer)
            conditions.isCutOff = true
            simulation.setConditions(conditions, at: controller.peer)
            let cut = loop.now
            await following.join()
            #expect(loop.now - cut <= Lease.span + .milliseconds(1))
            granting.cancel()
            await granting.join()
            for stream in [controller, holder] { stream.close() }
        }
    }

    @Test func `threads of one process share a lease that is renewed on another loop`() throws {
        let loop = EventLoop.simulated(seed: 13)
        try loop.run { () async throws in
            let lease = Lease(from: loop.now)
            let keeping = loop.spawn { await lease.keepRenewed(on: loop) }
            try await loop.sleep(until: loop.now + .seconds(30))
            #expect(lease.isHeld(at: loop.now + .milliseconds(1_500)))
            keeping.cancel()
            await keeping.join()
            let last = try #require(lease.heldUntil)
            #expect(last <= loop.now + Lease.span && !lease.isHeld(at: last + .nanoseconds(1)))
        }
    }

    private func pair(on loop: EventLoop) async throws -> (controller: any ByteStream, holder: any ByteStream) {
        let listener = try loop.listen(on: .loopback())
        defer { listener.close() }
        let controller = try await loop.connect(to: listener.address, until: .never)
        return (controller, try await listener.accept())
    }
}

/// With the kernel's sockets, as a child process holds them.
@Suite struct LeaseSocketTests {
    @Test func `a byte over a pair of sockets renews, and the controller's end is the lease's`() throws {
        let loop = try EventLoop.live()
        try loop.run { () async throws in
            let sockets = try SocketPair()
            let (controller, holder) = (try loop.adopt(socket: sockets.own), try loop.adopt(socket: sockets.childs))
            let began = loop.now
            let lease = Lease(from: began + .milliseconds(-500), span: .seconds(60))
            let first = lease.heldUntil
            let following = loop.spawn { await lease.follow(holder) }
            try await controller.write([1], until: began + .seconds(5))
            while lease.heldUntil == first { try await loop.sleep(until: loop.now) }
            #expect(lease.isHeld(at: loop.now))
            controller.close()
            await following.join()
            #expect(!lease.isHeld(at: loop.now))
            #expect(loop.now - began < .seconds(5))
            holder.close()
        }
    }

    @Test func `a child's end of the pair is inherited, and the controller's is not`() throws {
        let sockets = try SocketPair()
        #expect(fcntl(sockets.own, F_GETFD) & FD_CLOEXEC != 0)
        #expect(fcntl(sockets.childs, F_GETFD) & FD_CLOEXEC == 0)
        for number in [sockets.own, sockets.childs] { close(number) }
    }

    @Test func `a number that is no open descriptor is refused in words`() throws {
        let loop = try EventLoop.live()
        loop.run {
            let error = #expect(throws: StreamError.self) { try loop.adopt(socket: 1_000_000) }
            #expect(error?.description == "connect socket 1000000: Bad file descriptor")
        }
    }

    @Test func `a controller whose holder has gone is told so`() throws {
        let loop = try EventLoop.live()
        try loop.run { () async throws in
            let sockets = try SocketPair()
            let controller = try loop.adopt(socket: sockets.own)
            close(sockets.childs)
            await #expect(throws: StreamError.self) { try await Lease.grant(over: controller) }
            controller.close()
        }
    }
}
