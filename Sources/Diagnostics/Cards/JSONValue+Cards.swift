package import JSON

extension JSONValue {
    /// With the numbers of cards masked in its texts and keys. Its numbers stay what they are.
    package var masked: JSONValue {
        switch self {
        case .null, .boolean, .integer, .unsigned, .number: self
        case .text(let text): .text(CardMask.masked(text))
        case .array(let elements): .array(elements.map(\.masked))
        case .object(let members): .object(members.map { (CardMask.masked($0.0), $0.1.masked) })
        }
    }

    /// In whose texts or keys a card's number stands.
    package var holdsCard: Bool {
        switch self {
        case .null, .boolean, .integer, .unsigned, .number: false
        case .text(let text): CardMask.holdsCard(text)
        case .array(let elements): elements.contains { $0.holdsCard }
        case .object(let members): members.contains { CardMask.holdsCard($0.0) || $0.1.holdsCard }
        }
    }
}

extension CardMask {
    /// For what is printed: a line of JSON stays one.
    package static func maskedLine(_ line: String) -> String {
        guard holdsCard(line) else { return line }
        guard line.utf8.first == UInt8(ascii: "{"), let json = try? JSONValue(parsing: Array(line.utf8)) else {
            return masked(line)
        }
        return json.holdsCard ? json.masked.written(.compact) : line
    }
}
