import Diagnostics

/// Running text in lines of bounded width.
enum Paragraph {
    /// Breaks between words; the lines after the first are indented as the first is, and by two more.
    static func wrapped(_ text: String, columns: Int) -> [String] {
        guard text.columnCount > columns else { return [text] }
        let indent = String(text.prefix { $0 == " " })
        let behind = indent + "  "
        var lines: [String] = []
        var line = ""
        for word in words(of: text, indent) {
            if !line.isEmpty, line.columnCount + 1 + word.columnCount > columns {
                lines.append(line)
                line = behind + word
            } else {
                line += line.isEmpty ? indent + word : " " + word
            }
        }
        return lines + [line]
    }

    /// Runs of spaces inside the text line up columns and are kept with the word before them.
    private static func words(of text: String, _ indent: String) -> [String] {
        var words: [String] = []
        for part in text.dropFirst(indent.count).split(separator: " ", omittingEmptySubsequences: false) {
            if part.isEmpty, !words.isEmpty { words[words.count - 1] += " " } else { words.append(String(part)) }
        }
        return words
    }
}
