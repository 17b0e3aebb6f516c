// Classes of bytes, one at a time by a 128-bit set, eight at a time within one word.

@inline(__always)
func contains(_ byte: UInt8, low: UInt64, high: UInt64) -> Bool {
    let half = byte < 64 ? low : high
    return byte < 128 && (half &>> UInt64(byte & 63)) & 1 == 1
}

/// RFC 9110 tchar.
@inline(__always)
func isToken(_ byte: UInt8) -> Bool {
    contains(byte, low: 0x03ff_6cfa_0000_0000, high: 0x57ff_ffff_c7ff_fffe)
}

@inline(__always)
func isBlank(_ byte: UInt8) -> Bool {
    byte == Byte.space || byte == Byte.tab
}

@inline(__always)
func isDigit(_ byte: UInt8) -> Bool {
    byte &- 0x30 < 10
}

@inline(__always)
func lowercase(_ byte: UInt8) -> UInt8 {
    byte &- 0x41 < 26 ? byte | 0x20 : byte
}

/// What a host name or address with an optional port is made of.
@inline(__always)
func isAuthority(_ byte: UInt8) -> Bool {
    contains(byte, low: 0x2fff_6ff2_0000_0000, high: 0x47ff_fffe_afff_fffe)
}

/// Letters, digits, `-` and `.`: nothing else is in almost every host.
@inline(__always)
func isPlainHost(_ byte: UInt8) -> Bool {
    // From - to 9 there is also the slash.
    byte &- 0x2d < 13 ? byte != Byte.slash : (byte | 0x20) &- 0x61 < 26
}

enum Byte {
    static var tab: UInt8 { 0x09 }
    static var lineFeed: UInt8 { 0x0a }
    static var carriageReturn: UInt8 { 0x0d }
    static var space: UInt8 { 0x20 }
    static var comma: UInt8 { 0x2c }
    static var slash: UInt8 { 0x2f }
    static var colon: UInt8 { 0x3a }
    static var semicolon: UInt8 { 0x3b }
    static var delete: UInt8 { 0x7f }
}

extension Span<UInt8> {
    /// Eight bytes as one word whose lowest byte comes first. Traps outside of the span.
    @inline(__always)
    func word(at offset: Int) -> UInt64 {
        // Any eight bytes are a valid UInt64, and the load checks the bounds.
        UInt64(littleEndian: unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    @inline(__always)
    func halfWord(at offset: Int) -> UInt32 {
        UInt32(littleEndian: unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }

    func firstLineFeed(from start: Int, to end: Int) -> Int? {
        var position = start
        while position &+ 8 <= end {
            let found = equal(word(at: position), to: Byte.lineFeed)
            if found != 0 { return position &+ found.trailingZeroBitCount &>> 3 }
            position &+= 8
        }
        while position < end {
            if self[position] == Byte.lineFeed { return position }
            position &+= 1
        }
        return nil
    }

    /// The first byte at or after `start` that cannot stand in a field name, or `end`.
    @inline(__always)
    func endOfName(from start: Int, to end: Int) -> Int {
        var position = start
        while true {
            // Most names are letters and hyphens; a digit or a rarer mark costs one more look.
            if position &+ 8 <= end {
                let found = nonLetters(word(at: position))
                if found == 0 {
                    position &+= 8
                    continue
                }
                position &+= found.trailingZeroBitCount &>> 3
                if !isToken(self[position]) { return position }
                position &+= 1
            } else {
                while position < end, isToken(self[position]) { position &+= 1 }
                return position
            }
        }
    }

    /// The first byte at or after `start` that cannot stand in a field value (a tab can), or `end`.
    @inline(__always)
    func endOfValue(from start: Int, to end: Int) -> Int {
        var position = start
        while true {
            if position &+ 8 <= end {
                let found = controls(word(at: position))
                if found == 0 {
                    position &+= 8
                    continue
                }
                position &+= found.trailingZeroBitCount &>> 3
            } else {
                while position < end, !isControl(self[position]) { position &+= 1 }
                if position >= end { return end }
            }
            if self[position] != Byte.tab { return position }
            position &+= 1
        }
    }

    /// The first byte at or after `start` that cannot stand in a request target, or `end`.
    @inline(__always)
    func endOfTarget(from start: Int, to end: Int) -> Int {
        var position = start
        while position &+ 8 <= end {
            let found = nonTarget(word(at: position))
            if found != 0 { return position &+ found.trailingZeroBitCount &>> 3 }
            position &+= 8
        }
        while position < end, isTarget(self[position]) { position &+= 1 }
        return position
    }
}

@inline(__always)
func isControl(_ byte: UInt8) -> Bool {
    byte < 0x20 || byte == Byte.delete
}

/// Visible ASCII. A fragment never travels, so `#` is none of it.
@inline(__always)
func isTarget(_ byte: UInt8) -> Bool {
    byte > 0x20 && byte < 0x7f && byte != 0x23
}

// In a word w, `(w - n..n) & ~w` has the top bit set in the lowest byte below n (n <= 0x80), and in none below that
// byte; borrows spoil only the bytes above it. So the lowest set bit, and zero or not, are exact.

// Sums of seven bits carry into no other byte: `nonLetters` is exact in every byte.

private var ones: UInt64 { 0x0101_0101_0101_0101 }
private var tops: UInt64 { 0x8080_8080_8080_8080 }

@inline(__always)
private func below(_ word: UInt64, _ bound: UInt8) -> UInt64 {
    (word &- ones &* UInt64(bound)) & ~word & tops
}

@inline(__always)
private func equal(_ word: UInt64, to byte: UInt8) -> UInt64 {
    below(word ^ (ones &* UInt64(byte)), 1)
}

@inline(__always)
private func controls(_ word: UInt64) -> UInt64 {
    below(word, 0x20) | equal(word, to: Byte.delete)
}

@inline(__always)
private func nonTarget(_ word: UInt64) -> UInt64 {
    below(word, 0x21) | equal(word, to: Byte.delete) | equal(word, to: 0x23) | (word & tops)
}

@inline(__always)
private func nonLetters(_ word: UInt64) -> UInt64 {
    let folded = (word | (ones &* 0x20)) & ~tops
    let letters = (folded &+ ones &* 0x1f) & ~(folded &+ ones &* 0x05)
    let hyphens = word ^ (ones &* 0x2d)
    let nonHyphens = ((hyphens & ~tops) &+ ~tops) | hyphens
    return (~letters & nonHyphens | word) & tops
}
