/// The text of an object, written member by member without a tree: servers under load write thousands a second. Each
/// name, and each text, is put behind the others in one piece.
public struct JSONObjectText {
    public private(set) var bytes: [UInt8] = []

    public init(room: Int = 192) {
        bytes.reserveCapacity(room)
    }

    /// `value` is one of our own words or a checked reference: nothing in it wants an escape.
    public mutating func add(_ name: StaticString, plain value: String) {
        begin(name)
        let letters = value.utf8Span.span
        bytes.append(addingCapacity: letters.count + 2) { room in
            room.append(UInt8(ascii: "\""))
            for index in letters.indices { room.append(letters[index]) }
            room.append(UInt8(ascii: "\""))
        }
    }

    public mutating func add(_ name: StaticString, _ number: Int64) {
        begin(name)
        // From the last digit on: dividing by ten is a multiplication, by a power of ten that is looked for it is not.
        var digits: InlineArray<20, UInt8> = .init(repeating: 0)
        var (first, rest) = (digits.count, number.magnitude)
        repeat {
            first -= 1
            digits[first] = 0x30 | UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        } while rest > 0
        bytes.append(addingCapacity: 20) { room in
            if number < 0 { room.append(UInt8(ascii: "-")) }
            for place in first..<digits.count { room.append(digits[place]) }
        }
    }

    /// A text of which `append` writes nothing that wants an escape.
    public mutating func add(_ name: StaticString, plainBy append: (inout [UInt8]) -> Void) {
        begin(name)
        bytes.append(UInt8(ascii: "\""))
        append(&bytes)
        bytes.append(UInt8(ascii: "\""))
    }

    /// Any text at all.
    public mutating func add(_ name: StaticString, text: String) {
        begin(name)
        JSONWriter.quote(text, into: &bytes)
    }

    /// Any text at all, or none.
    public mutating func add(_ name: StaticString, optional text: String?) {
        if let text { return add(name, text: text) }
        begin(name)
        bytes.append(contentsOf: "null".utf8)
    }

    public mutating func add(_ name: StaticString, _ flag: Bool) {
        begin(name)
        bytes.append(contentsOf: (flag ? "true" : "false").utf8)
    }

    public mutating func end() -> [UInt8] {
        bytes.append(UInt8(ascii: "}"))
        return bytes
    }

    private mutating func begin(_ name: StaticString) {
        let opening = bytes.isEmpty ? UInt8(ascii: "{") : UInt8(ascii: ",")
        name.withUTF8Buffer { letters in
            bytes.append(addingCapacity: letters.count + 4) { room in
                room.append(opening)
                room.append(UInt8(ascii: "\""))
                for index in 0..<letters.count { unsafe room.append(letters[index]) }
                room.append(UInt8(ascii: "\""))
                room.append(UInt8(ascii: ":"))
            }
        }
    }
}
