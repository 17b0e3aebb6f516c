import ChannelProfile
import Testing

@Suite struct PaymentReferenceTests {
    @Test(arguments: 1...PaymentReference.bytesMax)
    func `a reference of any length comes back as it was`(count: Int) throws {
        let text = String((0..<count).map { Character(Unicode.Scalar(UInt8(ascii: "A") + UInt8($0))) })
        let reference = try #require(PaymentReference(text))
        #expect(reference.description == text)
        #expect(reference.digest == PaymentDigest.of(text.utf8Span.span))
    }

    @Test(arguments: ["", "a b", "a\"b", "it's", "zahl-\u{e4}", "a\n", String(repeating: "x", count: 49)])
    func `what no bank could print is none`(text: String) {
        #expect(PaymentReference(text) == nil)
    }

    @Test(arguments: 0..<PaymentReference.bytesMax)
    func `references that differ in one byte are two`(place: Int) throws {
        var letters = Array(repeating: "a", count: PaymentReference.bytesMax)
        let one = try #require(PaymentReference(letters.joined()))
        letters[place] = "b"
        let other = try #require(PaymentReference(letters.joined()))
        #expect(one != other)
        #expect(one.digest != other.digest)
        #expect(Set([one, other]).count == 2)
    }

    @Test func `a digest is the same in every process`() throws {
        let digest = try #require(PaymentReference("pay-1")).digest
        #expect(String(digest, radix: 16) == "3f00da8cbd8852fc4f59a5989ae68b11")
    }
}
