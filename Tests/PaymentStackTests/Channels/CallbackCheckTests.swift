import Cryptography
import Money
import StackVocabulary
import Testing

@testable import PaymentStack

@Suite struct CallbackCheckTests {
    static let key = HMACKey(Array("spillway-callback-test-key".utf8))
    static let second: Int64 = 1_767_225_600
    static let body =
        #"{"event":"payment.captured","reference":"0cm9k2t4h0g21-p1","status":"captured","amount":1250,"currency":"CNY","channel":"icbc","attempt":1}"#

    static func signature(_ body: String = body, _ stamp: String = "\(second)", _ key: HMACKey = key) -> String {
        key.sign("\(stamp).\(body)".utf8Span.span).hexadecimal
    }

    func check(
        _ body: String = Self.body, stamp: String = "\(Self.second)", signature: String? = nil, now: Int64 = Self.second
    ) throws(CallbackCheck.Refusal) -> BankCallback {
        let signature = signature ?? Self.signature(body, stamp)
        return try CallbackCheck(key: Self.key).callback(
            Array(body.utf8), timestamp: stamp.utf8Span.span, signature: signature.utf8Span.span, second: now)
    }

    @Test func `a genuine callback says what became of which payment`() throws {
        let callback = try check()
        #expect(callback.reference.description == "0cm9k2t4h0g21-p1" && callback.status == .captured)
        #expect(callback.amount == Money(minor: 1_250, try Currency("CNY")))
        _ = try check(signature: Self.signature().uppercased())
        _ = try check(now: Self.second + 300)
        _ = try check(now: Self.second - 300)
    }

    @Test func `every changed byte of it is found`() {
        let whole = Array(Self.body.utf8)
        for index in whole.indices {
            var changed = whole
            changed[index] ^= 1
            let text = String(decoding: changed, as: UTF8.self)
            #expect(throws: CallbackCheck.Refusal.forged) { _ = try check(text, signature: Self.signature()) }
        }
    }

    @Test func `what is unsigned, old, forged or too large is refused`() {
        #expect(throws: CallbackCheck.Refusal.unsigned) { _ = try check(stamp: "") }
        #expect(throws: CallbackCheck.Refusal.unsigned) { _ = try check(stamp: "-1") }
        #expect(throws: CallbackCheck.Refusal.unsigned) { _ = try check(signature: "zz") }
        #expect(throws: CallbackCheck.Refusal.forged) { _ = try check(signature: "") }
        #expect(throws: CallbackCheck.Refusal.stale) { _ = try check(now: Self.second + 301) }
        #expect(throws: CallbackCheck.Refusal.stale) { _ = try check(now: Self.second - 301) }
        let other = HMACKey(Array("another".utf8))
        #expect(throws: CallbackCheck.Refusal.forged) {
            _ = try check(signature: Self.signature(Self.body, "\(Self.second)", other))
        }
        // The signature of another second.
        #expect(throws: CallbackCheck.Refusal.forged) {
            _ = try check(stamp: "\(Self.second + 1)", signature: Self.signature())
        }
        let large = String(repeating: " ", count: 5_000)
        #expect(throws: CallbackCheck.Refusal.tooLarge(5_000)) { _ = try check(large) }
        #expect(throws: CallbackCheck.Refusal.malformed) { _ = try check("{}") }
        #expect(throws: CallbackCheck.Refusal.malformed) {
            _ = try check(Self.body.replacing("0cm9k2t4h0g21-p1", with: "o-17"))
        }
    }
}
