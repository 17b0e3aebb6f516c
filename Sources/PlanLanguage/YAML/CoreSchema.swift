/// What a plain scalar means: the core schema of YAML 1.2.2, chapter 10.3. libyaml speaks YAML 1.1, and is not asked.
///
///     null    ~ null Null NULL and nothing at all
///     boolean true True TRUE false False FALSE     (yes, no, on, off are text)
///     integer [-+]?[0-9]+  0o[0-7]+  0x[0-9a-fA-F]+     (1_000 and 0b1 are text; 010 is ten)
///     float   [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?  [-+]?\.inf  .nan
///
/// An integer that 64 bits do not hold is a float.
enum CoreSchema {
    static func meaning(ofPlain text: String) -> YAMLNode.Content {
        switch text {
        case "", "~", "null", "Null", "NULL": .null
        case "true", "True", "TRUE": .boolean(true)
        case "false", "False", "FALSE": .boolean(false)
        case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF": .float(.infinity)
        case "-.inf", "-.Inf", "-.INF": .float(-.infinity)
        case ".nan", ".NaN", ".NAN": .float(.nan)
        default: number(text) ?? .text(text)
        }
    }

    private static func number(_ text: String) -> YAMLNode.Content? {
        let bytes = Array(text.utf8)
        guard let first = bytes.first, isDigit(first) || "+-.".utf8.contains(first) else { return nil }
        if text.hasPrefix("0o") || text.hasPrefix("0x") {
            let digits = text.dropFirst(2)
            guard digits.utf8.first != UInt8(ascii: "-"), digits.utf8.first != UInt8(ascii: "+") else { return nil }
            return Int(digits, radix: text.hasPrefix("0o") ? 8 : 16).map(YAMLNode.Content.integer)
        }
        guard isDecimal(bytes) else { return nil }
        if let integer = Int(text) { return .integer(integer) }
        // Swift wants a digit on both sides of the point.
        return Double(text).map(YAMLNode.Content.float) ?? Double(completed(text)).map(YAMLNode.Content.float)
    }

    private static func isDecimal(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        if let sign = rest.first, "+-".utf8.contains(sign) { rest = rest.dropFirst() }
        let whole = rest.prefix(while: isDigit)
        rest = rest[whole.endIndex...]
        var fraction = rest.prefix(0)
        if rest.first == UInt8(ascii: ".") {
            fraction = rest.dropFirst().prefix(while: isDigit)
            rest = rest[fraction.endIndex...]
        }
        guard !whole.isEmpty || !fraction.isEmpty else { return false }
        guard let mark = rest.first else { return true }
        guard "eE".utf8.contains(mark) else { return false }
        rest = rest.dropFirst()
        if let sign = rest.first, "+-".utf8.contains(sign) { rest = rest.dropFirst() }
        return !rest.isEmpty && rest.allSatisfy(isDigit)
    }

    private static func completed(_ text: String) -> String {
        guard let point = text.firstIndex(of: ".") else { return text }
        let whole = text[..<point]
        let rest = text[text.index(after: point)...]
        let isBare = whole.isEmpty || whole == "+" || whole == "-"
        let needsDigit = rest.utf8.first.map { !isDigit($0) } ?? true
        return whole + (isBare ? "0" : "") + "." + (needsDigit ? "0" : "") + rest
    }

    private static func isDigit(_ byte: UInt8) -> Bool { UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte }
}
