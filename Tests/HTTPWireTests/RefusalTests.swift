import HTTPWire
import Testing

extension BadMessage: CustomTestStringConvertible {
    var testDescription: String { "\(error): \(text.prefix(60).debugDescription)" }
}

@Suite struct RefusalTests {
    @Test(arguments: BadMessages.all) func `a bad message is refused for its own reason`(bad: BadMessage) {
        let events = Conversation.events(bad.side, Array(bad.text.utf8))
        #expect(events.last == .failure(bad.error), "\(bad.text.debugDescription)")
    }

    @Test func `every fault of a request has a case in the table`() {
        let seen = Set(BadMessages.all.map(\.error))
        // A truncated body is seen at the end of the stream; a reserved field only when encoding.
        let missing = WireError.allCases.filter { !seen.contains($0) && $0 != .truncatedBody && $0 != .reservedField }
        #expect(missing.isEmpty)
        #expect(BadMessages.all.count >= 60)
    }

    @Test(arguments: WireError.allCases) func `every fault has a well-formed answer`(error: WireError) {
        #expect(WireLaws.refusalBreach(error) == nil)
        #expect([400, 413, 414, 417, 431, 501, 505].contains(error.status))
        #expect(!error.reason.utf8.contains { $0 == 0x0a || $0 == 0x0d })
    }

    @Test func `reasons are distinct`() {
        #expect(Set(WireError.allCases.map(\.reason)).count == WireError.allCases.count)
    }
}
