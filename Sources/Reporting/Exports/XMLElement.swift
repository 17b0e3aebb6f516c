import Diagnostics

/// XML 1.0 that is well formed because nothing else can be said: elements close what they open, texts and attributes are
/// escaped, and of texts from elsewhere nothing is left that XML forbids (`String.harmless`).
struct XMLElement {
    let name: String
    var attributes: [(String, String)]
    var content: Content

    enum Content {
        case elements([XMLElement])
        /// Line by line.
        case text([String])
    }

    init(_ name: String, _ attributes: [(String, String)] = [], _ elements: [XMLElement] = []) {
        self.name = name
        self.attributes = attributes
        content = .elements(elements)
    }

    init(_ name: String, _ attributes: [(String, String)] = [], lines: [String]) {
        self.name = name
        self.attributes = attributes
        content = .text(lines)
    }

    var document: String {
        var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        write(into: &text, indent: "")
        return text
    }

    private func write(into text: inout String, indent: String) {
        text += indent + "<" + name
        for (key, value) in attributes { text += " \(key)=\"\(Self.escaped(value))\"" }
        switch content {
        case .elements(let elements) where elements.isEmpty: text += "/>\n"
        case .elements(let elements):
            text += ">\n"
            for element in elements { element.write(into: &text, indent: indent + "  ") }
            text += indent + "</" + name + ">\n"
        case .text(let lines):
            text += ">" + lines.map(Self.escaped).joined(separator: "\n") + "</" + name + ">\n"
        }
    }

    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.harmless.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&apos;"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
