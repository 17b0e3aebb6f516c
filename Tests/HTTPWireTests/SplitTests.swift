import HTTPWire
import Testing

/// A reader gets its bytes in any pieces. What it reads must not depend on them.
@Suite struct SplitTests {
    private func requireSame(_ side: Conversation.Side, _ text: String) {
        let stream = Array(text.utf8)
        let whole = Conversation.events(side, stream)
        // Of long messages, which repeat themselves, every 97th.
        for cut in stride(from: 1, to: stream.count, by: stream.count < 700 ? 1 : 97) {
            let parts = Conversation.events(side, stream, cuts: [cut])
            #expect(parts == whole, "cut at \(cut) of \(text.debugDescription)")
        }
        let pace = stream.count < 700 ? 1 : 13
        let drip = Array(stride(from: 1, to: stream.count, by: pace))
        #expect(Conversation.events(side, stream, cuts: drip) == whole, "\(text.debugDescription)")
    }

    @Test(arguments: SampleMessages.requests) func `a request cut anywhere is the same request`(text: String) throws {
        let events = Conversation.events(.requests, Array(text.utf8))
        try #require(events.count >= 2)
        if case .end = events[events.count - 1] {} else { Issue.record("\(text.debugDescription) gave \(events)") }
        requireSame(.requests, text)
    }

    @Test(arguments: SampleMessages.responses) func `a response cut anywhere is the same response`(text: String) {
        for method in [Method.get, .head] { requireSame(.responses(answering: method), text) }
    }

    @Test func `pipelined pairs of requests cut anywhere are the same two requests`() {
        for first in SampleMessages.requests {
            for second in SampleMessages.requests {
                let stream = Array((first + second).utf8)
                let firstEvents = Conversation.events(.requests, Array(first.utf8))
                var secondEvents = Conversation.events(.requests, Array(second.utf8))
                if case .head(var head) = secondEvents[0] {
                    head.start += first.utf8.count
                    secondEvents[0] = .head(head)
                }
                #expect(
                    Conversation.events(.requests, stream) == firstEvents + secondEvents,
                    "\((first + second).debugDescription)")
                // Cuts near the seam; the others are those of a single message.
                let seam = first.utf8.count
                for cut in max(1, seam - 6)..<min(stream.count, seam + 7) {
                    #expect(
                        Conversation.events(.requests, stream, cuts: [cut]) == firstEvents + secondEvents,
                        "cut at \(cut) of \((first + second).debugDescription)")
                }
            }
        }
    }

    @Test(arguments: BadMessages.all) func `a bad message cut anywhere fails the same way`(bad: BadMessage) {
        requireSame(bad.side, bad.text)
    }
}
