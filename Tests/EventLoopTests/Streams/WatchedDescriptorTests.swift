import EventLoop
import Glibc
import Testing

/// Descriptors that belong to somebody else, watched on a live loop.
@Suite struct WatchedDescriptorTests {
    /// Says what it hears, and wakes whoever waits for it.
    final class Listener: DescriptorUser {
        let parking: Parking
        var heard: [(number: Int32, interest: WatchedDescriptor.Interest)] = []
        var whenReady: ((Int32) -> Void)?

        init(_ loop: EventLoop) {
            parking = Parking(loop)
        }

        func descriptorBecameReady(
            _ number: Int32, for interest: WatchedDescriptor.Interest, hasFailed: Bool
        ) {
            heard.append((number, interest))
            whenReady?(number)
            parking.wake()
        }
    }

    private static func pair() -> (Int32, Int32) {
        var numbers: [Int32] = [0, 0]
        let result = unsafe socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &numbers)
        precondition(result == 0, "socketpair: \(errno)")
        return (numbers[0], numbers[1])
    }

    private static func send(_ count: Int, to number: Int32) {
        let bytes = [UInt8](repeating: 1, count: count)
        _ = unsafe write(number, bytes, count)
    }

    @Test func `bytes that are left lying are told of again, until they are taken or the watch is forgotten`() throws {
        let loop = try EventLoop.live()
        try loop.run { () async throws in
            let (near, far) = WatchedDescriptorTests.pair()
            defer {
                close(near)
                close(far)
            }
            let listener = Listener(loop)
            let watch = try WatchedDescriptor(near, for: .reading, on: loop, by: listener)
            WatchedDescriptorTests.send(1, to: far)
            for _ in 0..<3 { #expect(await listener.parking.wait(until: loop.now + .seconds(5)) == .ready) }
            #expect(listener.heard.allSatisfy { $0.number == near && $0.interest == .reading })
            watch.forget()
            listener.heard = []
            #expect(await listener.parking.wait(until: loop.now + .milliseconds(5)) == .timedOut)
            #expect(listener.heard.isEmpty)
        }
    }

    @Test func `interest in writing is told while there is room, and can be changed`() throws {
        let loop = try EventLoop.live()
        try loop.run { () async throws in
            let (near, far) = WatchedDescriptorTests.pair()
            let listener = Listener(loop)
            let watch = try WatchedDescriptor(near, for: [.reading, .writing], on: loop, by: listener)
            #expect(await listener.parking.wait(until: loop.now + .seconds(5)) == .ready)
            #expect(listener.heard.first?.interest == .writing)
            try watch.change(to: .reading)
            listener.heard = []
            #expect(await listener.parking.wait(until: loop.now + .milliseconds(5)) == .timedOut)
            close(far)
            #expect(await listener.parking.wait(until: loop.now + .seconds(5)) == .ready)
            #expect(listener.heard.first?.interest.contains(.reading) == true)
            watch.forget()
            close(near)
        }
    }

    /// Both descriptors have something in one batch; whoever is told first closes the other, and its number is given
    /// to a new one at once.
    @Test func `an event of a descriptor that was closed in the same batch reaches nobody`() throws {
        let loop = try EventLoop.live()
        try loop.run { () async throws in
            let (one, oneFar) = WatchedDescriptorTests.pair()
            let (other, otherFar) = WatchedDescriptorTests.pair()
            let listener = Listener(loop)
            var watches = [
                one: try WatchedDescriptor(one, for: .reading, on: loop, by: listener),
                other: try WatchedDescriptor(other, for: .reading, on: loop, by: listener),
            ]
            let heir = Listener(loop)
            var fresh: WatchedDescriptor?
            var idle: Int32 = -1
            listener.whenReady = { number in
                listener.whenReady = nil
                let victim = number == one ? other : one
                watches.removeValue(forKey: victim)?.forget()
                // The number means another, silent socket from here on.
                let (silent, silentFar) = WatchedDescriptorTests.pair()
                dup2(silent, victim)
                close(silent)
                idle = silentFar
                fresh = try? WatchedDescriptor(victim, for: .reading, on: loop, by: heir)
                var byte: UInt8 = 0
                _ = unsafe read(number, &byte, 1)
            }
            WatchedDescriptorTests.send(1, to: oneFar)
            WatchedDescriptorTests.send(1, to: otherFar)
            #expect(await listener.parking.wait(until: loop.now + .seconds(5)) == .ready)
            #expect(await heir.parking.wait(until: loop.now + .milliseconds(5)) == .timedOut)
            #expect(listener.heard.count == 1)
            #expect(heir.heard.isEmpty)
            fresh?.forget()
            for watch in watches.values { watch.forget() }
            for number in [one, oneFar, other, otherFar, idle] { close(number) }
        }
    }
}
