/// A template as it is rendered: bytes that were encoded when the plan was loaded, and places for values.
struct Program: Sendable {
    enum Piece: Sendable {
        /// Of `bytes`.
        case bytes(Range<Int>)
        case value(slot: Int, Place)
        case requestPath
        case requestBody
    }

    private(set) var bytes: [UInt8] = []
    private(set) var pieces: [Piece] = []

    mutating func add(_ text: Span<UInt8>) {
        if text.isEmpty { return }
        let start = bytes.count
        bytes.append(text)
        if case .bytes(let range) = pieces.last {
            pieces[pieces.count - 1] = .bytes(range.lowerBound..<bytes.count)
        } else {
            pieces.append(.bytes(start..<bytes.count))
        }
    }

    mutating func add(_ text: String) { add(Array(text.utf8).span) }

    mutating func add(_ value: Span<UInt8>, _ form: Slot.Form, as place: Place) {
        var encoded: [UInt8] = []
        place.append(value, form, to: &encoded)
        add(encoded.span)
    }

    mutating func add(_ piece: Piece) { pieces.append(piece) }

    mutating func add(_ other: Program) {
        for piece in other.pieces {
            if case .bytes(let range) = piece { add(other.bytes.span.extracting(range)) } else { add(piece) }
        }
    }

    /// The bytes, when nothing is put in.
    var constant: [UInt8]? {
        switch pieces.count {
        case 0: []
        case 1: if case .bytes = pieces[0] { bytes } else { nil }
        default: nil
        }
    }
}

extension Program: CustomReflectable {
    /// There are secrets among the bytes.
    var customMirror: Mirror { Mirror(self, children: []) }
}
