internal import Diagnostics
internal import SQLite

/// Texts of foreign sources in which a card's number seems to stand. Two of them that look the same behind the mask would be
/// one payment to who asks, and a wrong verdict; so that is a fault of the source, of which nothing is concluded then.
final class MaskedIDs {
    private static let textsMax = 100_000

    private var known: [String: String] = [:]

    func masked(_ text: Span<UInt8>) throws(SourceTextFault) -> String {
        var bytes: [UInt8] = []
        for index in text.indices { bytes.append(text[index]) }
        let whole = String(decoding: bytes, as: UTF8.self)
        let masked = CardMask.masked(whole)
        if let other = known[masked], other != whole {
            throw SourceTextFault("two texts hold numbers of cards, and are the same ('\(masked)') without them")
        }
        if known.count == Self.textsMax {
            throw SourceTextFault("more than \(Self.textsMax) texts hold numbers of cards")
        }
        known[masked] = whole
        return masked
    }
}

/// In words, for the row of the source in `sources`.
struct SourceTextFault: Error, CustomStringConvertible {
    let description: String

    init(_ words: String) {
        description = words + "; where they are ids, give them another length"
    }
}

extension Statement {
    func bind(_ place: Int32, masking text: String) { bind(place, CardMask.masked(text)) }

    func bind(_ place: Int32, masking text: String?) { bind(place, text.map(CardMask.masked)) }
}
