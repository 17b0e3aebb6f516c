/// HTML that is well formed because nothing else can be said: elements close what they open, and texts and attributes
/// are escaped. Only `init(trusted:)` takes text as it is, for the style sheet.
struct Markup {
    private(set) var text: String

    init(trusted text: String) {
        self.text = text
    }

    init(_ text: some StringProtocol) {
        self.text = Self.escaped(Self.bounded(text))
    }

    init(_ parts: [Markup]) {
        text = parts.reduce(into: "") { $0 += $1.text }
    }

    /// Elements without content have none to close.
    private static let voids: Set = ["meta", "br"]

    static func element(_ name: String, _ attributes: [(String, String)] = [], _ parts: [Markup] = []) -> Markup {
        var text = "<" + name
        for (key, value) in attributes {
            text += " \(key)=\"\(escaped(wordy.contains(key) ? bounded(value) : value))\""
        }
        text += ">"
        if voids.contains(name) { return Markup(trusted: text) }
        for part in parts { text += part.text }
        return Markup(trusted: text + "</\(name)>")
    }

    static func element(_ name: String, _ attributes: [(String, String)] = [], _ text: some StringProtocol) -> Markup {
        element(name, attributes, [Markup(text)])
    }

    /// Attributes with somebody's words in them.
    private static let wordy: Set = ["aria-label", "data-series"]

    /// What a target answered may have any length; a page has not.
    private static func bounded(_ text: some StringProtocol) -> String {
        guard text.utf8.count > PageLimits.bytesMax else { return String(text) }
        let kept = String(decoding: text.utf8.prefix(PageLimits.bytesMax), as: UTF8.self)
        return kept + "... (\(text.utf8.count - PageLimits.bytesMax) more bytes)"
    }

    /// Controls and marks that turn the direction of what follows could make a name look like another: they are shown
    /// as the replacement character.
    static func escaped(_ text: some StringProtocol) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            case "\n", "\t": escaped.unicodeScalars.append(scalar)
            case "\0"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{61C}", "\u{200B}"..."\u{200F}", "\u{2028}"..."\u{202E}",
                "\u{2060}"..."\u{2069}", "\u{FEFF}", "\u{FFFE}", "\u{FFFF}":
                escaped += "\u{FFFD}"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
