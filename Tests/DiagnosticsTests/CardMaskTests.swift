import JSON
import Testing

@testable import Diagnostics

@Suite struct CardMaskTests {
    @Test(arguments: [
        ("4532015112830366", "453201******0366"),
        ("a card 4532 0151 1283 0366, declined", "a card 4532 01** **** 0366, declined"),
        ("order-4532-0151-1283-0366-7", "order-4532-01**-****-0366-7"),
        ("k4532015112830366k", "k453201******0366k"),
        ("4532015112830366 and 5425233430109903", "453201******0366 and 542523******9903"),
        ("12-4532015112830366", "12-453201******0366"),
        ("3742 454554 00126", "3742 45**** *0126"),
        ("2720990000000007", "272099******0007"),
    ])
    func `a card's number shows its first six and last four digits`(text: String, masked: String) {
        #expect(CardMask.masked(text) == masked)
        #expect(CardMask.holdsCard(text) && !CardMask.holdsCard(masked))
    }

    @Test(arguments: [
        "", "4532", "4532015112830367", "4111111111111111", "4111 1111 1111 1111", "378282246310005",
        // Too long, of no scheme, of a length that its scheme does not have.
        "45320151128303660000", "1762819200000000", "9532015112830366", "45320151128303",
        // A fraction, a digest, a UUID, a date, an id of the stack.
        "0.4532015112830366", "ab4532015112830366cdef0123456789ab", "01234567-4532-4015-9128-4532015112ab",
        "2026-11-21 21:40", "0cm9k2t4h0g21-p1", "4532  0151  1283  0366", "45-32-01-51-12-83-03-66",
    ])
    func `what is no card's number is left alone`(text: String) {
        #expect(CardMask.masked(text) == text)
        #expect(!CardMask.holdsCard(text))
    }

    @Test func `published test cards pass Luhn's check and would be cards otherwise`() {
        for number in CardNumberRule.testCards {
            let text = String(number)
            var (sum, isSecond) = (0, false)
            for digit in text.reversed().compactMap(\.wholeNumberValue) {
                sum += isSecond ? (2 * digit) / 10 + (2 * digit) % 10 : digit
                isSecond.toggle()
            }
            #expect(sum % 10 == 0, "\(number)")
            #expect(!CardMask.holdsCard(text), "\(number)")
        }
    }

    @Test func `texts and keys of JSON are masked, and its numbers stay`() throws {
        let line = #"{"4532015112830366":["4532 0151 1283 0366",4532015112830366,true,null]}"#
        #expect(
            CardMask.maskedLine(line) == #"{"453201******0366":["4532 01** **** 0366",4532015112830366,true,null]}"#)
        #expect(CardMask.maskedLine(#"{"rows":4532015112830366}"#) == #"{"rows":4532015112830366}"#)
        #expect(CardMask.maskedLine("{4532015112830366") == "{453201******0366")
    }

    @Test func `bytes that are not ASCII keep their places`() {
        #expect(
            CardMask.masked("\u{00fc}\u{2028}4532015112830366\u{00e9}") == "\u{00fc}\u{2028}453201******0366\u{00e9}")
    }
}
