// Goal: no card's number comes into what a run writes for people or keeps as evidence, wherever it came from.
// Method: every text that leaves goes by here once. A number is shown with its first six and last four digits; texts
// without one, which is all of them, come back as they are, at about a nanosecond a byte.
//
//     "declined: 4532 0151 1283 0366"  ->  "declined: 4532 01** **** 0366"
//
// Not here: which texts (docs/safety.md, "Card data"); numbers in JSON, which stay numbers; what is written with other
// separators, in other digits or in another encoding.

package enum CardMask {
    private static let digitsShownFirst = 6
    private static let digitsShownLast = 4

    /// To what is given as data.
    package static let objection =
        "it holds a card's number, and of no card that is published for tests; use test cards"

    package static func holdsCard(_ text: String) -> Bool { first(in: text.utf8Span.span) != nil }

    /// Where the first one stands, with what groups it.
    package static func first(in text: Span<UInt8>) -> Range<Int>? { next(in: text, from: 0) }

    package static func masked(_ text: String) -> String {
        let bytes = text.utf8Span.span
        guard var found = first(in: bytes) else { return text }
        var masked = Array(text.utf8)
        while true {
            cover(found, in: &masked)
            guard let next = next(in: bytes, from: found.upperBound) else { break }
            found = next
        }
        return String(decoding: masked, as: UTF8.self)
    }

    private static func cover(_ range: Range<Int>, in bytes: inout [UInt8]) {
        let digits = range.filter { isDigit(bytes[$0]) }
        for index in digits.dropFirst(digitsShownFirst).dropLast(digitsShownLast) { bytes[index] = UInt8(ascii: "*") }
    }

    // MARK: Finding

    private static func next(in text: Span<UInt8>, from start: Int) -> Range<Int>? {
        var place = start
        while place + CardNumberRule.digitsMin <= text.count {
            guard isDigit(text[place]) else {
                place += 1
                continue
            }
            if let end = end(ofCardAt: place, in: text), !isFraction(place, in: text), !isDigest(place..<end, in: text)
            {
                return place..<end
            }
            while place < text.count, isDigit(text[place]) { place += 1 }
        }
        return nil
    }

    private static let groupDigitsMin = 3

    /// Digits in a row, or in groups that one and the same character parts. `place` is the first digit of its group.
    private static func end(ofCardAt place: Int, in text: Span<UInt8>) -> Int? {
        var (value, count, index): (UInt64, Int, Int) = (0, 0, place)
        var separator: UInt8?
        while true {
            let group = index
            while index < text.count, isDigit(text[index]) {
                if count == CardNumberRule.digitsMax { return nil }
                value = value * 10 + UInt64(text[index] - UInt8(ascii: "0"))
                count += 1
                index += 1
            }
            if CardNumberRule.isRealCard(value, digits: count) { return index }
            guard index - group >= groupDigitsMin, index + 1 < text.count, isDigit(text[index + 1]) else { return nil }
            let byte = text[index]
            guard byte == UInt8(ascii: " ") || byte == UInt8(ascii: "-"), separator ?? byte == byte else { return nil }
            separator = byte
            index += 1
        }
    }

    /// Digits behind a decimal point: half of all fractions have sixteen of them.
    private static func isFraction(_ place: Int, in text: Span<UInt8>) -> Bool {
        place >= 2 && text[place - 1] == UInt8(ascii: ".") && isDigit(text[place - 2])
    }

    private static let digestLettersMin = 32

    /// Part of a digest or a UUID: of a longer word of hexadecimal digits that has letters.
    private static func isDigest(_ range: Range<Int>, in text: Span<UInt8>) -> Bool {
        var (start, end, digits, letters) = (range.lowerBound, range.upperBound, 0, 0)
        while start > 0, isDigestLetter(text[start - 1]) { start -= 1 }
        while end < text.count, isDigestLetter(text[end]) { end += 1 }
        for index in start..<end where text[index] != UInt8(ascii: "-") {
            digits += 1
            if !isDigit(text[index]) { letters += 1 }
        }
        return digits >= digestLettersMin && letters > 0
    }

    private static func isDigestLetter(_ byte: UInt8) -> Bool {
        isDigit(byte) || byte == UInt8(ascii: "-") || UInt8(ascii: "a")...UInt8(ascii: "f") ~= byte | 0x20
    }

    @inline(__always)
    private static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }
}
