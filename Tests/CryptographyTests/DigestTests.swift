import Cryptography
import Testing

/// One row of RFC 4231, section 4: key, data, HMAC-SHA-256.
struct HMACVector: Sendable, CustomTestStringConvertible {
    var name: String
    var key: [UInt8]
    var data: [UInt8]
    var signature: String

    var testDescription: String { name }

    static let all = [
        HMACVector(
            name: "case 1", key: Array(repeating: 0x0b, count: 20), data: Array("Hi There".utf8),
            signature: "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
        HMACVector(
            name: "case 2", key: Array("Jefe".utf8), data: Array("what do ya want for nothing?".utf8),
            signature: "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
        HMACVector(
            name: "case 3", key: Array(repeating: 0xaa, count: 20), data: Array(repeating: 0xdd, count: 50),
            signature: "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
        HMACVector(
            name: "case 4", key: Array(1...25), data: Array(repeating: 0xcd, count: 50),
            signature: "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"),
        HMACVector(
            name: "case 6, a key longer than a block", key: Array(repeating: 0xaa, count: 131),
            data: Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
            signature: "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"),
        HMACVector(
            name: "case 7, key and data longer than a block", key: Array(repeating: 0xaa, count: 131),
            data: Array(
                ("This is a test using a larger than block-size key and a larger than block-size data. The key needs "
                    + "to be hashed before being used by the HMAC algorithm.").utf8),
            signature: "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"),
    ]
}

@Suite struct DigestTests {
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
    ])
    func `SHA-256 gives the digests of FIPS 180`(text: String, expected: String) {
        #expect(SHA256.digest(of: Array(text.utf8)).hexadecimal == expected)
    }

    @Test(arguments: [
        ("", "d41d8cd98f00b204e9800998ecf8427e"),
        ("a", "0cc175b9c0f1b6a831c399e269772661"),
        ("abc", "900150983cd24fb0d6963f7d28e17f72"),
        ("message digest", "f96b697d7cb7938d525a2f31aaf161d0"),
        ("abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b"),
    ])
    func `MD5 gives the digests of RFC 1321`(text: String, expected: String) {
        #expect(MD5.digest(of: Array(text.utf8)).hexadecimal == expected)
    }

    @Test func `a digest does not depend on where the bytes are split`() {
        let bytes = (0..<150).map { UInt8(truncatingIfNeeded: $0 * 7) }
        for split in 0...bytes.count {
            var sha = SHA256()
            var md5 = MD5()
            for part in [bytes[..<split], bytes[split...]] {
                sha.update(part.span)
                md5.update(part.span)
            }
            #expect(sha.digest() == SHA256.digest(of: bytes), "split at \(split)")
            #expect(md5.digest() == MD5.digest(of: bytes), "split at \(split)")
        }
    }

    @Test func `a digest may be taken in the middle of a stream`() {
        var hash = SHA256()
        hash.update(Array("abc".utf8).span)
        #expect(hash.digest() == SHA256.digest(of: Array("abc".utf8)))
        hash.update(Array("def".utf8).span)
        #expect(hash.digest() == SHA256.digest(of: Array("abcdef".utf8)))
    }

    @Test(arguments: HMACVector.all)
    func `HMAC gives the signatures of RFC 4231`(vector: HMACVector) {
        #expect(HMACKey(vector.key).sign(vector.data).hexadecimal == vector.signature)
    }

    @Test(arguments: HMACVector.all)
    func `a message signed in parts has the signature of the whole`(vector: HMACVector) {
        let key = HMACKey(vector.key)
        for split in 0...vector.data.count {
            var signing = key.signing()
            for part in [vector.data[..<split], vector.data[split...]] { signing.update(part.span) }
            #expect(signing.signature().hexadecimal == vector.signature, "split at \(split)")
        }
    }

    @Test func `a key of exactly one block is used as it is`() {
        // Made with Python: hmac.new(b"k" * 64, b"m", "sha256").hexdigest()
        let key = HMACKey(Array(repeating: UInt8(ascii: "k"), count: 64))
        #expect(
            key.sign([UInt8(ascii: "m")].span).hexadecimal
                == "3b7a8d453e76edb519238a515105a57508d0f169f480ebeee120a9e7803289fa")
    }

    @Test func `a signature with any bit turned is refused`() {
        let key = HMACKey(Array("secret".utf8))
        let message = Array("amount=100".utf8)
        let signature = key.sign(message.span)
        #expect(key.verifies(signature, of: message))
        for bit in 0..<256 {
            var forged = signature
            forged.bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(!key.verifies(forged, of: message), "bit \(bit)")
        }
    }

    @Test func `byte strings of different lengths are never equal`() {
        let bytes: [UInt8] = [1, 2, 3]
        #expect(ConstantTime.areEqual(bytes, bytes))
        #expect(!ConstantTime.areEqual(bytes, Array(bytes[..<2])))
        #expect(ConstantTime.areEqual([], []))
    }
}
