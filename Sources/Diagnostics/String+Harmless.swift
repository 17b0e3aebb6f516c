/// Text from elsewhere on its way to people: a target's words, a name in a plan, a reason.
extension String {
    /// On one line, without what could drive a terminal, reorder text or hide in it: that is written out, as in `\x1B` and
    /// `\u{202E}`. What is longer than a line may be ends in `…`.
    package var harmless: String { isPlain ? self : DisplayLine.harmless(self) }

    /// The columns of a terminal that this text takes.
    package var columnCount: Int { isPlain ? utf8.count : reduce(0) { $0 + $1.columnCount } }

    /// Printable ASCII and no more than a line of it, as nearly all of it is.
    private var isPlain: Bool {
        utf8.count <= DisplayLine.bytesMax && utf8.allSatisfy { 0x20..<0x7F ~= $0 }
    }

    /// At most so many columns, with `…` where something is missing.
    package func fitted(to columns: Int, sign: String = "…") -> String {
        guard columnCount > columns else { return self }
        return clipped(to: columns - sign.columnCount) + sign
    }

    /// The same with the gap in the middle: what a sentence is about often stands at its end.
    package func fittedInside(to columns: Int, sign: String = "…") -> String {
        guard columnCount > columns else { return self }
        let room = max(0, columns - sign.columnCount)
        let tail = String(String(reversed()).clipped(to: room / 2).reversed())
        return clipped(to: room - tail.columnCount) + sign + tail
    }

    private func clipped(to columns: Int) -> String {
        var (clipped, used) = ("", 0)
        for character in self {
            used += character.columnCount
            if used > columns { break }
            clipped.append(character)
        }
        return clipped
    }
}
