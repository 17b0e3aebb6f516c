import ChannelProfile
import Cryptography
import EventLoop
import HTTPWire
import JSON
import PlanValues
import SeededRandom
import Testing
import Timebase

@testable import ChannelMock
@testable import LoadDriver

@Suite struct CallbackDeskTests {
    @Test func `a callback comes after its delay, with the payment and its marks`() throws {
        try CallbackRig.play(.plain(delay: .milliseconds(1_500))) { rig in
            let request = ["traceparent": "00-a-b-01", "baggage": "shadow=1,run=r", "x-shadow": "v1.r.9.s", "x": "y"]
            let marks = FieldBlock.marks(from: { request[$0] }, tag: "x-shadow")
            rig.desk.take(try rig.order("o-17", marks: marks))
            try await rig.sleep(.seconds(3))
            let told = try #require(rig.receiver.told.first)
            #expect(rig.receiver.told.count == 1)
            // Connecting takes two ways of 50 us, the request one more.
            #expect(told.at == .milliseconds(1_500) + .microseconds(150))
            #expect(told.target == "/webhooks/o-17")
            #expect(
                String(decoding: told.body, as: UTF8.self)
                    == #"{"event":"payment.captured","reference":"o-17","status":"captured","amount":1250,"#
                    + #""currency":"CNY","channel":"icbc","attempt":1}"#)
            for name in ["traceparent", "baggage", "x-shadow"] { #expect(told.fields[name] == request[name]) }
            #expect(told.fields["content-type"] == "application/json")
            #expect(rig.desk.counters.delivered == 1 && rig.desk.counters.sent == 1)
            let outcome = try #require(rig.outcomes.all.first)
            #expect(outcome.result == .delivered && outcome.status == 204 && outcome.attempt == 1)
            #expect(outcome.beganAt - rig.began == .milliseconds(1_500))
        }
    }

    @Test func `the driver's receiver of webhooks takes it`() throws {
        try CallbackRig.play(.plain()) { rig in
            let webhooks = WebhookReceiver(on: rig.loop, looksInside: true)
            let address = try webhooks.listen(on: .loopback())
            rig.desk.take(try rig.order("o-17", to: "http://\(address)/w/key-1"))
            for about in ["key-1", "o-17"] {
                let subject = WebhookReceiver.Subject(event: "payment.captured", about: Array(about.utf8))
                #expect(await webhooks.wait(for: subject, until: rig.loop.now + .seconds(5)), "\(about)")
            }
            #expect(webhooks.malformed == 0)
            await rig.desk.close()
            await webhooks.drain(until: rig.loop.now + .seconds(1))
        }
    }

    @Test func `the signature verifies with the key, and with no other and for no other body`() throws {
        try CallbackRig.play(.plain()) { rig in
            rig.desk.take(try rig.order("o-17"))
            try await rig.sleep(.seconds(3))
            let told = try #require(rig.receiver.told.first)
            // A simulated world is a second old when it begins with 2026.
            #expect(told.fields["x-timestamp"] == "1767225602")
            let message = Array("1767225602.".utf8) + told.body
            #expect(told.fields["x-signature"] == CallbackRig.key.sign(message.span).hexadecimal)
            #expect(told.fields["x-signature"] != HMACKey(Array("another".utf8)).sign(message.span).hexadecimal)
            #expect(told.fields["x-signature"] != CallbackRig.key.sign((message + [10]).span).hexadecimal)
        }
    }

    @Test func `the page's example of a signature is what a desk signs`() throws {
        let order = CallbackOrder(
            reference: try #require(PaymentReference("o-17")), event: "payment.captured", status: "captured",
            amount: 1250, currency: "CNY", destination: "")
        let body = CallbackLetter(order: order, channel: "icbc", attempt: 1).body
        let digits = StampedSignature.of(body.span, stamp: "1767225600".utf8Span.span, key: CallbackRig.key).hexadecimal
        let page = Page.text("docs/callbacks.md")
        #expect(page.contains("`\(digits)`"), "\(digits)")
        #expect(page.contains(String(decoding: body, as: UTF8.self)))
        #expect(page.contains("-hmac \(CallbackSignature.testKey)"))
    }

    @Test(arguments: [0.0, 1.0])
    func `lost ones are never sent, and counted`(share: Double) throws {
        try CallbackRig.play(.plain(lost: share)) { rig in
            try rig.take(references(50))
            try await rig.sleep(.seconds(300))
            #expect(rig.receiver.told.count == (share == 1 ? 0 : 50))
            #expect(rig.desk.counters.lost == (share == 1 ? 50 : 0))
            #expect(rig.results == Array(repeating: share == 1 ? .lost : .delivered, count: 50))
        }
    }

    @Test(arguments: [0.0, 1.0])
    func `duplicates come twice`(share: Double) throws {
        try CallbackRig.play(.plain(duplicate: share)) { rig in
            try rig.take(references(50))
            try await rig.sleep(.seconds(300))
            let times = share == 1 ? 2 : 1
            for name in references(50) { #expect(rig.receiver.told.count { $0.reference == name } == times) }
            #expect(rig.desk.counters.duplicated == (share == 1 ? 50 : 0))
        }
    }

    @Test(arguments: [0.0, 0.4])
    func `one that is reordered comes after a later one, and the others keep their order`(share: Double) throws {
        try CallbackRig.play(.plain(reorder: share)) { rig in
            let names = references(200)
            for name in names {
                rig.desk.take(try rig.order(name))
                try await rig.sleep(.milliseconds(10))
            }
            try await rig.sleep(.seconds(300))
            let arrived = rig.receiver.told.map(\.reference)
            #expect(arrived.count == names.count)
            if share == 0 { #expect(arrived == names) }
            let fates = CallbackFates(.plain(reorder: share), seed: .init(7).split("icbc"))
            let isReordered = try names.map { fates.fate(of: try #require(PaymentReference($0))).isReordered }
            let inOrder = names.indices.filter { !isReordered[$0] }.map { names[$0] }
            #expect(arrived.filter(inOrder.contains) == inOrder)
            var place: [String: Int] = [:]
            for (index, name) in arrived.enumerated() { place[name] = index }
            for index in names.indices where isReordered[index] {
                let own = try #require(place[names[index]])
                // The last of all have nobody behind them.
                guard names.indices.contains(where: { $0 > index && !isReordered[$0] }) else { continue }
                let hasLaterBefore = names[(index + 1)...].contains { place[$0].map { $0 < own } ?? false }
                #expect(hasLaterBefore, "\(names[index]) came as number \(own)")
                // As soon as it was overtaken, not when it had waited long enough.
                #expect(rig.receiver.told[own].at < .seconds(4), "\(names[index])")
            }
            #expect((rig.desk.counters.reordered > 40) == (share > 0))
        }
    }

    @Test func `one that nobody overtakes goes when it has waited long enough`() throws {
        try CallbackRig.play(.plain(reorder: 1)) { rig in
            try rig.take(["o-1"])
            try await rig.sleep(.seconds(60))
            #expect(rig.receiver.told.isEmpty)
            try await rig.sleep(.seconds(2))
            #expect(rig.receiver.told.map(\.reference) == ["o-1"])
            #expect(rig.desk.counters.reorderedInVain == 1 && rig.desk.counters.reordered == 0)
        }
    }

    @Test func `one that waits to be overtaken is not overtaken by its own duplicate`() throws {
        try CallbackRig.play(.plain(duplicate: 1, reorder: 1)) { rig in
            try rig.take(["o-1"])
            try await rig.sleep(.seconds(50))
            #expect(rig.receiver.told.count == 1)
            try await rig.sleep(.seconds(20))
            #expect(rig.receiver.told.count == 2)
            #expect(rig.desk.counters.reorderedInVain == 1)
        }
    }

    @Test(arguments: [0.0, 1.0])
    func `one before the answer is over when the handler goes on`(share: Double) throws {
        try CallbackRig.play(.plain(beforeAnswer: share)) { rig in
            let order = try rig.order("o-1")
            #expect(rig.desk.sendsBeforeAnswer(order.reference) == (share == 1))
            await rig.desk.sendBeforeAnswer(order)
            #expect(rig.receiver.told.count == (share == 1 ? 1 : 0))
            #expect(rig.elapsed < .milliseconds(1))
            #expect(rig.desk.counters.beforeAnswer == (share == 1 ? 1 : 0))
            try await rig.sleep(.seconds(5))
            #expect(rig.receiver.told.count == 1)
        }
    }

    @Test
    func `a handler waits for a callback before its answer no longer than the bound, nor for one that is refused`()
        throws
    {
        try CallbackRig.play(.plain(beforeAnswer: 1)) { rig in
            rig.receiver.answer = { _ in (0, .zero) }
            await rig.desk.sendBeforeAnswer(try rig.order("o-1"))
            #expect(rig.elapsed == .seconds(2))
            await rig.desk.sendBeforeAnswer(try rig.order("o-2", to: "http://10.1.1.1:80/"))
            #expect(rig.elapsed == .seconds(2))
            rig.desk.hold()
            await rig.desk.sendBeforeAnswer(try rig.order("o-3"))
            #expect(rig.elapsed == .seconds(2))
        }
    }

    @Test func `what is held goes at once when the hold ends, and no more at a time than ever`() throws {
        try CallbackRig.play(.plain()) { rig in
            rig.receiver.answer = { _ in (204, after: .milliseconds(100)) }
            rig.desk.hold()
            try rig.take(references(1_000))
            try await rig.sleep(.seconds(30))
            #expect(rig.receiver.told.isEmpty)
            #expect(rig.desk.waitingCount == 1_000)
            rig.desk.release()
            #expect(rig.desk.inFlightCount == 64)
            try await rig.sleep(.seconds(3))
            #expect(rig.receiver.told.map(\.reference) == references(1_000))
            #expect(rig.receiver.underWayPeak == 64)
            #expect(rig.desk.counters.inFlightPeak == 64)
            #expect(rig.desk.counters.heldBack == 1_000)
            // Sixteen waves of 64, 100 ms each: a flood.
            let first = try #require(rig.receiver.told.first?.at)
            let last = try #require(rig.receiver.told.last?.at)
            #expect(last - first < .milliseconds(1_700))
        }
    }

    @Test func `a hold in the midst of a flood lets nothing follow on what is under way`() throws {
        try CallbackRig.play(.plain()) { rig in
            rig.receiver.answer = { _ in (204, after: .milliseconds(100)) }
            try rig.take(references(100))
            try await rig.sleep(.milliseconds(1_050))
            rig.desk.hold()
            try await rig.sleep(.seconds(5))
            rig.desk.take(try rig.order("o-101"))
            try await rig.sleep(.seconds(5))
            #expect(rig.receiver.told.count == 64)
            #expect(rig.desk.counters.delivered == 64 && rig.desk.waitingCount == 37)
            rig.desk.release()
            try await rig.sleep(.seconds(1))
            #expect(rig.receiver.told.map(\.reference) == references(101))
            #expect(rig.desk.counters.heldBack == 37)
        }
    }

    @Test func `a thousand that wait cost one timer and no task`() throws {
        try CallbackRig.play(.plain(delay: .seconds(20))) { rig in
            let (timers, tasks) = (rig.loop.armedTimerCount, rig.loop.spawnedTaskCount)
            try rig.take(references(1_000))
            #expect(rig.desk.waitingCount == 1_000)
            #expect(rig.loop.armedTimerCount == timers + 1)
            #expect(rig.loop.spawnedTaskCount == tasks)
        }
    }

    @Test func `the oldest makes room when too many wait, and is counted`() throws {
        var bounds = CallbackBounds()
        bounds.ordersMax = 10
        try CallbackRig.play(.plain(), bounds: bounds) { rig in
            try rig.take(references(25))
            #expect(rig.desk.waitingCount == 10)
            #expect(rig.desk.counters.dropped == 15)
            #expect(rig.outcomes.all.map(\.reference.description) == references(15))
            #expect(rig.results.allSatisfy { $0 == .dropped })
            try await rig.sleep(.seconds(5))
            #expect(rig.receiver.told.map(\.reference) == Array(references(25)[15...]))
        }
    }

    @Test func `a drain lets out what waits, and a close does not`() throws {
        for drains in [true, false] {
            try CallbackRig.play(.plain(reorder: 0.5)) { rig in
                try rig.take(references(100))
                if drains { await rig.desk.drain(until: rig.loop.now + .seconds(10)) } else { await rig.desk.close() }
                #expect(rig.receiver.told.count == (drains ? 100 : 0))
                #expect(rig.elapsed <= .seconds(2))
                #expect(rig.desk.counters.stopped == (drains ? 0 : 100))
                rig.desk.take(try rig.order("too-late"))
                #expect(rig.results.last == .stopped)
            }
        }
    }

    @Test func `one seed plays the same twice, and another seed does not`() throws {
        func trace(seed: UInt64) throws -> (UInt64, [CallbackOutcome]) {
            var played: (UInt64, [CallbackOutcome]) = (0, [])
            let rule = CallbackRule(
                delay: .exponential(mean: .seconds(2)), lost: Ratio(0.1), duplicate: Ratio(0.1), reorder: Ratio(0.2),
                beforeAnswer: Ratio(0.1), retries: .schedule(name: "x", waits: [.seconds(1), .seconds(3)], speed: 1))
            var conditions = NetworkConditions()
            conditions.latency = .microseconds(50) ... .milliseconds(20)
            conditions.reset = 0.001
            try CallbackRig.play(rule, seed: seed, conditions: conditions) { rig in
                rig.receiver.answer = { told in
                    (told.reference.hasSuffix("3") && told.attempt < 3 ? 500 : 204, after: .milliseconds(5))
                }
                for name in references(400) {
                    rig.desk.take(try rig.order(name))
                    try await rig.sleep(.milliseconds(7))
                }
                await rig.desk.drain(until: rig.loop.now + .seconds(200))
                played = (rig.loop.simulation?.trace.value ?? 0, rig.outcomes.all)
            }
            return played
        }
        let first = try trace(seed: 11)
        #expect(try trace(seed: 11) == first)
        #expect(try trace(seed: 12).0 != first.0)
        #expect(first.1.contains { $0.result == .givenUp || $0.attempt == 3 })
    }

    @Test func `what becomes of a callback does not depend on when and after whom it was ordered`() throws {
        func told(_ names: [String], gap: TimeSpan) throws -> [String: Int] {
            var times: [String: Int] = [:]
            let rule = CallbackRule.plain(lost: 0.2, duplicate: 0.2, reorder: 0.2)
            try CallbackRig.play(rule) { rig in
                for name in names {
                    rig.desk.take(try rig.order(name))
                    try await rig.sleep(gap)
                }
                try await rig.sleep(.seconds(100))
                for one in rig.receiver.told { times[one.reference, default: 0] += 1 }
            }
            return times
        }
        let once = try told(references(300), gap: .milliseconds(3))
        #expect(try told(references(300).reversed(), gap: .milliseconds(40)) == once)
        #expect(Set(once.values) == [1, 2] && once.count < 300)
    }
}
