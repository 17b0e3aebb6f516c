/// Templates as they are rendered: bytes that were encoded when the plan was loaded, and places for values. A class,
/// so that a request costs one count of references and not one for each part.
final class Segments: Sendable {
    enum Piece: Sendable {
        /// Of `bytes`.
        case bytes(Range<Int>)
        case value(slot: Int, Place)
        /// The value of `traceparent`.
        case trace
        /// Where the target begins and ends, for who signs it.
        case targetBegin, targetEnd
        case requestPath, requestBody
    }

    let bytes: [UInt8]
    let pieces: [Piece]

    init(_ program: Program) {
        bytes = program.bytes
        pieces = program.pieces
    }
}

extension Segments: CustomReflectable {
    /// There are secrets among the bytes.
    var customMirror: Mirror { Mirror(self, children: []) }
}

/// Segments on their way: neighbouring bytes become one piece.
struct Program {
    private(set) var bytes: [UInt8] = []
    private(set) var pieces: [Segments.Piece] = []

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

    mutating func add(_ piece: Segments.Piece) { pieces.append(piece) }

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
