import Diagnostics

/// Text from elsewhere in GitHub-flavoured Markdown, within a line of ours: whatever it says is shown as it is written. It
/// opens no markup, ends no cell of a table, links nowhere, calls nobody (`@name`, `#12`, `!3`, `GH-12`), and loads nothing.
enum MarkdownText {
    /// - Parameter columns: what is longer ends in `…`.
    static func escaped(_ text: String, columns: Int = 300) -> String {
        var escaped = ""
        let scalars = Array(text.harmless.fitted(to: columns).unicodeScalars)
        for (place, scalar) in scalars.enumerated() {
            let next = place + 1 < scalars.count ? scalars[place + 1] : nil
            switch scalar {
            case "\\", "`", "*", "_", "[", "]", "|", "~", "$", "{", "}": escaped += "\\\(scalar)"
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            // Addresses become links by their `://` and `www.`.
            case "/" where next == "/": escaped += "\\/"
            case "." where place >= 3 && isWorldWide(scalars[place - 3..<place]): escaped += "\\."
            // Sites look for these in the text that is left: something invisible has to stand between.
            case "@", "#", "!", "^", "%", ":":
                escaped += "\(scalar)"
                if next.map(isNamed) ?? false { escaped += "\u{2060}" }
            case "-" where place >= 2 && isRepository(scalars[place - 2..<place]): escaped += "-\u{2060}"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    private static func isWorldWide(_ scalars: ArraySlice<Unicode.Scalar>) -> Bool {
        scalars.allSatisfy { $0 == "w" || $0 == "W" }
    }

    /// `GH-12` is a link.
    private static func isRepository(_ scalars: ArraySlice<Unicode.Scalar>) -> Bool {
        scalars.elementsEqual("GH".unicodeScalars) || scalars.elementsEqual("gh".unicodeScalars)
    }

    private static func isNamed(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isAlphabetic || scalar.properties.numericType != nil || scalar == "\"" || scalar == "_"
    }
}
