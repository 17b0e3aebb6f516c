import Cryptography
import EventLoop
import HTTPWire
import StackVocabulary
import Testing
import Timebase

@testable import PaymentStack

@Suite struct NotifierTests {
    @Test func `what was committed is told once, signed, and is due no more`() throws {
        try NotifierRig.run { rig in
            let host = try rig.host()
            let notification = try await rig.tell(host)
            await rig.sleep(.seconds(1))
            let told = try #require(rig.told.first)
            #expect(rig.told.count == 1)
            #expect(told.body == notification.body)
            #expect(told.fields["content-type"] == "application/json")
            let stamp = try #require(told.fields["x-timestamp"])
            let signature = StampedSignature.of(told.body.span, stamp: stamp.utf8Span.span, key: NotifierRig.key)
            #expect(told.fields["x-signature"] == signature.hexadecimal)
            #expect(told.fields["baggage"] == nil)
            #expect(rig.notifier.figures.counts.delivered == 1)
            #expect(try await rig.due() == 0)
        }
    }

    @Test func `what nobody takes is told again, later each time, and given up after the last`() throws {
        try NotifierRig.run(.live) { setting in
            setting.notify.attemptsMax = 4
        } _: { rig in
            let host = try rig.host { _ in (503, .zero) }
            try await rig.tell(host)
            await rig.sleep(.seconds(60))
            let gaps = zip(rig.told.dropFirst(), rig.told).map { ($0.at - $1.at).seconds }
            #expect(rig.told.count == 4)
            for (gap, base) in zip(gaps, [0.5, 1, 2]) {
                #expect(gap >= base * 0.5 && gap < base * 1.5 + 0.1, "\(gaps)")
            }
            let counts = rig.notifier.figures.counts
            #expect(counts.failed == 4 && counts.retried == 3 && counts.givenUp == 1 && counts.delivered == 0)
            #expect(try await rig.due() == 0)
        }
    }

    @Test func `those that failed together do not come back together`() throws {
        try NotifierRig.run { rig in
            var isDown = true
            let host = try rig.host { _ in (isDown ? 503 : 204, .zero) }
            for _ in 0..<200 { try await rig.tell(host) }
            await rig.sleep(.milliseconds(100))
            isDown = false
            let first = rig.told.count
            await rig.sleep(.seconds(20))
            let tenths = Dictionary(grouping: rig.told.dropFirst(first)) { $0.at.nanoseconds / 100_000_000 }
            #expect(tenths.values.map(\.count).max()! < 60, "\(tenths.mapValues(\.count))")
            #expect(rig.notifier.figures.counts.delivered == 200)
        }
    }

    @Test func `a host that is dead holds up nobody else`() throws {
        try NotifierRig.run(.live) { setting in
            setting.notify.underWayMax = 32
        } _: { rig in
            let dead = try rig.host { _ in (0, .zero) }
            let well = try rig.host()
            for _ in 0..<500 { try await rig.tell(dead) }
            for _ in 0..<100 { try await rig.tell(well) }
            await rig.sleep(.milliseconds(200))
            #expect(rig.notifier.figures.counts.delivered == 100)
            #expect(rig.notifier.figures.underWay == 16)
            // After the first timeouts it has one attempt at a time.
            await rig.sleep(.seconds(11))
            #expect(rig.notifier.figures.underWay == 1)
        }
    }

    @Test func `no more are under way than may be, in all`() throws {
        try NotifierRig.run(.live) { setting in
            setting.notify.underWayMax = 20
        } _: { rig in
            let hosts = try (0..<4).map { _ in try rig.host { _ in (204, .milliseconds(100)) } }
            for number in 0..<400 { try await rig.tell(hosts[number % 4]) }
            await rig.sleep(.seconds(10))
            #expect(rig.notifier.figures.counts.delivered == 400)
            #expect(rig.notifier.figures.counts.underWayPeak == 20)
            #expect(rig.underWayPeak <= 20)
        }
    }

    @Test func `what finds no place in memory is read from the store when there is one`() throws {
        var bounds = NotifierBounds()
        bounds.waitingMax = 50
        bounds.waitingPerHostMax = 50
        try NotifierRig.run(.live, bounds: bounds) { setting in
            setting.notify.underWayMax = 4
        } _: { rig in
            let host = try rig.host { _ in (204, .milliseconds(10)) }
            for _ in 0..<500 { try await rig.tell(host) }
            #expect(rig.notifier.figures.waiting + rig.notifier.figures.underWay == 50)
            #expect(rig.notifier.figures.counts.overflown > 400)
            await rig.sleep(.seconds(60))
            #expect(Set(rig.told.map(\.record)).count == 500)
            #expect(rig.told.count == 500)
            #expect(try await rig.due() == 0)
        }
    }

    @Test func `what was not delivered is told after a restart, when it is due`() throws {
        try NotifierRig.run { rig in
            var isDown = true
            let host = try rig.host { _ in (isDown ? 503 : 204, .zero) }
            for _ in 0..<20 { try await rig.tell(host) }
            // Committed, and the process ended before it was told.
            try await rig.commit(rig.notification(to: host))
            await rig.sleep(.milliseconds(100))
            #expect(rig.told.count == 20)
            await rig.restart()
            isDown = false
            await rig.sleep(.seconds(5))
            #expect(Set(rig.told.map(\.record)).count == 21)
            #expect(rig.told.count == 41)
            #expect(rig.notifier.figures.counts.delivered == 21)
            #expect(try await rig.due() == 0)
        }
    }

    @Test(arguments: ["http://10.1.2.3:80/w", "https://127.0.0.1:9/w", "nowhere", "http://127.1:80/w"])
    func `a destination that may not be told gets no byte, and is given up`(url: String) throws {
        try NotifierRig.run { rig in
            try await rig.tell(url)
            await rig.sleep(.seconds(30))
            let counts = rig.notifier.figures.counts
            #expect(counts.refused == 1 && counts.givenUp == 1 && counts.sent == 0)
            #expect(try await rig.due() == 0)
        }
    }

    @Test(arguments: [false, true])
    func `the marks of a drill go with every attempt, unless a timer loses them`(isPlanted: Bool) throws {
        try NotifierRig.run(.shadow) { setting in
            if isPlanted { setting.defects = [.shadowLeakAsync] }
        } _: { rig in
            let host = try rig.host { told in (told.at < .milliseconds(100) ? 503 : 204, .zero) }
            var marks = FieldBlock()
            try marks.add("x-shadow", "v1.run.1.signature")
            try marks.add("baggage", "shadow=1,run=r")
            try marks.add("traceparent", "00-1-2-01")
            try await rig.tell(host, .shadow(marks, until: .never))
            await rig.sleep(.seconds(5))
            #expect(rig.told.count == 2)
            for (number, told) in rig.told.enumerated() {
                let isMarked = !isPlanted || number == 0
                #expect((told.fields["x-shadow"] == "v1.run.1.signature") == isMarked)
                #expect((told.fields["baggage"] == "shadow=1,run=r") == isMarked)
                #expect((told.fields["traceparent"] == "00-1-2-01") == isMarked)
            }
        }
    }

    @Test func `a lost notification is called delivered and was told to nobody`() throws {
        try NotifierRig.run(.live) { setting in
            setting.defects = [.lostNotify]
        } _: { rig in
            let host = try rig.host()
            for _ in 0..<400 { try await rig.tell(host) }
            await rig.sleep(.seconds(5))
            #expect(rig.notifier.figures.counts.delivered == 400)
            #expect((20..<100).contains(400 - rig.told.count), "\(rig.told.count)")
            #expect(try await rig.due() == 0)
        }
    }
}
