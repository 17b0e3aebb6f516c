import Cryptography
import Testing

@Suite struct TextFormTests {
    @Test func `every byte has two lower-case digits, read back in either case`() {
        for byte in UInt8.min...UInt8.max {
            let digits = String(byte, radix: 16)
            let expected = digits.count == 1 ? "0" + digits : digits
            #expect(Hexadecimal.text([byte]) == expected)
            #expect(Hexadecimal.bytes(of: expected) == [byte])
            #expect(Hexadecimal.bytes(of: expected.uppercased()) == [byte])
        }
    }

    @Test(arguments: ["0", "0g", "/0", ":0", "@0", "`0", "G0", "0 "])
    func `a text that is not hexadecimal has no bytes`(text: String) {
        #expect(Hexadecimal.bytes(of: text) == nil)
    }

    @Test(arguments: [
        ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE"),
        ("foobar", "Zm9vYmFy"),
    ])
    func `base64url gives the texts of RFC 4648 without padding`(text: String, expected: String) {
        #expect(Base64URL.text(Array(text.utf8)) == expected)
        #expect(Base64URL.textCount(of: text.utf8.count) == expected.utf8.count)
    }

    @Test func `base64url uses its whole alphabet in order`() {
        // The values 0, 1, ... 63 in six bits each.
        let bytes = stride(from: 0, to: 64, by: 4).flatMap { first -> [UInt8] in
            let bits = (0..<4).reduce(0) { $0 << 6 | (first + $1) }
            return [16, 8, 0].map { UInt8(truncatingIfNeeded: bits >> $0) }
        }
        #expect(
            Base64URL.text(bytes) == "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    }
}
