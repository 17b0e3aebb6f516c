import StackVocabulary
import Testing

@testable import PaymentStack

@Suite struct BankReferenceTests {
    @Test func `a reference says whose it is, in both directions`() throws {
        for kind in BankReference.Kind.allCases {
            for attempt in [UInt8(1), 9, 10, 255] {
                for namespace in Namespace.allCases {
                    let id = RecordID(
                        milliseconds: 1_767_225_600_000, namespace, shard: 3, worker: 5, sequence: 17)
                    let reference = BankReference(id, kind, attempt: attempt)
                    let text = reference.description
                    #expect(BankReference(text.utf8Span.span) == reference)
                    #expect(reference.namespace == namespace && text.utf8.count <= BankReference.bytesMax)
                }
            }
        }
    }

    @Test(arguments: [
        "", "p1", "0cm9k2t4h0g21", "0cm9k2t4h0g21-p", "0cm9k2t4h0g21-p0", "0cm9k2t4h0g21-p01", "0cm9k2t4h0g21-p256",
        "0cm9k2t4h0g21-x1", "0cm9k2t4h0g21_p1", "0CM9K2T4H0G21-p1", "0cm9k2t4h0g21-p1 ", "0cm9k2t4h0g21-p-1",
    ]) func `nothing else is a reference`(_ text: String) {
        #expect(BankReference(text.utf8Span.span) == nil)
    }

    @Test func `a card keeps its zeros, says its BIN, and is not printed`() throws {
        let card = try #require(CardNumber("0011223344556677"))
        var bytes: [UInt8] = []
        card.append(to: &bytes)
        #expect(bytes == Array("0011223344556677".utf8) && card.bin == 1_122)
        #expect(CardNumber("9999999999999999999")?.bin == 999_999)
        #expect(CardNumber("4111111111111111")?.bin == 411_111)
        #expect("\(card)" == "a card of 16 digits")
        for text in ["", "4111", "41111111111111111111", "4111 1111", "41111111x"] { #expect(CardNumber(text) == nil) }
    }
}
